"""How commands find a running suite."""

import gzip
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from emulator.cli.commands import main
from emulator.storage.exports import import_objects
from emulator.suite import discovery
from emulator.suite.suite import Suite
from tests.support.chain_project import edit_firebase_json


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without a suite."""
    for name in ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("outside")
class TestRunning:
    def _at(self, project: Path, hub: str) -> Path:
        port = int(hub.rpartition(":")[2])
        edit_firebase_json(project, lambda content: content["emulators"].update(hub={"port": port}))
        return project

    def test_one_on_the_ports_of_firebase_json_is_found(
        self, sample_suite: Suite, project: Path
    ) -> None:
        root = self._at(project, sample_suite.addresses["hub"])
        found = discovery.find("FIRESTORE_EMULATOR_HOST", root=root)
        assert found.items() <= sample_suite.env.items()

    def test_its_documents_are_exported(
        self, sample_suite: Suite, project: Path, tmp_path: Path
    ) -> None:
        root = self._at(project, sample_suite.addresses["hub"])
        assert main(["export", "--root", str(root), str(tmp_path / "export")]) == 0
        assert (tmp_path / "export" / "firestore_export").is_dir()

    def test_its_objects_are_exported_and_another_begins_with_them(
        self, sample_suite: Suite, project: Path, tmp_path: Path
    ) -> None:
        root = self._at(project, sample_suite.addresses["hub"])
        url, bucket = sample_suite.env["STORAGE_EMULATOR_HOST"], sample_suite.bucket
        objects = f"{url}/storage/v1/b/{bucket}/o"
        others = len(requests.get(objects, timeout=10).json().get("items", []))
        packed = gzip.compress(b"a page")
        resource = {
            "contentType": "text/html",
            "contentEncoding": "gzip",
            "metadata": {"firebaseStorageDownloadTokens": "token"},
        }
        name = "a folder%2Fpage.html"
        address = f"{objects}/{quote(name, safe='')}"
        upload = {"uploadType": "media", "name": name}
        requests.post(f"{url}/upload/storage/v1/b/{bucket}/o", packed, params=upload, timeout=10)
        requests.patch(address, json=resource, timeout=10).raise_for_status()
        requests.post(
            f"{url}/upload/storage/v1/b/{bucket}/o", b"", params={**upload, "name": "empty"}
        ).raise_for_status()

        assert main(["export", "--root", str(root), str(tmp_path / "export")]) == 0
        for each in (address, f"{objects}/empty"):
            requests.delete(each, timeout=10).raise_for_status()
        assert import_objects(url, bucket, tmp_path / "export") == 2 + others

        found = requests.get(address, timeout=10).json()
        assert {key: found[key] for key in resource} == resource
        page = requests.get(address, params={"alt": "media"}, timeout=10)
        assert page.text == "a page"
        assert requests.get(f"{objects}/empty", timeout=10).json()["size"] == "0"

    def test_without_any_it_explains_how_to_start_one(
        self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = self._at(project, "127.0.0.1:1")
        assert main(["export", "--root", str(root), str(tmp_path / "export")]) == 1
        assert "error: No suite answers at 127.0.0.1:1. Start one" in capsys.readouterr().err

    def test_a_folder_that_cannot_be_written_is_reported(
        self, sample_suite: Suite, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = self._at(project, sample_suite.addresses["hub"])
        taken = project / "firebase.json"
        assert main(["export", "--root", str(root), str(taken)]) == 1
        assert f"error: Nothing can be exported to {taken}" in capsys.readouterr().err

    def test_any_of_its_projects_is_exported_with_the_one_bucket_and_without_auth(
        self, sample_suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "GCLOUD_PROJECT"):
            monkeypatch.setenv(name, sample_suite.env[name])
        monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)

        assert main(["export", "--project", "demo-another", str(tmp_path / "export")]) == 0
        assert (tmp_path / "export" / "storage_export" / "objects.json").is_file()

    def test_storage_that_does_not_answer_is_reported(
        self,
        sample_suite: Suite,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        firestore = sample_suite.env["FIRESTORE_EMULATOR_HOST"]
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")

        assert main(["export", str(tmp_path / "export")]) == 1
        assert "error: No storage answers at http://127.0.0.1:1" in capsys.readouterr().err

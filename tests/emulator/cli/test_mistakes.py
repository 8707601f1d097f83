"""What a user does wrong is told in one message that says what to do, without a traceback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import config
from emulator.cli.commands import main
from emulator.firestore.emulator import FirestoreEmulator
from emulator.process.errors import SuiteError
from emulator.suite import discovery
from emulator.suite.suite import Suite
from tests.support.commands import CHAIN, run

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the sample project, to be broken."""
    return Path(shutil.copytree(CHAIN, tmp_path / "project"))


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No suite is in the environment."""
    for name in ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


def edit(project: Path, change: Edit) -> None:
    """Change what firebase.json says; `change` gives what replaces it, or changes it in place."""
    file = project / "firebase.json"
    said = json.loads(file.read_text())
    replacement = change(said)
    file.write_text(json.dumps(said if replacement is None else replacement))


class TestFirebaseJson:
    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda said: [], "says nothing of 'functions'"),
            (lambda said: said.update(functions=[]), r"says nothing of 'functions\.source'"),
            (lambda said: said.update(emulators=None), "says nothing of 'emulators'"),
            (lambda said: said["emulators"].update(hub=None), r"nothing of 'emulators\.hub'"),
            (lambda said: said["emulators"].update(hub={}), r"nothing of 'emulators\.hub\.port'"),
            (
                lambda said: said["emulators"].update(hub={"port": "four"}),
                r"emulators\.hub\.port is 'four', which is no port",
            ),
            (lambda said: said["firestore"].update(rules=None), r"nothing of 'firestore\.rules'"),
        ],
    )
    def test_what_it_lacks_is_named(self, project: Path, change: Edit, complaint: str) -> None:
        edit(project, change)
        with pytest.raises(SuiteError, match=rf"firebase\.json .*{complaint}"):
            config.read(project, free_ports=True)

    def test_the_functions_are_one_codebase_or_a_list(self, project: Path) -> None:
        of_a_list = config.read(project)
        edit(project, lambda said: said.update(functions=said["functions"][0]))
        assert config.read(project) == of_a_list


class TestIndexes:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("{", "cannot be read: Expecting property name"),
            ("[]", "cannot be read: it has no object"),
            ('{"indexes": {}}', "is no file of indexes: indexes: .*list"),
            (
                '{"indexes": [{"collectionGroup": "a", "fields": []}]}',
                r"is no file of indexes: indexes\.0\.queryScope: Field required",
            ),
        ],
    )
    def test_broken_ones_are_told_before_anything_starts(
        self, project: Path, text: str, complaint: str
    ) -> None:
        (project / "firestore.indexes.json").write_text(text)
        with pytest.raises(SuiteError, match=rf"firestore\.indexes\.json {complaint}"):
            config.read(project)


class TestRules:
    def test_missing_ones_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(SuiteError, match=r"firebase\.json names .*No such file.*missing"):
            FirestoreEmulator("127.0.0.1:1").load_rules("demo-any", tmp_path / "missing.rules")


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ("start --project bad_project", "'bad_project' is no Firebase project id"),
            ("exec --project Demo -- true", "'Demo' is no Firebase project id"),
            ("export --project ../x out", "'../x' is no Firebase project id"),
            ("seed --into a/b", "'a/b' is no Firebase project id"),
            ("demo --project ../x", "'../x' is no Firebase project id"),
            ("demo --guests 0", "'0' is no number of guests"),
            ("demo --guests -2", "'-2' is no number of guests"),
            ("demo --guests many", "'many' is no number of guests"),
        ],
    )
    def test_wrong_ones_are_refused(
        self, arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit, match="2"):
            main(arguments.split())
        assert complaint in capsys.readouterr().err

    def test_only_the_page_s_command_speaks_of_the_page(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for command in ("start", "up"):
            with pytest.raises(SystemExit, match="0"):
                main([command, "--help"])
            assert ("without the page" in capsys.readouterr().out) == (command == "up")


class TestDemo:
    def test_a_folder_that_cannot_be_written_is_told_at_once(self, tmp_path: Path) -> None:
        out = tmp_path / "file"
        out.touch()
        done = run("demo", "--out", str(out))
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: Nothing can be left in {out} (--out): ")
        assert "Traceback" not in done.stderr

    def test_a_damaged_photo_is_told_in_the_words_for_guests(self, tmp_path: Path) -> None:
        photo = tmp_path / "damaged.jpg"
        photo.write_bytes(b"\xff\xd8\xff and no more")
        done = run("demo", "--photo", str(photo), "--out", str(tmp_path / "out"))
        assert done.returncode == 1
        assert "error: No picture was made: The photo is not a JPEG" in done.stderr


@pytest.mark.usefixtures("outside")
class TestRunning:
    def _at(self, project: Path, hub: str) -> Path:
        port = int(hub.rpartition(":")[2])
        edit(project, lambda said: said["emulators"].update(hub={"port": port}))
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

    def test_without_any_it_says_how_to_start_one(
        self, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = self._at(project, "127.0.0.1:1")
        assert main(["export", "--root", str(root), str(tmp_path / "export")]) == 1
        assert "error: No suite answers at 127.0.0.1:1. Start one" in capsys.readouterr().err

    def test_a_folder_that_cannot_be_written_is_told(
        self, sample_suite: Suite, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = self._at(project, sample_suite.addresses["hub"])
        taken = project / "firebase.json"
        assert main(["export", "--root", str(root), str(taken)]) == 1
        assert f"error: Nothing can be exported to {taken}" in capsys.readouterr().err

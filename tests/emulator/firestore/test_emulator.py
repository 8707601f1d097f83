"""The Firestore emulator with its rules, its documents and its exports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.firestore.emulator import FirestoreEmulator
from emulator.process import ports
from emulator.process.errors import SuiteError
from emulator.process.http import request
from tests.support.chain_project import CHAIN

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def firestore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirestoreEmulator]:
    """An emulator that was started without a java on the PATH."""
    log = tmp_path_factory.mktemp("firestore") / "firestore.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(log.parent))
        patch.delenv("JAVA_HOME", raising=False)
        firestore = FirestoreEmulator.start(f"127.0.0.1:{ports.free_port()}", "127.0.0.1:1", log)
    firestore.wait_until_ready()
    yield firestore
    firestore.stop()


class TestFirestore:
    def _read(self, firestore: FirestoreEmulator, path: str) -> int:
        documents = "v1/projects/demo-rules/databases/(default)/documents"
        return request("GET", f"http://{firestore.address}/{documents}/{path}")[0]

    def test_rules_are_in_force_once_loaded(self, firestore: FirestoreEmulator) -> None:
        firestore.load_rules("demo-rules", CHAIN / "firestore.rules")
        assert self._read(firestore, "public/x") == 404
        assert self._read(firestore, "private/x") == 403

    def test_rules_that_do_not_compile_are_shown_with_their_line(
        self, firestore: FirestoreEmulator, tmp_path: Path
    ) -> None:
        rules = tmp_path / "firestore.rules"
        rules.write_text((CHAIN / "firestore.rules").read_text().replace("if true", "if ("))
        with pytest.raises(SuiteError, match=r"firestore\.rules: (?s:.*)L6:"):
            firestore.load_rules("demo-rules", rules)

    def test_warnings_about_rules_are_printed_with_their_line(
        self, firestore: FirestoreEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rules = tmp_path / "firestore.rules"
        rules.write_text((CHAIN / "firestore.rules").read_text().replace("if true", "if foo()"))
        firestore.load_rules("demo-rules", rules)
        assert "firestore.rules:6: warning: Invalid function name: foo." in capsys.readouterr().out

    def test_clearing_deletes_the_documents_of_one_project(
        self, firestore: FirestoreEmulator
    ) -> None:
        firestore.load_rules("demo-rules", CHAIN / "firestore.rules")
        firestore.write("demo-rules", "public/kept")
        firestore.clear("demo-other")
        assert self._read(firestore, "public/kept") == 200
        firestore.clear("demo-rules")
        assert self._read(firestore, "public/kept") == 404

    @pytest.mark.exhaustive
    def test_an_export_can_be_begun_with(
        self, firestore: FirestoreEmulator, tmp_path: Path
    ) -> None:
        firestore.write("demo-rules", "public/exported")
        firestore.export("demo-rules", tmp_path / "export")
        address = f"127.0.0.1:{ports.free_port()}"
        log = tmp_path / "firestore.log"
        second = FirestoreEmulator.start(address, "127.0.0.1:1", log, tmp_path / "export")
        try:
            second.wait_until_ready()
            assert self._read(second, "public/exported") == 200
        finally:
            second.stop()

    def test_a_folder_without_an_export_is_a_clear_error(self, tmp_path: Path) -> None:
        with pytest.raises(SuiteError, match="holds no export"):
            FirestoreEmulator.start("127.0.0.1:1", "127.0.0.1:1", tmp_path / "log", tmp_path)

    def test_an_emulator_that_should_be_running_and_is_not_is_a_clear_error(self) -> None:
        with pytest.raises(SuiteError, match=r"FIRESTORE_EMULATOR_HOST is 127\.0\.0\.1:1"):
            FirestoreEmulator("127.0.0.1:1").wait_until_ready()

    def test_missing_ones_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(SuiteError, match=r"firebase\.json names .*No such file.*missing"):
            FirestoreEmulator("127.0.0.1:1").load_rules("demo-any", tmp_path / "missing.rules")

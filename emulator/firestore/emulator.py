"""Google's Firestore emulator, started here or found running, with its rules and triggers.

The control paths under `/emulator/v1` are those that the Firebase CLI uses (src/emulator in
firebase/firebase-tools).
"""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from emulator.firestore import class_data_sharing
from emulator.firestore.installation import MAIN_CLASS, Installation, find_installation
from emulator.paths import ROOT
from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.process.ports import free_port

RULES = ROOT / "firestore.rules"
MAX_START_SECONDS = 180
EXPORT_NAME = "firestore_export"  # the Firebase CLI's name
# Measured on 2 cores: ready after 0.77 s instead of 1.22 s, and 1.0 ms instead of 1.8 ms per write,
# because the second compiler competes with the tests for the processor.
JVM_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class FirestoreEmulator:
    """The emulator at `address`. Without `child` it is not the suite's own and outlives it."""

    def __init__(self, address: str, child: Child | None = None) -> None:
        self.address = address
        self.child = child
        self._url = f"http://{address}"

    @classmethod
    def start(
        cls, address: str, events_address: str, log: Path, data: Path | None = None
    ) -> "FirestoreEmulator":
        """Start one that posts its events to `events_address`; `data` holds an export."""
        installation = find_installation()
        options = class_data_sharing.archive_options(installation, JVM_OPTIONS)
        more = ["--import-data", str(_export_in(data))] if data else []
        return cls(address, _spawn(installation, options, address, events_address, log, *more))

    def wait_until_ready(self) -> None:
        """Return once it responds. Raises SuiteError with the end of its log if it exits."""
        deadline = time.monotonic() + MAX_START_SECONDS
        while not self._responds():
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
            self.child.kill()  # there is nothing to save

    def load_rules(self, project: str, rules: Path) -> None:
        """Put `rules` in force for `project`. Raises SuiteError with the line that is invalid."""
        try:
            files = [{"name": rules.name, "content": rules.read_text()}]
        except (OSError, ValueError) as error:
            raise SuiteError(
                f"The rules, which firebase.json names at firestore.rules, cannot be read: {error}"
            ) from error
        url = f"{self._control(project)}:securityRules"
        status, response = request(
            "PUT", url, {"rules": {"files": files}}, timeout=MAX_START_SECONDS
        )
        if status != 200:
            raise SuiteError(f"{rules}: {_message(response)}")
        for issue in json.loads(response).get("issues", ()):
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

    def documents(self, project: str, collection: str) -> dict[str, dict[str, Any]]:
        """The documents of a collection by id, as an admin sees them. Times are texts."""
        parent = f"{self._url}/v1/projects/{project}/databases/(default)/documents/{collection}"
        found: dict[str, dict[str, Any]] = {}
        page: dict[str, Any] = {"nextPageToken": ""}
        while "nextPageToken" in page:
            query = urlencode({"pageSize": 300, "pageToken": page["nextPageToken"]})
            page = json.loads(self._send("GET", f"{parent}?{query}"))
            for each in page.get("documents", ()):
                found[each["name"].rpartition("/")[2]] = _map(each)
        return found

    def clear(self, project: str) -> None:
        """Delete every document of `project`, without events."""
        self._send("DELETE", f"{self._control(project)}/databases/(default)/documents")

    def export(self, project: str, folder: Path) -> None:
        """Write the documents of `project` so that the Firebase CLI's `--import` finds them."""
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

    def _send(self, method: str, url: str, body: Any = None) -> bytes:
        status, response = request(
            method, url, body, timeout=MAX_START_SECONDS, Authorization="Bearer owner"
        )
        if status != 200:
            raise SuiteError(f"The Firestore emulator refused {method} {url}: {_message(response)}")
        return response

    def _responds(self) -> bool:
        try:
            return request("GET", self._url, timeout=5) == (200, b"Ok\n")
        except OSError:
            return False

    def _explain_end(self, child: Child) -> None:
        log = child.log.read_text(errors="replace") if child.log else ""
        if "BindException" in log:
            raise PortTakenError(f"Another program took {self.address} before Firestore did.")
        raise SuiteError(f"The Firestore emulator ended as it started:\n{log[-2000:]}")


def archive_classes() -> None:
    """Start an emulator, use it a little, and archive its classes for all later starts."""
    installation = find_installation()
    archive = class_data_sharing.archive_file(installation, JVM_OPTIONS)
    if archive.is_file():
        return
    archive.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="java-", dir=archive.parent) as folder:
        written = Path(folder, archive.name)
        address = f"127.0.0.1:{free_port()}"
        options = [f"-XX:ArchiveClassesAtExit={written}"]
        child = _spawn(installation, options, address, "127.0.0.1:1", Path(folder, "log"))
        try:
            emulator = FirestoreEmulator(address, child)
            emulator.wait_until_ready()
            emulator.load_rules("demo-classes", RULES)
            emulator.register(
                "demo-classes",
                {
                    "id": "c",
                    "eventType": "google.cloud.firestore.document.v1.written",
                    "document": "c/{c}",
                },
            )
            emulator.write("demo-classes", "c/one")
        finally:
            child.stop(MAX_START_SECONDS)
        if written.is_file():  # not every Java writes archives
            written.replace(archive)


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
    command += ["-cp", str(installation.jar), MAIN_CLASS, "start"]
    command += ["--host", host, "--port", port, "--functions_emulator", events_address, *more]
    child = Child(command, log=log)
    child.start()
    return child


def _map(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document or of a map, as REST answers have them."""
    return {name: _plain(each) for name, each in value.get("fields", {}).items()}


def _plain(value: Mapping[str, Any]) -> Any:
    [(kind, content)] = value.items()
    if kind == "integerValue":
        return int(content)
    if kind == "mapValue":
        return _map(content)
    return [_plain(each) for each in content.get("values", ())] if kind == "arrayValue" else content


def _export_in(folder: Path) -> Path:
    file = folder / EXPORT_NAME / f"{EXPORT_NAME}.overall_export_metadata"
    if not file.is_file():
        raise SuiteError(f"{folder} holds no export: {file} does not exist.")
    return file


def _message(response: bytes) -> str:
    """The message of an error response, or else all of it."""
    try:
        return str(json.loads(response)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return response.decode(errors="replace").strip()

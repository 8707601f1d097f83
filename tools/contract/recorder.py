"""Records calls and the effects of a visit, the same in every run: the ids, times and addresses of
the real run are replaced with stable names.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from google.cloud.firestore import Client as Database
from google.cloud.firestore import FieldFilter
from pydantic.alias_generators import to_snake

from emulator.demo.client import Client
from emulator.suite.suite import Suite

Json = Any

# Ids that the server makes: random ones, and those derived from others.
_ID = re.compile(r"[A-Za-z0-9]{20}|[a-z2-7]{24}|[0-9a-f]{64}")
_EXPORT = re.compile(r"exports/(?:players/[0-9a-f]{64}|plays/[^/]+/[^/]+)/[A-Za-z0-9]+")
"""The folder is a hash of a uid or names a campaign, the name is random."""
_BATCH = re.compile(r"[a-z2-7]{12}")
_BATCHES = {"batchId", "revokedBatches"}
_CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b")
_UPLOADED = re.compile(r"\bMUG-2026-\d+\b")
_TICKET = re.compile(r"\b[a-z2-7]{12}(-\d+-)[0-9A-Z]{16}\b")
_SHARE = re.compile(r"\b[a-z2-7]{26}\b")
_CREATED = re.compile(r"(with the id )[a-z2-7]{24}\b")
"""In the sentence that says what came of a proposal."""
_ADDRESS = re.compile(r"https?://[^/\s]+/([^?\s]*)(\?\S*)?")
_TIME = 1_780_000_000_000
_MIN_TIME = 1_600_000_000_000

# These depend on the machine. The sizes of files depend on the version of a library.
_MEASURED = {"processingTimeMs": 900, "durationMs": 40, "roll": 123_456}
_OF_FILES = {"sizeBytes": 60_000}
# They contain times.
_TOKENS = {"nextPageToken": "bW9yZQ", "fromIdToken": "eyJhbGciOiJSUzI1NiJ9.…"}
_FILE = {"uri", "url", "format"}

# The documents in a project that a visit changes, by collection.
_COLLECTIONS = {"guests": "guest", "sessions": "session", "jobs": "job"}
"""Of a project. Shares lie beside it."""
# Enqueues what onSessionCompleted has created but not enqueued. Whether it acts depends on timing.
_FALLBACKS = {"onJobCreated"}
_WRITES = ("writes", "deletes")
_OBJECT_OPERATIONS = ("storageClassA", "storageClassB")


class Scrubber:
    """Replaces what differs between runs, always the same value with the same name."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = dict(names)
        self._counts: Counter[str] = Counter()

    def add(self, value: str, name: str) -> None:
        """Replace this value with this name."""
        self._names[value] = name

    def clean(self, value: Json, key: str = "", parent: str = "") -> Json:
        """The value as the pages show it."""
        if isinstance(value, dict):
            measured = {name: _OF_FILES[name] for name in _OF_FILES if value.keys() & _FILE}
            return {
                str(self._text(name)): measured.get(name, self.clean(item, name, key))
                # Firestore returns the keys of a map in any order, and names are given in turn
                for name, item in sorted(value.items())
            }
        if isinstance(value, list):
            return [self.clean(item, key, parent) for item in value]
        if isinstance(value, str):
            if key in _TOKENS:
                return _TOKENS[key]
            if key in _BATCHES and _BATCH.fullmatch(value):
                value = "ticketbatch1"
            self._learn(value, key, parent)
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return _MEASURED.get(key, _TIME if value > _MIN_TIME else value)
        return value

    def _learn(self, value: str, key: str, parent: str) -> None:
        if value in self._names or not _ID.fullmatch(value):
            return
        named = to_snake(key.removesuffix("Id") if key != "id" else parent)
        kind = named.rpartition("_")[2] or "job"  # `activeJobId` is the id of a job
        self._counts[kind] += 1
        self._names[value] = f"{kind}-{self._counts[kind]}"

    def _text(self, text: str) -> str:
        text = _ADDRESS.sub(_example_address, text)
        text = _CODE.sub("K7Q2-9D4M-X0PA-63ZT", text)
        text = _UPLOADED.sub("MUG-2026-7", text)
        text = _TICKET.sub(r"ticketbatch1\1ABCDEFGH12345678", text)
        text = _SHARE.sub("abcdefghijklmnopqrstuvwxyz", text)
        text = _CREATED.sub(r"\1campaign-of-proposal", text)
        for value in sorted(self._names, key=len, reverse=True):
            text = text.replace(value, self._names[value])
        return text


def _example_address(found: re.Match[str]) -> str:
    path, query = found.groups()
    path = _EXPORT.sub("exports/export-1", path)
    return f"https://storage.example/{path}" + ("?…" if query else "")


@dataclass
class Recorder:
    """Records the first call of each callable, and every call in a phase with its effects."""

    suite: Suite
    database: Database
    project: str
    scrubber: Scrubber
    calls: dict[str, Json] = field(default_factory=dict)
    """By callable: the caller, the request and the response."""
    steps: list[Json] = field(default_factory=list)
    """The visit step by step: a call or the transfer of an object, in a phase."""
    _phase: str | None = None

    def client(self, uid: str | None) -> Client:
        """A client that calls the suite's functions as this user."""
        return Client.of(self.suite.env, uid)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Record the steps of the block as steps of this phase."""
        self._phase = name
        try:
            yield
        finally:
            self._phase = None

    def call(self, caller: str, client: Client, name: str, /, **data: Json) -> Json:
        """The callable's response, which is recorded if it is the first one."""
        if self._phase is None:
            response = client.call(name, **data)
        else:
            response = self._call_with_effects(client, name, data)
        shown = {
            "as": caller,
            "request": self.scrubber.clean(data),
            "response": self.scrubber.clean(response),
        }
        self.calls.setdefault(name, shown)
        return response

    def upload(self, client: Client, target: dict[str, Json], data: bytes) -> None:
        """Upload an object as the page does, to the target that `createUpload` returned."""
        client.upload(target, data).raise_for_status()
        self.steps.append({"phase": self._phase, "object": "upload"})

    def store(self, path: str, photo: bytes) -> str:
        """Store a photo in the bucket, as the server does, and return its URI."""
        response = requests.post(
            f"http://{self.suite.addresses['storage']}/upload/storage/v1/b/{self.suite.bucket}/o",
            params={"uploadType": "media", "name": path},
            headers={"Content-Type": "image/jpeg"},
            data=photo,
            timeout=60,
        )
        response.raise_for_status()
        stored = response.json()
        return f"gs://{stored['bucket']}/{stored['name']}"

    def download(self, url: str) -> None:
        """Download an object as the page does."""
        requests.get(url, timeout=60).raise_for_status()
        self.steps.append({"phase": self._phase, "object": "download"})

    def _call_with_effects(self, client: Client, name: str, data: dict[str, Json]) -> Json:
        """Call, and record what the call and the functions that it started have written."""
        self.suite.settle()
        before = self._documents()
        self._meter("POST", "meter:reset")
        response = client.call(name, **data)
        self.suite.settle()
        usage = self._meter("GET", "meter")["functions"]
        after = self._documents()
        changed = {path.split("/")[0] for path in after if after[path] != before.get(path)}
        step = {
            "phase": self._phase,
            "call": name,
            "wrote": _functions(usage, _WRITES),
            "objects": _functions(usage, _OBJECT_OPERATIONS),
            "changed": sorted(changed),
            "next": _next_phase(response),
        }
        self.steps.append({key: value for key, value in step.items() if value})
        return response

    def _documents(self) -> dict[str, Json]:
        project = self.database.document("projects", self.project)
        collections = {each: project.collection(name) for name, each in _COLLECTIONS.items()}
        of_project = FieldFilter("projectId", "==", self.project)
        shares = self.database.collection("shares").where(filter=of_project)
        return {
            f"{kind}/{snapshot.id}": snapshot.to_dict()
            for kind, query in {**collections, "share": shares}.items()
            for snapshot in query.stream()
        }

    def _meter(self, method: str, path: str) -> Json:
        url = f"http://{self.suite.addresses['hub']}/{path}"
        response = requests.request(method, url, timeout=60)
        response.raise_for_status()
        return response.json()


def _functions(usage: dict[str, dict[str, float]], amounts: tuple[str, ...]) -> list[str]:
    """The functions with any of these amounts."""
    return sorted(
        name
        for name, used in usage.items()
        if name not in _FALLBACKS and any(used[amount] for amount in amounts)
    )


def _next_phase(response: Json) -> str | None:
    """The phase to which a response leads the guest."""
    following = response.get("next", response) if isinstance(response, dict) else {}
    phase = following.get("phase") if "params" in following else None
    return None if phase is None else str(phase)

"""An event's session: its calls, and its picture against a project's of the same format."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.firestore import DocumentReference

from emulator.demo import seed
from experience.clock import now_ms
from experience.documents import shard_of
from experience.media.store.objects import capture_path
from tools.benchmarks.bench import Bench, Call
from tools.benchmarks.timing import Samples

WIDTH = 1080
"""Of every picture of an event's session."""
WAIT_SECONDS = 120


class Journeys:
    """A live event of the demo's workspace, whose journey asks for a name and a photo.

    Its sessions with a photo are stored as if their guests had gone through it.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.event = bench.name("event")
        self.experience = bench.name("experience")
        client = storage.Client(bench.suite.project, AnonymousCredentials())
        self._bucket = client.bucket(bench.suite.bucket)
        named = {"workspaceId": seed.WORKSPACE, "name": "Benchmark"}
        times = {"createdAt": now_ms(), "updatedAt": now_ms()}
        event = {"id": self.event, **named, "status": "live", "activeJourneyId": "main", **times}
        reference = bench.db.document("events", self.event)
        reference.set(event)
        journey = {"eventId": self.event, "name": "Benchmark", "status": "active"}
        order = {"stepOrder": ["name", "photo"]}
        for each in ("main", "other"):
            stored = {"id": each, **journey, **order}
            reference.collection("journeys").document(each).set(stored)
        steps: list[dict[str, Any]] = [
            {"id": "name", "type": "short_text"},
            {
                "id": "photo",
                "type": "capture",
                "config": {"fallbackExperienceId": self.experience},
            },
        ]
        for step in steps:
            reference.collection("steps").document(step["id"]).set(step)
        config = {"enabled": True, "model": "local", "prompt": "", "aspectRatio": "1:1"}
        experience = {"id": self.experience, **named, "status": "active", "aiPhotoConfig": config}
        bench.db.document("experiences", self.experience).set(experience)

    def beginning(self) -> Call:
        """A fresh guest at the door."""
        return self._bench.name("guest"), {"eventId": self.event}

    def begun(self) -> Call:
        """A fresh guest at the first step."""
        uid, event = self.beginning()
        session = self._bench.call(uid, "startJourney", **event)["session"]
        return uid, {**event, "sessionId": session["id"]}

    def answering(self) -> Call:
        """A fresh guest who has typed a name."""
        uid, ids = self.begun()
        return uid, {**ids, "stepId": "name", "input": {"type": "text", "value": "Ada"}}

    def going_back(self) -> Call:
        """A fresh guest who is about to leave the second step for the first."""
        uid, ids = self.begun()
        self.reference(ids).update({"currentStepIndex": 1})
        return uid, {**ids, "index": 0}

    def photographing(self) -> Call:
        """A fresh guest who is about to take a photo."""
        uid, ids = self.begun()
        return uid, {**ids, "contentType": "image/jpeg", "sizeBytes": len(self._bench.photo)}

    def uploaded(self) -> Call:
        """A fresh guest whose photo waits to be saved."""
        uid, photo = self.photographing()
        upload = self._bench.call(uid, "createCaptureUpload", **photo)
        self._bench.caller(uid).upload(upload, self._bench.photo).raise_for_status()
        return uid, {name: photo[name] for name in ("eventId", "sessionId")}

    def captured(self, **fields: Any) -> Call:
        """A fresh guest with a photo: who, and the ids of the session."""
        uid, session = self._bench.name("guest"), self._bench.name("session")
        blob: Any = self._bucket.blob(capture_path(self.event, session))
        blob.upload_from_string(self._bench.photo, content_type="image/jpeg")
        stored = {
            "id": session,
            "shard": shard_of(session),
            "eventId": self.event,
            "workspaceId": seed.WORKSPACE,
            "state": "captured",
            "inputImagePath": blob.name,
            "captureGeneration": int(blob.generation),
            "data": {"selected_experience_id": self.experience},
            "createdBy": uid,
            "createdAt": now_ms(),
            "updatedAt": now_ms(),
            **fields,
        }
        self._bench.db.document("events", self.event, "sessions", session).set(stored)
        return uid, {"eventId": self.event, "sessionId": session}

    def failed(self) -> Call:
        """A fresh guest whose transform failed."""
        return self.captured(state="error", error="AI transform failed: cancelled")

    def next_version(self, *path: str) -> dict[str, int]:
        """The version that a change of this document is made to."""
        stored = self._bench.db.document(*path).get().to_dict() or {}
        return {"expectedVersion": stored.get("version", 0)}

    def renamed_event(self) -> Call:
        """The operator's next name for the event."""
        version = self.next_version("events", self.event)
        change = {"event": {"name": self._bench.name("Benchmark")}}
        return seed.OPERATOR, {"eventId": self.event, **version, **change}

    def renamed_journey(self) -> Call:
        """The operator's next name for a journey that guests do not go through."""
        version = self.next_version("events", self.event, "journeys", "other")
        change = {"name": self._bench.name("Benchmark")}
        ids = {"eventId": self.event, "journeyId": "other"}
        return seed.OPERATOR, {**ids, **version, "journey": change}

    def renamed_step(self) -> Call:
        """The operator's next title of a question."""
        version = self.next_version("events", self.event, "steps", "other")
        config = {"variable": "other"}
        title = self._bench.name("Benchmark")
        step = {"type": "short_text", "title": title, "config": config}
        ids = {"eventId": self.event, "stepId": "other"}
        return seed.OPERATOR, {**ids, **version, "step": step}

    def switched(self) -> Call:
        """The operator's choice of the journey that is not active."""
        stored = self._bench.db.document("events", self.event).get().to_dict() or {}
        other = "other" if stored["activeJourneyId"] == "main" else "main"
        version = self.next_version("events", self.event)
        return seed.OPERATOR, {"eventId": self.event, "journeyId": other, **version}

    def renamed_experience(self) -> Call:
        """The operator's next name for the experience."""
        version = self.next_version("experiences", self.experience)
        change = {"experience": {"name": self._bench.name("Benchmark")}}
        return seed.OPERATOR, {"experienceId": self.experience, **version, **change}

    def listed_events(self) -> Call:
        """The operator's newest event."""
        return seed.OPERATOR, {"workspaceId": seed.WORKSPACE, "pageSize": 1}

    def listed_sessions(self) -> Call:
        """The newest sessions of the event."""
        return seed.OPERATOR, {"eventId": self.event, "pageSize": 5}

    def reference(self, ids: Mapping[str, Any]) -> DocumentReference:
        """The document of a session."""
        return self._bench.db.document("events", ids["eventId"], "sessions", ids["sessionId"])


@dataclass(frozen=True)
class Pictures:
    """A guest's wait for a PNG: from the answer to the call that begins it until it is shown."""

    project: Samples
    event: Samples

    @property
    def ratio(self) -> float:
        return self.event.median / self.project.median


def measure(bench: Bench, rounds: int, warm: int = 1) -> Pictures:
    """Pictures of a project and of an event, in turn."""
    journeys = Journeys(bench)
    waits: dict[str, list[float]] = {"project": [], "event": []}
    with _as_png(bench):
        for sample in range(warm + rounds):
            for name, wait in (("project", _of_project), ("event", _of_event)):
                bench.settle()
                seconds = wait(bench, journeys)
                if sample >= warm:
                    waits[name].append(seconds)
    return Pictures(Samples(waits["project"]), Samples(waits["event"]))


def _of_project(bench: Bench, _: Journeys) -> float:
    uid, ids = bench.photographed()
    bench.call(uid, "updateSessionProgress", **ids, inputs={"name": "Ada", "mood": "dreamy"})
    bench.settle()
    session = bench.db.document("projects", seed.PROJECT, "sessions", ids["sessionId"])
    done = lambda fields: fields.get("jobStatus") == "completed"  # noqa: E731
    return _waited(session, lambda: bench.call(uid, "completeSession", **ids), done)


def _of_event(bench: Bench, journeys: Journeys) -> float:
    uid, ids = journeys.captured()
    done = lambda fields: fields.get("state") == "ready"  # noqa: E731
    call = lambda: bench.call(uid, "triggerTransform", **ids)  # noqa: E731
    return _waited(journeys.reference(ids), call, done)


def _waited(
    session: DocumentReference,
    begin: Callable[[], Any],
    is_done: Callable[[Mapping[str, Any]], bool],
) -> float:
    """Begin a picture, and listen to its session as a page does until it is there."""
    updates: SimpleQueue[tuple[float, bool]] = SimpleQueue()

    def on_session(snapshots: Any, _changes: Any, _time: Any) -> None:
        for each in snapshots:
            updates.put((time.perf_counter(), is_done(each.to_dict() or {})))

    watch = session.on_snapshot(on_session)
    try:
        updates.get(timeout=WAIT_SECONDS)  # the session as it is
        begin()
        began = time.perf_counter()
        while True:
            at, done = updates.get(timeout=WAIT_SECONDS)
            if done:
                return at - began
    finally:
        watch.unsubscribe()


@contextmanager
def _as_png(bench: Bench) -> Iterator[None]:
    """Meanwhile the demo's booth makes pictures as an event does, by a version of its own."""
    booth = bench.db.document("workspaces", seed.WORKSPACE, "experiences", seed.CARTOON)
    versions = booth.collection("experienceVersions")
    published = booth.get(["publishedVersion"]).get("publishedVersion")
    number = 2_000_000 + WIDTH
    version = versions.document(str(published)).get().to_dict() or {}
    version["version"] = number
    version["transform"] |= {"output": {"format": "png", "width": WIDTH}, "overlay": None}
    versions.document(str(number)).set(version)
    booth.update({"publishedVersion": number})
    try:
        yield
    finally:
        booth.update({"publishedVersion": published})

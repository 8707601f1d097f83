"""A guest's picture as a run of `photo.transform`, against what it could not be made without.

That is: the imaging at once, the round trips to the database that a transform made when one worker
held a job from its start to its end, and the same files read and stored.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from emulator.demo import seed
from experience.imaging import stages
from experience.imaging.models import Picture, Recipe
from experience.imaging.photos import fit, load
from tools.benchmarks.bare import Bare
from tools.benchmarks.bench import Bench
from tools.benchmarks.timing import Samples, seconds_of

WIDTH = 1080
STEPS = ("load", "stylise", "publish")
WAIT_SECONDS = 120
ENDED = {"completed", "failed", "cancelled"}
DIRECT = "read 3, write 3, write 1, write 1, read 3, write 3"
"""Job, internals and session: taken, told of twice, and ended."""


@dataclass(frozen=True)
class Result:
    """A picture's seconds, as a run with its steps, and of what it is made of, each done alone.

    `wait` is the guest's: from the answer to `completeSession` until their page hears of it.
    `stages` and `files` are the run's share of imaging and storage: what lies between two steps is
    encoded, stored and decoded. `imaging`, `storage` and `database` are what it takes directly.
    """

    width: int
    wait: Samples
    run: Samples
    steps: dict[str, Samples]
    alone: dict[str, Samples]

    @property
    def around(self) -> Samples:
        """What of the run is in none of its steps."""
        steps = zip(*(each.seconds for each in self.steps.values()), strict=True)
        pairs = zip(self.run.seconds, steps, strict=True)
        return Samples([whole - sum(within) for whole, within in pairs])

    @property
    def direct(self) -> Samples:
        """Imaging, storage and database, one after the other."""
        parts = (self.alone[each].seconds for each in ("imaging", "storage", "database"))
        return Samples([sum(each) for each in zip(*parts, strict=True)])

    @property
    def ratio(self) -> float:
        return self.run.median / self.direct.median


def measure(bench: Bench, rounds: int, warm: int = 1, width: int = WIDTH) -> Result:
    """The demo's cartoon, through the real queue; in turn with the same without an engine."""
    parts = _Parts(bench, width)
    runs: list[dict[str, float]] = []
    alone: list[dict[str, float]] = []
    with _wide(bench, width):
        for sample in range(warm + rounds):
            bench.settle()
            run = _run(bench)
            bench.settle()
            part = parts.take()
            if sample >= warm:
                runs.append(run)
                alone.append(part)
    steps = {name: _samples(runs, name) for name in STEPS}
    parts_alone = {name: _samples(alone, name) for name in alone[0]}
    return Result(width, _samples(runs, "wait"), _samples(runs, "run"), steps, parts_alone)


def _samples(measured: list[dict[str, float]], name: str) -> Samples:
    return Samples([each[name] for each in measured])


def _run(bench: Bench) -> dict[str, float]:
    """The seconds of a new guest's wait, of the run from its creation to its end, and its steps."""
    uid, ids = bench.photographed()
    bench.call(uid, "updateSessionProgress", **ids, inputs={"name": "Ada", "mood": "dreamy"})
    bench.settle()
    wait = _waited(bench, uid, ids)
    bench.settle()
    session = bench.call(uid, "getSession", **ids)["session"]
    job = bench.db.document("projects", seed.PROJECT, "jobs", session["jobId"]).get()
    run = bench.db.document("workspaces", seed.WORKSPACE, "runs", job.get("runId"))
    steps = run.collection("runSteps")
    found = run.get()
    if found.get("status") != "completed":
        raise RuntimeError(f"the run {run.path} was not completed")
    seconds = {name: steps.document(name).get().get("durationMs") / 1000 for name in STEPS}
    whole = (found.get("completedAt") - found.get("createdAt")) / 1000
    return {"wait": wait, "run": whole, **seconds}


def _waited(bench: Bench, uid: str, ids: Mapping[str, Any]) -> float:
    """Complete a session, and listen to it as a page does until its picture is there."""
    updates: SimpleQueue[tuple[float, Any]] = SimpleQueue()

    def on_session(snapshots: Any, _changes: Any, _time: Any) -> None:
        for each in snapshots:
            updates.put((time.perf_counter(), (each.to_dict() or {}).get("jobStatus")))

    session = bench.db.document("projects", seed.PROJECT, "sessions", ids["sessionId"])
    watch = session.on_snapshot(on_session)
    try:
        updates.get(timeout=WAIT_SECONDS)  # the session as it is
        bench.call(uid, "completeSession", **ids)
        began = time.perf_counter()
        while True:
            at, status = updates.get(timeout=WAIT_SECONDS)
            if status in ENDED:
                return at - began
    finally:
        watch.unsubscribe()


class _Parts:
    """What a picture is made of, each part alone."""

    def __init__(self, bench: Bench, width: int) -> None:
        client = storage.Client(bench.suite.project, AnonymousCredentials())
        self._bucket = client.bucket(bench.suite.bucket)
        self._bench = bench
        self._bare = Bare(bench.db)
        self._recipe = Recipe(style="cartoon", aspect_ratio="1:1", format="jpeg", width=width)
        self._overlay = self._bucket.blob(seed.OVERLAY).download_as_bytes()
        self._photo = bench.name("photo")
        self._bucket.blob(self._photo).upload_from_string(bench.photo)

    def take(self) -> dict[str, float]:
        """The seconds of each."""
        made: list[bytes] = []

        def at_once() -> None:
            image = fit(load(self._bench.photo, self._recipe.size), self._recipe.size)
            image = stages.stylised(image, "cartoon")
            stages.lay_over(image, self._overlay)
            made.extend(_files(stages.finished(image, "jpeg")))

        def in_stages() -> None:
            normalised = stages.normalise(self._bench.photo, self._recipe)
            styled = stages.stylise(normalised, "cartoon")
            made.extend((normalised, styled))
            made.extend(_files(stages.finish(styled, self._recipe, self._overlay)))

        seconds = {"imaging": seconds_of(at_once)}
        seconds["storage"] = seconds_of(self._store, made)
        seconds["database"] = seconds_of(self._bare.run, DIRECT)
        made.clear()
        seconds["stages"] = seconds_of(in_stages)
        seconds["files"] = seconds_of(self._store, made)
        return seconds

    def _store(self, files: list[bytes]) -> None:
        """Photo and overlay read, and these stored."""
        for path in (self._photo, seed.OVERLAY):
            self._bucket.blob(path).download_as_bytes()
        for data in files:
            blob: Any = self._bucket.blob(self._bench.name("file"))
            blob.upload_from_string(data, if_generation_match=0)


def _files(picture: Picture) -> tuple[bytes, bytes]:
    return picture.data, picture.thumbnail


@contextmanager
def _wide(bench: Bench, width: int) -> Iterator[None]:
    """Meanwhile the demo's booth makes pictures as wide as this, by a version of its own.

    The functions keep the versions that they have read: none of them may be another all at once.
    """
    booth = bench.db.document("workspaces", seed.WORKSPACE, "experiences", seed.CARTOON)
    versions = booth.collection("experienceVersions")
    before = booth.get(["publishedVersion", "published"])
    number = 1_000_000 + width
    version = versions.document(str(before.get("publishedVersion"))).get().to_dict() or {}
    version["version"] = number
    version["transform"]["output"]["width"] = width
    versions.document(str(number)).set(version)
    booth.update({"publishedVersion": number, "published.transform.output.width": width})
    try:
        yield
    finally:
        old = before.get("published.transform.output.width")
        kept = before.get("publishedVersion")
        booth.update({"publishedVersion": kept, "published.transform.output.width": old})

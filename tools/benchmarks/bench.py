"""A running suite with the demo in it, and who calls its functions."""

import itertools
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from google.cloud.firestore import Client as Database

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.suite.suite import Suite

SETTLE_SECONDS = 300
PICTURE_WIDTH = 256
PROJECT = {"projectId": seed.PROJECT}
GUEST = {**PROJECT, "mode": "guest", "configSource": "published"}

Call = tuple[str, Mapping[str, Any]]
"""Who calls, and with what."""


class Bench:
    """One run. What is called Fresh here is made for one sample and outside its time."""

    def __init__(self, suite: Suite, db: Database) -> None:
        self.suite = suite
        self.db = db
        self.run = uuid.uuid4().hex[:8]
        self._numbers = itertools.count()
        self._connection = requests.Session()
        seed.seed(suite.project, suite.bucket)
        self.photo = (seed.PHOTOS / "astronaut.jpg").read_bytes()

    def make_small_pictures(self) -> None:
        """So that what is waited for between two samples is short."""
        for experience in (seed.CARTOON, seed.SKETCH):
            booth = self.db.document("workspaces", seed.WORKSPACE, "experiences", experience)
            booth.update({"published.transform.output.width": PICTURE_WIDTH})
            version = booth.collection("experienceVersions").document("1")
            version.update({"transform.output.width": PICTURE_WIDTH})

    def name(self, kind: str) -> str:
        """An id that nothing else has."""
        return f"{kind}-{self.run}-{next(self._numbers)}"

    def caller(self, uid: str) -> Client:
        """A signed-in visitor; all of them share one connection."""
        address = self.suite.env["FUNCTIONS_EMULATOR_HOST"]
        return Client(address, self.suite.project, uid, self.suite.region, self._connection)

    def call(self, uid: str, function: str, /, **data: Any) -> Any:
        """The callable's answer."""
        return self.caller(uid).call(function, **data)

    def settle(self) -> None:
        """Let all that was started end."""
        self.suite.settle(SETTLE_SECONDS)

    def guest(self) -> str:
        """A fresh guest."""
        uid = self.name("guest")
        self.call(uid, "ensureGuest", **PROJECT, consentVersion="2026-1")
        return uid

    def pregate(self) -> Call:
        """A fresh guest in a session that can be completed: who, and its ids."""
        uid = self.guest()
        session = self.call(uid, "createSession", **GUEST, experienceId=seed.PREGATE)["session"]
        answers = {**PROJECT, "sessionId": session["id"], "inputs": {"adult": True}}
        self.call(uid, "updateSessionProgress", **answers)
        return uid, {**PROJECT, "sessionId": session["id"]}

    def main(self) -> Call:
        """A fresh guest in an active main session."""
        uid, pregate = self.pregate()
        self.call(uid, "completeSession", **pregate, experienceId=seed.CARTOON)
        session = self.call(uid, "createSession", **GUEST, experienceId=seed.CARTOON)["session"]
        return uid, {**PROJECT, "sessionId": session["id"]}

    def photographed(self) -> Call:
        """A fresh guest in an active main session with a photo."""
        uid, ids = self.main()
        self.caller(uid).take_photo({**ids, "id": ids["sessionId"]}, "photo", self.photo)
        return uid, ids

    def transformed(self) -> Call:
        """A fresh guest with a picture: who, and the ids of the main session."""
        uid, ids = self.photographed()
        inputs = {"name": "Ada", "mood": "dreamy"}
        self.call(uid, "updateSessionProgress", **ids, inputs=inputs)
        self.call(uid, "completeSession", **ids)
        self.settle()
        return uid, ids

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class _FilledSuite(Suite):
    """Has documents before it has triggers, so that no event comes of them."""

    before: Callable[[Database], None] | None = None

    def add_project(self, project: str) -> None:
        if self.before:
            os.environ["FIRESTORE_EMULATOR_HOST"] = self.addresses["firestore"]
            db = Database(project=project)
            self.before(db)
            db.close()
        super().add_project(project)


@contextmanager
def started(log: Path, before: Callable[[Database], None] | None = None) -> Iterator[Bench]:
    """A suite of its own, `before` having written to it what no trigger shall hear of.

    Its addresses are in the environment meanwhile.
    """
    kept = dict(os.environ)
    suite = _FilledSuite("demo-bench", free_ports=True, functions_log=log)
    suite.before = before
    try:
        with suite:
            os.environ.update(suite.env)
            db = Database(project=suite.project)
            bench = Bench(suite, db)
            try:
                bench.make_small_pictures()
                yield bench
            finally:
                bench.close()
                db.close()
    finally:
        os.environ.clear()
        os.environ.update(kept)

"""A suite that injects faults, and what must hold after them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database
from google.cloud.firestore import FieldFilter

from emulator.demo import seed
from emulator.demo.chaos import ChaosGuest, ChaosRun
from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient, address_of
from emulator.faults.settings import parse
from emulator.suite.suite import Suite
from experience import clients
from experience.mails.store import mail_ref
from operations.checks.check import check as check_data
from tests.support.builders.jobs import CAPTURE, SMALL, a_photo
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform
from tests.support.shared_emulator import SharingSuite

RECOVERY_SECONDS = 120
POLL_SECONDS = 0.1

# For sweeps and workers, so that no test waits for minutes.
IMPATIENT = {"SWEEP_GRACE_SECONDS": "0", "STEP_PAUSE_LIMIT_SECONDS": "0"}


@contextmanager
def a_suite(
    project: str, log: Path, *, auth: bool = False, app_check: bool = False
) -> Iterator[tuple[Suite, Database]]:
    """A suite for faults, with the demo in it, and its database. Nothing waits for minutes."""
    suite = SharingSuite(
        project, free_ports=True, functions_log=log, auth=auth, app_check=app_check
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in IMPATIENT.items():
                patch.setenv(name, value)
            suite.start()
            for name, value in suite.env.items():
                patch.setenv(name, value)
            db: Database = clients.Firestore(suite.project)
            seed_demo(suite, db)
        yield suite, db
        db.close()
    finally:
        suite.stop()


def seed_demo(suite: Suite, db: Database) -> None:
    """The demo's data, with pictures that are made at once."""
    seed.seed(suite.project, suite.bucket)
    for experience in (seed.CARTOON, seed.SKETCH):
        booth = db.document("workspaces", seed.WORKSPACE, "experiences", experience)
        small = {"transform.output": SMALL, "transform.overlay": None}
        booth.collection("experienceVersions").document("1").update(small)
        booth.update({f"published.{name}": value for name, value in small.items()})


class FaultySuite:
    """One test's faults, visitors and projects in a running suite."""

    def __init__(self, suite: Suite, db: Database) -> None:
        self.suite = suite
        self.db = db
        self.projects = [seed.PROJECT]
        self._clients: list[Client] = []
        self._is_swept = True

    def faults(self, **settings: Any) -> None:
        """Inject these faults from now on; without settings, none."""
        self._is_swept = self._is_swept and not settings
        self.suite.set_faults(parse(json.dumps(settings)))

    def sweep(self, *names: str) -> None:
        """Run schedules, by default those that finish visits, and all that they start."""
        for name in names or ("sweepJobs", "sweepRuns", "sweepMails"):
            assert self.suite.scheduler.run(name) == 200
            self.suite.settle()

    def recover(self) -> None:
        """End the faults, and wait and sweep until every job has ended."""
        self.faults()
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            self.suite.settle()
            if not self._is_swept:
                self.sweep("sweepJobs", "sweepRuns", "sweepSessions", "sweepMails")
            unfinished = [job for project in self.projects for job in self._unfinished(project)]
            if not unfinished:
                return
            assert time.monotonic() < deadline, f"jobs did not end: {unfinished}"
            self._is_swept = False
            time.sleep(POLL_SECONDS)

    def _unfinished(self, project: str) -> list[dict[str, Any] | None]:
        jobs: Any = self.db.collection("projects", project, "jobs")
        going = FieldFilter("status", "in", ["pending", "running"])
        return [job.to_dict() for job in jobs.where(filter=going).stream()]

    def venue(self, **venue: Any) -> Venue:
        """A project as `a_venue` makes it, by default a photo booth with small pictures."""
        booth = {"steps": [CAPTURE, a_step("name")], "transform": a_transform(output=SMALL)}
        made = a_venue(self.db, **{**booth, **venue})
        a_member(self.db, made.workspace, "owner")
        self.projects.append(made.project)
        return made

    def client(self, uid: str | None) -> Client:
        """A tab of this visitor's."""
        host = self.suite.env["FUNCTIONS_EMULATOR_HOST"]
        self._clients.append(Client(host, self.suite.project, uid))
        return self._clients[-1]

    def guest(self, venue: Venue, uid: str) -> "FaultyGuest":
        """A tab in which this visitor has the venue open."""
        return FaultyGuest(self, venue, uid)

    def demo_guest(self, uid: str, number: int = 0) -> ChaosGuest:
        """A visitor of the demo's project who tries again whatever passes by itself."""
        chaos = ChaosRun(self.suite)
        chaos.photo = a_photo()
        return ChaosGuest(chaos, self.client(uid), number)

    def of(self, project: str, collection: str, **equals: str) -> list[dict[str, Any]]:
        """The stored documents of a project, the oldest first."""
        query: Any = self.db.collection("projects", project, collection)
        for name, value in equals.items():
            query = query.where(filter=FieldFilter(name, "==", value))
        found = [document.to_dict() for document in query.stream()]
        return sorted(found, key=lambda each: (each["createdAt"], each["id"]))

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def a_faulty_suite(suite: Suite, db: Database, patch: pytest.MonkeyPatch) -> Iterator[FaultySuite]:
    """One test's faults in a suite. `check` follows, once for a file: it reads everything."""
    for name, value in suite.env.items():
        patch.setenv(name, value)
    faulty_suite = FaultySuite(suite, db)
    yield faulty_suite
    faulty_suite.recover()
    assert not suite.index_errors()
    faulty_suite.close()


def check(suite: Suite, db: Database) -> None:
    """Fail where any invariant is broken, once all that was begun has ended."""
    suite.settle()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in suite.env.items():
            patch.setenv(name, value)
        found = check_data(db, suite.bucket).violations
    assert not found, "\n".join(f"{v.invariant}: {v.path} {v.message}" for v in found)


class FaultyGuest(GuestClient):
    """A tab in which a guest visits a venue of a faulty suite."""

    def __init__(self, faulty_suite: FaultySuite, venue: Venue, uid: str) -> None:
        super().__init__(faulty_suite.client(uid), venue.project, a_photo(), address_of(uid))
        self.venue = venue

    def begin(self, experience: str | None = None, **more: Any) -> Any:
        """The guest's session of an experience, by default of the main one."""
        return self.create_session(experience or self.venue.main, **more)["session"]

    def complete(self, session: dict[str, Any], **data: Any) -> Any:
        """Called again when the session's own event kills the functions before they respond."""
        try:
            return super().complete(session, **data)
        except requests.ConnectionError:
            return super().complete(session, **data)

    def photographed(self) -> Any:
        """A completed main session with a photo, of which a transform will come."""
        self.call("ensureGuest")
        session = self.begin()
        self.take_photo(session)
        return self.complete(session)["session"]


WHOLE_VISIT = {
    "sessions": [("pregate", "completed"), ("main", "completed"), ("preshare", "completed")],
    "linked to the main session": [True, False, True],
    "completed": True,
    "active": {},
    "jobs": [("completed", None)],
    "jobState": ("completed", None),
    "mails": 1,
    "has the picture": True,
}


def visit_of(faulty_suite: FaultySuite, uid: str, project: str = seed.PROJECT) -> dict[str, Any]:
    """What is stored of a guest's whole visit, without ids and times."""
    sessions = faulty_suite.of(project, "sessions", createdBy=uid)
    jobs = faulty_suite.of(project, "jobs", createdBy=uid)
    [guest] = faulty_suite.of(project, "guests", id=uid)
    main = next(each for each in sessions if each["phase"] == "main")
    ids = [session["id"] for session in sessions]
    pictures = [job["output"] and job["output"]["url"] for job in jobs]
    return {
        "sessions": [(each["phase"], each["status"]) for each in sessions],
        "linked to the main session": [each["mainSessionId"] == main["id"] for each in sessions],
        "completed": [entry["sessionId"] for entry in guest["completedExperiences"]] == ids,
        "active": guest["activeSessions"],
        "jobs": [(job["status"], job["error"]) for job in jobs],
        "jobState": (main["jobStatus"], main["jobError"]),
        "mails": int(mail_ref(faulty_suite.db, project, main["id"]).get().exists),
        "has the picture": [main["resultMedia"] and main["resultMedia"]["url"]] == pictures,
    }

"""The sweeps as they are deployed: by their schedule, with their indexes, at their price."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.delivery.scheduler import Scheduler
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.suite.suite import Suite
from experience.clock import now_ms
from experience.ids import new_id
from experience.sessions.models.session import Session
from experience.transforms.usecases.create import create_job
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import (
    a_booth,
    a_completed_session,
    begin_and_vanish,
    run_of,
    stored_job,
)
from tests.support.builders.sessions import a_session, stored_session
from tests.support.builders.venues import a_venue

DAY = 24 * 3_600_000


def run(suite: Suite, schedule: str) -> None:
    """By the suite's control, as a developer runs it."""
    url = f"http://{suite.env['EMULATOR_SUITE_HOST']}/schedules/{schedule}:run"
    answer = requests.post(url, timeout=60)
    assert (answer.status_code, answer.json()) == (200, 200)
    suite.settle()


class TestSchedules:
    def test_the_manifest_says_how_often(self, suite: Suite) -> None:
        triggers = suite.functions.endpoints("scheduleTrigger")
        schedules = {name: trigger["schedule"] for name, trigger in triggers.items()}
        assert schedules["sweepJobs"] == "every 5 minutes"
        assert schedules["sweepSessions"] == "every 15 minutes"

    def test_sweep_sessions_abandons_what_was_left(
        self, suite: Suite, db: firestore.Client
    ) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "g")
        left = a_session(db, venue.project, "g", venue.main, updatedAt=now_ms() - DAY)
        run(suite, "sweepSessions")
        assert stored_session(db, venue.project, left)["status"] == "abandoned"

    @pytest.mark.exhaustive
    def test_sweeps_finish_what_was_lost(self, suite: Suite, db: firestore.Client) -> None:
        """One whose event was lost, one whose task was, and one whose worker vanished."""
        db.document("sweeps", "completedSessions").delete()
        venue = a_booth(db)
        then = now_ms() - 10 * 60_000
        no_job = a_completed_session(db, venue, completedAt=then)
        suite.settle()
        waiting, lost = self.stuck(suite, db), self.stuck(suite, db)
        first = run_of(db, self.job_of(db, waiting)).collection("runSteps").document("load")
        first.update({"dueAt": 1})
        begin_and_vanish(db, self.job_of(db, lost))
        run(suite, "sweepJobs")
        run(suite, "sweepRuns")
        for session in (no_job, waiting, lost):
            shown = stored_session(db, session.project_id, session.id)
            assert (shown["jobStatus"], shown["resultMedia"] is None) == ("completed", False)

    def stuck(self, suite: Suite, db: firestore.Client) -> Session:
        """A session whose job was created by one who died then, and the job's event was lost."""
        session = a_completed_session(db, a_booth(db))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(suite.event_router, "deliver", lambda event: None)
            create_job(session)
            suite.settle()
        return session

    def job_of(self, db: firestore.Client, session: Session) -> dict[str, Any]:
        shown = stored_session(db, session.project_id, session.id)
        return stored_job(db, session.project_id, shown["jobId"])


@pytest.fixture(scope="module")
def host(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsSupervisor]:
    """The functions once more, for a Firebase project in which nothing else happens."""
    shared = {name: value for name, value in suite.env.items() if "PROJECT" not in name}
    host = FunctionsSupervisor(
        suite.config.functions,
        f"demo-sweep-{new_id().lower()}",
        suite.region,
        {**shared, "SWEEP_GRACE_SECONDS": "0"},
        0,
        suite.config.indexes,
        tmp_path_factory.mktemp("sweep") / "functions.log",
    )
    host.start()
    yield host
    host.stop()


class TestPrice:
    def test_a_sweep_reads_every_session_once_and_little_where_nothing_happened(
        self, host: FunctionsSupervisor
    ) -> None:
        db, schedules = firestore.Client(project=host.project), Scheduler(host)

        def bill() -> tuple[int, int]:
            """The reads and writes of one more sweep."""
            before = usage()
            assert schedules.run("sweepJobs") == 200
            after = usage()
            return after[0] - before[0], after[1] - before[1]

        def usage() -> tuple[int, int]:
            meter = requests.get(f"{host.url}/__/meter", timeout=10).json()
            spent = meter["functions"].get("sweepJobs", {})
            return spent.get("reads", 0), spent.get("writes", 0)

        def complete(count: int) -> None:
            for _ in range(count):
                ended = {"status": "completed", "completedAt": now_ms()}
                fields = {**ended, "workspaceId": venue.workspace}
                a_session(db, venue.project, f"g-{new_id()}", venue.main, **fields)

        venue = a_venue(db)
        idle = (2, 2)  # the cursor, a query that finds nothing, the cursor moved on, and the run
        try:
            assert bill() == idle
            complete(5)
            reads, writes = bill()  # and the version that they were answered against: those that
            assert 1 <= reads - (1 + 2 * 5) <= 5  # are repaired at once may each read it
            assert writes == 3
            assert bill() == idle
            complete(3)
            assert bill() == (1 + 2 * 3, 3)
            assert bill() == idle
            assert requests.get(f"{host.url}/__/index-errors", timeout=10).json() == []
        finally:
            schedules.close()
            db.close()

"""A project's pictures of a day: never one too many, and never one too few."""

import json
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock, transactions
from experience.errors import ResourceExhausted
from experience.sessions.models.session import Session
from experience.transforms import store
from experience.transforms.models.job import Job
from experience.transforms.models.requests import CancelTransform, RetryTransform, StartTransform
from experience.transforms.usecases import cancel
from experience.transforms.usecases.create import create_job
from experience.transforms.usecases.retry import retry_transform
from experience.transforms.usecases.start import start_transform
from tests.experience.transforms.conftest import NewTransform
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.jobs import CAPTURE, SMALL, a_booth, a_completed_session
from tests.support.builders.sessions import stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_transform
from tests.support.calling import at_once
from tests.support.job_bench import JobBench, NewJob, unrest

MIDNIGHT = 1_735_689_600_000  # 2025-01-01T00:00:00Z


def a_limited_booth(db: Client, limit: int | None) -> Venue:
    transform = a_transform(output=SMALL)
    return a_venue(db, steps=[CAPTURE], transform=transform, dailyTransformLimit=limit)


def completed(db: Client, venue: Venue) -> Session:
    session = a_completed_session(db, venue)
    a_guest(db, venue.project, session.created_by)
    return session


def start(session: Session) -> Job:
    request = StartTransform(project_id=session.project_id, session_id=session.id)
    return start_transform(str(session.created_by), request)


def retry(session: Session) -> Job:
    request = RetryTransform(project_id=session.project_id, session_id=session.id)
    return retry_transform(str(session.created_by), request)


def cancel_job(session: Session) -> Job:
    request = CancelTransform(project_id=session.project_id, session_id=session.id)
    return cancel.cancel_transform(str(session.created_by), request)


def jobs(db: Client, venue: Venue) -> list[dict[str, Any]]:
    found = db.collection("projects", venue.project, "jobs").stream()
    return [job.to_dict() or {} for job in found]


def counted(db: Client, venue: Venue) -> dict[str, int]:
    """How many transforms each day has, by all its shards."""
    days: dict[str, int] = {}
    for shard in db.collection("projects", venue.project, "transformCounts").stream():
        held = shard.to_dict() or {}
        assert shard.id == f"{held['day']}-{held['shard']}"
        days[held["day"]] = days.get(held["day"], 0) + held["count"]
    return days


class TestExactness:
    @pytest.mark.exhaustive
    @pytest.mark.parametrize("limit", [1, 7, 8, 20])
    def test_of_thirty_started_at_once_as_many_begin_as_the_day_allows(
        self, quiet_db: Client, limit: int
    ) -> None:
        venue = a_limited_booth(quiet_db, limit)
        sessions = [a_completed_session(quiet_db, venue) for _ in range(30)]

        at_once(30, lambda number: create_job(sessions[number]))

        made = jobs(quiet_db, venue)
        statuses = [job["status"] for job in made]
        assert len(made) == 30
        assert (statuses.count("pending"), statuses.count("failed")) == (limit, 30 - limit)
        assert list(counted(quiet_db, venue).values()) == [limit]

    def test_a_day_that_comes_near_its_limit_is_logged_with_whose_it_is(
        self, quiet_db: Client, capsys: pytest.CaptureFixture[str]
    ) -> None:
        venue = a_limited_booth(quiet_db, 1)
        create_job(a_completed_session(quiet_db, venue))

        lines = map(json.loads, capsys.readouterr().out.splitlines())
        [near] = [line for line in lines if line["message"] == "daily limit near"]
        assert (near["severity"], near["limit"]) == ("WARNING", 1)
        assert near["document"] == f"projects/{venue.project}"

    def test_nobody_is_refused_whose_own_event_took_the_last_reservation(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = completed(quiet_db, a_limited_booth(quiet_db, 1))
        monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0)
        find_reservation = store.find_reservation

        def find_late(*about: Any) -> store.Reservation | None:
            monkeypatch.setattr(store, "find_reservation", find_reservation)
            assert create_job(session)
            return find_reservation(*about)

        monkeypatch.setattr(store, "find_reservation", find_late)
        assert start(session).status == "pending"

    def test_by_hand_and_by_event_share_one_limit(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, 5)
        sessions = [completed(quiet_db, venue) for _ in range(12)]

        def begin(number: int) -> bool:
            if number % 2:
                create_job(sessions[number])
                stored = stored_session(quiet_db, venue.project, sessions[number].id)
                return bool(stored["jobStatus"] == "pending")
            try:
                return start(sessions[number]).status == "pending"
            except ResourceExhausted:
                return False

        assert sum(at_once(12, begin)) == 5
        assert [job["status"] for job in jobs(quiet_db, venue)].count("pending") == 5

    def test_starting_the_same_session_at_once_takes_one_reservation(
        self, quiet_db: Client
    ) -> None:
        venue = a_limited_booth(quiet_db, 20)
        session = a_completed_session(quiet_db, venue)
        at_once(8, lambda _: create_job(session))
        assert list(counted(quiet_db, venue).values()) == [1]


class TestFullDay:
    def test_the_event_makes_a_failed_job_and_the_session_tells_it(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, 0)
        session = a_completed_session(quiet_db, venue)
        assert create_job(session)
        [job] = jobs(quiet_db, venue)
        stored = stored_session(quiet_db, venue.project, session.id)
        assert (job["status"], job["attemptCount"]) == ("failed", 0)
        assert (job["error"]["code"], job["error"]["isRetryable"]) == ("QUOTA_EXCEEDED", True)
        assert job["completedAt"] is not None
        assert (stored["jobId"], stored["jobStatus"]) == (job["id"], "failed")
        assert stored["jobError"] == {
            "code": "QUOTA_EXCEEDED",
            "message": "Today's pictures are used up.",
        }
        assert counted(quiet_db, venue) == {}

    def test_by_hand_it_is_refused_until_midnight_and_leaves_nothing(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_limited_booth(quiet_db, 1)
        create_job(a_completed_session(quiet_db, venue))
        session = completed(quiet_db, venue)
        now = MIDNIGHT - 90_000
        monkeypatch.setattr(clock, "now_ms", lambda: now)
        use_up(quiet_db, venue, 1, "20241231")
        before = (counted(quiet_db, venue), stored_session(quiet_db, venue.project, session.id))
        with pytest.raises(ResourceExhausted) as caught:
            start(session)
        details = {"reason": "daily_limit_reached", "retryAfterSeconds": 91, "limit": 1}
        assert caught.value.details == details
        assert len(jobs(quiet_db, venue)) == 1
        after = (counted(quiet_db, venue), stored_session(quiet_db, venue.project, session.id))
        assert after == before
        guest = stored_guest(quiet_db, venue.project, str(session.created_by))
        assert "transforms" not in guest.get("rates", {})

    def test_at_midnight_utc_the_next_day_begins(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_limited_booth(quiet_db, 1)
        monkeypatch.setattr(clock, "now_ms", lambda: MIDNIGHT - 1)
        first, second = completed(quiet_db, venue), completed(quiet_db, venue)
        start(first)
        with pytest.raises(ResourceExhausted):
            start(second)
        monkeypatch.setattr(clock, "now_ms", lambda: MIDNIGHT)
        assert start(second).status == "pending"
        assert counted(quiet_db, venue) == {"20241231": 1, "20250101": 1}

    def test_a_raised_limit_lets_more_begin_on_the_same_day(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, 1)
        sessions = [completed(quiet_db, venue) for _ in range(3)]
        start(sessions[0])
        project = quiet_db.document("projects", venue.project)
        project.update({"publishedConfig.dailyTransformLimit": 2})
        start(sessions[1])
        with pytest.raises(ResourceExhausted):
            start(sessions[2])

    def test_what_an_instance_found_full_is_refused_without_a_look(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, 1)
        create_job(a_completed_session(quiet_db, venue))
        create_job(a_completed_session(quiet_db, venue))
        counts = quiet_db.collection("projects", venue.project, "transformCounts")
        for shard in counts.stream():  # nobody takes a count back, and it would be seen
            shard.reference.update({"count": 0})
        create_job(a_completed_session(quiet_db, venue))
        statuses = sorted(job["status"] for job in jobs(quiet_db, venue))
        assert statuses == ["failed", "failed", "pending"]

    def test_another_project_is_not_affected(self, quiet_db: Client) -> None:
        create_job(a_completed_session(quiet_db, a_limited_booth(quiet_db, 1)))
        assert start(completed(quiet_db, a_limited_booth(quiet_db, 1))).status == "pending"


class TestUnlimited:
    def test_without_a_limit_nothing_is_counted(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, None)
        create_job(a_completed_session(quiet_db, venue))
        session = completed(quiet_db, venue)
        start(session)
        cancel_job(session)
        retry(session)
        assert [job["status"] for job in jobs(quiet_db, venue)] == ["pending", "pending"]
        assert counted(quiet_db, venue) == {}


class TestRetry:
    def test_another_run_attempt_takes_another_reservation(
        self, quiet_db: Client, new_visit: NewJob
    ) -> None:
        venue = a_limited_booth(quiet_db, 2)
        failed = tried(new_visit, venue)
        failed.retry()
        failed.retry()
        assert list(counted(quiet_db, venue).values()) == [2]

    def test_another_round_before_anybody_began_takes_none(self, quiet_db: Client) -> None:
        venue = a_limited_booth(quiet_db, 1)
        session = completed(quiet_db, venue)
        start(session)
        for _ in range(2):
            cancel_job(session)
            retry(session)
        assert list(counted(quiet_db, venue).values()) == [1]

    def test_where_the_day_is_full_it_is_refused_and_changes_nothing(
        self, quiet_db: Client, new_visit: NewJob
    ) -> None:
        failed = tried(new_visit, a_limited_booth(quiet_db, 1))
        before = failed.everything()
        with pytest.raises(ResourceExhausted) as caught:
            failed.retry()
        assert caught.value.reason == "daily_limit_reached"
        assert failed.everything() == before
        assert failed.queue.waiting == []

    def test_a_job_that_found_the_day_full_runs_on_the_next(
        self, quiet_db: Client, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venue = a_limited_booth(quiet_db, 1)
        one = new_visit(venue=venue)
        monkeypatch.setattr(clock, "now_ms", lambda: MIDNIGHT - 1)
        create_job(a_completed_session(quiet_db, venue))
        one.begin()
        assert start(one.completed).error is not None
        one.enqueue()  # its event comes as every other job's
        assert (one.job()["runId"], one.queue.waiting) == (None, [])
        monkeypatch.setattr(clock, "now_ms", lambda: MIDNIGHT)
        assert (one.retry().status, one.retry().error) == ("pending", None)
        assert (one.shown(), one.job()["runId"]) == (("pending", 0, None), one.run_id)
        one.agree()
        one.drain()
        assert one.shown() == ("completed", 1, None)
        assert one.job()["error"] is None


def tried(new_visit: NewJob, venue: Venue) -> JobBench:
    """A job at which somebody worked, in vain."""
    one = new_visit(b"no photo", venue=venue).begin()
    one.work()
    assert one.shown() == ("failed", 1, "INVALID_INPUT")
    assert unrest(one.client) == []
    return one


def use_up(db: Client, venue: Venue, count: int, day: str) -> None:
    """A limit below the number of shards leaves the first ones one reservation each."""
    for shard in range(count):
        fields = {"day": day, "shard": shard, "count": 1}
        db.document("projects", venue.project, "transformCounts", f"{day}-{shard}").set(fields)


@pytest.fixture
def limited(db: Client) -> Venue:
    """A venue that makes ten pictures a day."""
    venue = a_booth(db)
    db.document("projects", venue.project).update({"publishedConfig.dailyTransformLimit": 10})
    return venue


class TestWhatCounts:
    def test_cancelling_and_retrying_before_any_attempt_takes_one_reservation(
        self, held_visit: NewTransform, db: Client, limited: Venue
    ) -> None:
        guest = held_visit(limited)
        guest.begin()
        for _ in range(4):
            guest.cancel()
            guest.retry()
        assert list(counted(db, limited).values()) == [1]

    def test_a_retry_after_an_attempt_takes_another_reservation(
        self, held_visit: NewTransform, db: Client, limited: Venue
    ) -> None:
        guest = held_visit(limited, photo=b"no photo")
        guest.begin().work()
        guest.retry()
        assert list(counted(db, limited).values()) == [2]

    def test_a_draft_s_session_counts_by_the_published_limit(
        self, held_visit: NewTransform, db: Client, limited: Venue
    ) -> None:
        held_visit(limited, mode="preview", configSource="draft").begin()
        assert list(counted(db, limited).values()) == [1]

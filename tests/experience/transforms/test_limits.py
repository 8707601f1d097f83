"""What one guest can have: so many transforms a day, and two of them at once."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock
from experience.errors import ResourceExhausted
from experience.guests.models import CompletedExperience, Guest, Rate
from experience.projects.models import Project
from experience.sessions.models.session import Session
from experience.transforms.models import quota
from experience.transforms.models.requests import CancelTransform, RetryTransform, StartTransform
from experience.transforms.usecases.cancel import cancel_transform
from experience.transforms.usecases.create import create_job
from experience.transforms.usecases.retry import retry_transform
from experience.transforms.usecases.start import start_transform
from experience.workflows.execution.worker import TURN_SECONDS
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import CAPTURE, SMALL, a_completed_session
from tests.support.builders.sessions import session_fields, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_transform
from tests.support.job_bench import JobBench, NewJob, unrest

NOON = 1_735_732_800_000  # 2025-01-01T12:00:00Z
HOUR = 3_600_000


@pytest.fixture
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOON)


def a_booth(db: Client, limit: int | None = None, **transform: Any) -> Venue:
    made = a_transform(output=SMALL, **transform)
    return a_venue(db, steps=[CAPTURE], transform=made, dailyTransformLimit=limit)


def sessions_of_one_guest(db: Client, venue: Venue, count: int) -> list[Session]:
    """Main sessions that a new guest completed today, one after another."""
    uid = a_guest(db, venue.project)
    sessions = [
        a_completed_session(db, venue, createdBy=uid, completedAt=NOON - HOUR + number)
        for number in range(count)
    ]
    entries = [
        {"experienceId": venue.main, "completedAt": each.completed_at, "sessionId": each.id}
        for each in sessions
    ]
    guest = db.document("projects", venue.project, "guests", uid)
    guest.update({"completedExperiences": entries})
    return sessions


def shown(db: Client, session: Session) -> tuple[str, str | None]:
    """The status of a session's job, and what its guest reads of a failure."""
    stored = stored_session(db, session.project_id, session.id)
    return stored["jobStatus"], (stored["jobError"] or {}).get("message")


def by_event(db: Client, session: Session) -> tuple[str, str | None]:
    create_job(session)
    return shown(db, session)


def ids_of(session: Session) -> dict[str, str]:
    return {"project_id": session.project_id, "session_id": session.id}


PENDING = ("pending", None)
HAD_THEIRS = ("failed", "You have had all the pictures that one guest can have today.")
FULL = ("failed", "Today's pictures are used up.")


@pytest.mark.usefixtures("_noon")
class TestAGuestsDay:
    def test_binds_what_the_event_starts_and_what_the_guest_starts(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRANSFORMS_PER_GUEST_AND_DAY", "2")
        first, second, third, fourth = sessions_of_one_guest(quiet_db, a_booth(quiet_db), 4)
        # Events come in any order: what counts is the order of the sessions.
        assert by_event(quiet_db, third) == HAD_THEIRS
        assert [by_event(quiet_db, each) for each in (second, first)] == [PENDING] * 2
        uid = str(fourth.created_by)
        with pytest.raises(ResourceExhausted) as caught:
            start_transform(uid, StartTransform(**ids_of(fourth)))
        details = {"reason": "guest_daily_limit_reached", "limit": 2, "retryAfterSeconds": 43_201}
        assert caught.value.details == details
        cancel_transform(uid, CancelTransform(**ids_of(first)))
        with pytest.raises(ResourceExhausted, match="had all the pictures"):
            retry_transform(uid, RetryTransform(**ids_of(first)))
        monkeypatch.setattr(clock, "now_ms", lambda: NOON + 12 * HOUR)
        assert retry_transform(uid, RetryTransform(**ids_of(third))).status == "pending"

    def test_counts_retries(self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRANSFORMS_PER_GUEST_AND_DAY", "3")
        first, second, _ = sessions_of_one_guest(quiet_db, a_booth(quiet_db), 3)
        uid = str(first.created_by)
        assert by_event(quiet_db, first) == PENDING
        guest = quiet_db.document("projects", first.project_id, "guests", uid)
        guest.update({"rates.retries": {"since": NOON, "count": 2}})
        assert by_event(quiet_db, second) == HAD_THEIRS


@pytest.mark.usefixtures("_noon")
class TestAProjectsDay:
    def test_keeps_a_part_for_guests_who_have_had_none(self, quiet_db: Client) -> None:
        """A fifth of ten, of which the greedy guest may have had their first picture."""
        venue = a_booth(quiet_db, 10)
        greedy = sessions_of_one_guest(quiet_db, venue, 10)
        outcomes = [by_event(quiet_db, each) for each in greedy]
        had = outcomes.count(PENDING)
        assert had in (8, 9)
        assert outcomes == [PENDING] * had + [FULL] * (10 - had)
        others = [sessions_of_one_guest(quiet_db, venue, 1)[0] for _ in range(3)]
        outcomes = [by_event(quiet_db, each) for each in others]
        assert outcomes == [PENDING] * (10 - had) + [FULL] * (had - 7)

    @pytest.mark.parametrize(
        ("model", "last"), [("gemini/any", FULL), ("replicate/a/b", FULL), ("local", PENDING)]
    )
    def test_has_a_limit_where_a_vendor_is_paid(
        self, quiet_db: Client, monkeypatch: pytest.MonkeyPatch, model: str, last: tuple[str, str]
    ) -> None:
        monkeypatch.setenv("PAID_TRANSFORMS_PER_PROJECT_AND_DAY", "1")
        venue = a_booth(quiet_db, model=model)
        [first], [second] = (sessions_of_one_guest(quiet_db, venue, 1) for _ in range(2))
        assert [by_event(quiet_db, each) for each in (first, second)] == [PENDING, last]


def entry(hours: int, session: str = "other", experience: str = "booth") -> CompletedExperience:
    """A session that was completed so many hours before or after noon."""
    at = NOON + hours * HOUR
    return CompletedExperience(experience_id=experience, completed_at=at, session_id=session)


PROJECT = Project.load(
    {
        "id": "p1",
        "workspaceId": "w1",
        "name": "Party",
        "publishedConfig": {
            "experiences": {
                "main": [{"experienceId": "booth"}],
                "pregate": {"experienceId": "rules"},
                "preshare": {"experienceId": "poll", "enabled": False},
            }
        },
        "createdAt": 1,
        "updatedAt": 1,
    }
)
MINE = Session.load(session_fields("p1", "ada", "booth", id="mine", completedAt=NOON))


class TestTransformsToday:
    @pytest.mark.parametrize(
        ("entries", "retried_at", "before_mine", "in_all"),
        [
            ([], None, 0, 0),
            ([entry(0, "mine")], None, 0, 1),
            ([entry(-1), entry(0, "mine"), entry(1)], None, 1, 3),
            ([entry(0, "a"), entry(0, "mine"), entry(0, "z")], None, 1, 3),
            ([entry(-13), entry(12)], None, 0, 0),
            ([entry(-1, experience="rules"), entry(-1, experience="poll")], None, 0, 0),
            ([entry(-1, experience="removed")], None, 1, 1),
            ([], NOON - HOUR, 3, 3),
            ([], NOON - 13 * HOUR, 0, 0),
        ],
    )
    def test_are_main_sessions_and_retries(
        self,
        entries: list[CompletedExperience],
        retried_at: int | None,
        before_mine: int,
        in_all: int,
    ) -> None:
        guest = Guest(id="ada", project_id="p1", auth_uid="ada", created_at=1)
        rates = {"retries": Rate(since=retried_at, count=3)} if retried_at else {}
        guest = guest.model_copy(update={"completed_experiences": entries, "rates": rates})
        now = NOON + 2 * HOUR
        assert quota.transforms_today(guest, PROJECT, now, before=MINE) == before_mine
        assert quota.transforms_today(guest, PROJECT, now) == in_all

    def test_of_one_guest_leave_a_fifth_to_the_others(self) -> None:
        limits = (0, 1, 2, 5, 100, 101)
        assert [quota.open_limit(limit, 0) for limit in limits] == list(limits)
        assert [quota.open_limit(limit, 1) for limit in limits] == [0, 0, 1, 4, 80, 80]


WAITING = ("pending", 0, None)
COMPLETED = ("completed", 1, None)


def of_one_guest(db: Client, new_visit: NewJob, count: int, *, known: int) -> list[JobBench]:
    """So many visits of a guest whose own document knows of some of them; each has its job."""
    venue = a_booth(db)
    first = new_visit(venue=venue)
    sessions = [a_completed_session(db, venue, createdBy=first.uid) for _ in range(1, count)]
    visits = [first, *(JobBench(db, first.queue, session) for session in sessions)]
    entries = [
        {
            "experienceId": venue.main,
            "completedAt": each.completed.completed_at,
            "sessionId": each.completed.id,
        }
        for each in visits[:known]
    ]
    guest = db.document("projects", venue.project, "guests", first.uid)
    guest.update({"completedExperiences": entries})
    for number, each in enumerate(visits):
        each.begin()
        each.job_ref.update({"queuedAt": number})  # else several have the same millisecond
    return visits


def queued(visit: JobBench) -> list[str]:
    """The runs whose tasks wait in the queue."""
    return [task.run_id for _, task, _ in visit.queue.waiting]


class TestTheThird:
    def test_goes_on_when_one_before_it_has_ended(
        self, quiet_db: Client, new_visit: NewJob
    ) -> None:
        first, second, third, fourth = of_one_guest(quiet_db, new_visit, 4, known=4)
        for each in (third, fourth):
            each.enqueue()
            each.deliver(-1)
            assert each.shown() == WAITING
        assert queued(first) == [third.run_id, fourth.run_id]
        assert first.queue.delays["load"] == TURN_SECONDS
        for each in (second, first):
            each.enqueue()
        first.deliver(2)
        third.deliver(0)
        assert (second.shown(), third.shown(), fourth.shown()) == (COMPLETED, COMPLETED, WAITING)
        first.drain()
        assert [each.shown() for each in (first, fourth)] == [COMPLETED] * 2
        assert unrest(quiet_db) == []

    def test_is_found_by_the_sweep_if_its_task_is_lost(
        self, quiet_db: Client, new_visit: NewJob
    ) -> None:
        first, second, third = of_one_guest(quiet_db, new_visit, 3, known=3)
        third.enqueue()
        third.deliver()
        third.queue.waiting.clear()
        for each in (first, second):
            each.work()
        third.tenant.step_ref(third.run_id, "load").update({"dueAt": 1})
        sweep_runs()
        third.deliver(queued(third).index(third.run_id))
        assert third.shown() == COMPLETED

    def test_that_is_cancelled_does_not_start(self, quiet_db: Client, new_visit: NewJob) -> None:
        third = of_one_guest(quiet_db, new_visit, 3, known=3)[2]
        third.enqueue()
        third.deliver()
        third.cancel()
        third.drain()
        assert third.shown() == ("cancelled", 0, "CANCELLED")


class TestARetry:
    def test_waits_behind_those_that_were_started_before_it(
        self, quiet_db: Client, new_visit: NewJob
    ) -> None:
        first, second, _ = of_one_guest(quiet_db, new_visit, 3, known=0)
        first.cancel()
        first.retry()
        first.deliver()
        assert first.shown() == WAITING
        second.enqueue()
        second.deliver(1)
        assert second.shown() == COMPLETED
        first.drain()
        assert first.shown() == COMPLETED


class TestAnOrdinaryGuest:
    def test_asks_nobody_whose_turn_it_is(self, quiet_db: Client, new_visit: NewJob) -> None:
        for each in of_one_guest(quiet_db, new_visit, 2, known=2):
            owner = each.whole_run().owner_reference
            assert owner is not None
            assert "guestId" not in owner.ids

    @pytest.mark.parametrize(
        ("hours_ago", "retried_hours_ago", "may_have_others"),
        [
            ([], None, False),
            ([0, 1], None, False),
            ([0, 1, 2], None, True),
            ([0, 1, 25], None, False),
            ([0], 30, True),
            ([0], 49, False),
        ],
    )
    def test_is_told_by_what_they_did_lately(
        self, hours_ago: list[int], retried_hours_ago: int | None, may_have_others: bool
    ) -> None:
        now = 100 * HOUR
        entries = [
            CompletedExperience(experience_id="e", completed_at=now - each * HOUR, session_id="s")
            for each in hours_ago
        ]
        rates = {}
        if retried_hours_ago is not None:
            rates = {"retries": Rate(since=now - retried_hours_ago * HOUR, count=1)}
        guest = Guest(id="ada", project_id="p", auth_uid="ada", created_at=1)
        guest = guest.model_copy(update={"completed_experiences": entries, "rates": rates})
        project = Project(id="p", workspace_id="w", name="Party", created_at=1, updated_at=1)
        assert quota.may_have_others(guest, project, now) is may_have_others

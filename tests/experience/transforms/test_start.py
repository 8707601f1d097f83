"""Asking for the transform of a completed session."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from experience.errors import NotFound
from experience.transforms.models.requests import GetJob
from experience.transforms.usecases.create import create_and_dispatch, create_job
from experience.transforms.usecases.read import get_job
from tests.experience.conftest import SignIn
from tests.experience.transforms.conftest import PER_HOUR, NewTransform
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.jobs import CAPTURE, SMALL, a_booth, a_completed_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform, a_workspace
from tests.support.calling import at_once, refused
from tests.support.job_bench import NewJob

CALLS = ("startTransform", "retryTransform", "cancelTransform")


class TestStart:
    def test_the_job_is_made_and_run(self, suite: Suite, visit: NewTransform) -> None:
        guest = visit()
        answer = guest.call("startTransform")
        assert (answer["id"], answer["status"]) == (guest.job_id, "pending")
        assert (answer["sessionId"], answer["createdBy"]) == (guest.completed.id, guest.uid)
        assert "snapshot" not in answer
        suite.settle()
        assert guest.shown() == ("completed", 1, None)
        assert guest.session()["resultMedia"] is not None

    def test_asked_again_it_answers_the_same_job_as_it_is_then(
        self, suite: Suite, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.call("startTransform")
        suite.settle()
        answer = guest.call("startTransform")
        assert (answer["id"], answer["status"]) == (guest.job_id, "completed")
        suite.settle()
        assert guest.job()["attemptCount"] == 1

    def test_many_at_once_by_hand_and_by_event_make_one_job_and_one_run(
        self, suite: Suite, db: Database, visit: NewTransform
    ) -> None:
        guest = visit()

        def begin(number: int) -> str:
            if number % 4 == 0:
                create_and_dispatch(guest.completed)
                return guest.job_id
            return guest.start_by_hand().id

        assert set(at_once(20, begin)) == {guest.job_id}
        suite.settle()
        assert len(list(db.collection("projects", guest.project, "jobs").stream())) == 1
        assert (guest.job()["status"], guest.job()["attemptCount"]) == ("completed", 1)
        rates = stored_guest(db, guest.project, guest.uid).get("rates", {})
        assert rates.get("transforms", {"count": 0})["count"] <= 1

    @pytest.mark.parametrize(
        ("fields", "status", "phase"),
        [
            ({"status": "active"}, "active", "main"),
            ({"status": "abandoned"}, "abandoned", "main"),
            ({"phase": "preshare"}, "completed", "preshare"),
        ],
    )
    def test_only_a_completed_main_session_is_transformed(
        self, visit: NewTransform, fields: dict[str, str], status: str, phase: str
    ) -> None:
        error = visit(**fields).refused("startTransform")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "session_not_completed")
        assert (error.details["status"], error.details["phase"]) == (status, phase)

    @pytest.mark.parametrize("transform", [None, a_transform(enabled=False)], ids=["none", "off"])
    def test_an_experience_without_a_transform_is_told(
        self, db: Database, visit: NewTransform, transform: dict[str, Any] | None
    ) -> None:
        guest = visit(a_venue(db, steps=[CAPTURE], transform=transform))
        assert guest.refused("startTransform").reason == "no_transform"

    def test_a_session_without_a_photo_is_told(self, db: Database, visit: NewTransform) -> None:
        venue = a_venue(db, steps=[a_step("name")], transform=a_transform())
        assert visit(venue).refused("startTransform").reason == "no_capture"
        assert visit(capturedMedia=[]).refused("startTransform").reason == "no_capture"

    def test_a_full_day_is_told_with_the_time_to_wait_and_makes_no_job(
        self, db: Database, visit: NewTransform
    ) -> None:
        transform = a_transform(output=SMALL)
        guest = visit(a_venue(db, steps=[CAPTURE], transform=transform, dailyTransformLimit=0))
        error = guest.refused("startTransform")
        assert (error.status, error.reason) == ("RESOURCE_EXHAUSTED", "daily_limit_reached")
        assert 0 < error.details["retryAfterSeconds"] <= 86_400
        assert (guest.session()["jobId"], guest.session()["jobStatus"]) == (None, None)

    def test_a_job_that_the_event_made_on_a_full_day_is_answered_as_it_is(
        self, db: Database, visit: NewTransform
    ) -> None:
        transform = a_transform(output=SMALL)
        guest = visit(a_venue(db, steps=[CAPTURE], transform=transform, dailyTransformLimit=0))
        create_and_dispatch(guest.completed)
        answer = guest.call("startTransform")
        assert (answer["status"], answer["error"]["code"]) == ("failed", "QUOTA_EXCEEDED")
        assert guest.refused("retryTransform").reason == "daily_limit_reached"
        db.document("projects", guest.project).update({"publishedConfig.dailyTransformLimit": 1})
        guest.call("retryTransform")
        guest.suite.settle()
        assert guest.shown() == ("completed", 1, None)


class TestRate:
    def test_starting_counts_and_asking_again_does_not(
        self, suite: Suite, db: Database, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.use_up(PER_HOUR - 1)
        guest.call("startTransform")
        guest.call("startTransform")
        rates = stored_guest(db, guest.project, guest.uid)["rates"]
        assert rates["transforms"]["count"] == PER_HOUR
        suite.settle()

    def test_one_too_many_is_refused_and_the_event_still_makes_the_job(
        self, suite: Suite, db: Database, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.use_up(PER_HOUR)
        assert guest.refused("startTransform").reason == "rate_limited"
        assert guest.session()["jobId"] is None
        assert create_and_dispatch(guest.completed)
        suite.settle()
        assert guest.shown() == ("completed", 1, None)

    def test_a_double_tap_on_retry_counts_once(
        self, suite: Suite, db: Database, visit: NewTransform
    ) -> None:
        guest = visit()
        guest.failed()
        guest.call("retryTransform")
        guest.call("retryTransform")
        rates = stored_guest(db, guest.project, guest.uid)["rates"]
        assert rates["transforms"]["count"] == 1
        suite.settle()


@pytest.mark.parametrize("name", CALLS)
class TestWhose:
    def test_it_is_nobody_elses(
        self, db: Database, visit: NewTransform, signed_in: SignIn, name: str
    ) -> None:
        guest = visit()
        guest.failed()
        before = (guest.job(), guest.session())
        a_guest(db, guest.project, "another")
        others = ["another", a_member(db, a_workspace(db), "owner")]
        if name == "startTransform":  # what attendants do not do either
            others.append(a_member(db, guest.workspace, "owner"))
        for uid in others:
            error = refused(signed_in(uid), name, **guest.sent)
            assert (error.status, error.reason) == ("NOT_FOUND", "session_not_found")
        assert (guest.job(), guest.session()) == before

    def test_a_session_that_does_not_exist_is_not_found(
        self, db: Database, signed_in: SignIn, name: str
    ) -> None:
        venue = a_venue(db)
        error = refused(signed_in("any"), name, projectId=venue.project, sessionId="none")
        assert error.reason == "session_not_found"


@pytest.mark.parametrize("name", ["retryTransform", "cancelTransform"])
def test_a_session_without_a_job_has_none_to_act_on(visit: NewTransform, name: str) -> None:
    error = visit().refused(name)
    assert (error.status, error.reason) == ("NOT_FOUND", "job_not_found")


class TestPreviews:
    def test_who_was_removed_from_the_workspace_reads_its_job_no_more(
        self, quiet_db: Database, new_visit: NewJob
    ) -> None:
        venue = a_booth(quiet_db)
        editor = a_member(quiet_db, venue.workspace, "editor")
        job = create_job(a_completed_session(quiet_db, venue, mode="preview", createdBy=editor))
        assert job
        request = GetJob(project_id=venue.project, job_id=job.id)
        assert get_job(editor, request) == job
        assert job.created_by is None

        quiet_db.document("workspaces", venue.workspace, "members", editor).delete()

        with pytest.raises(NotFound):
            get_job(editor, request)

"""Each invariant is broken by hand and reported; what a clean visit leaves breaks none."""

from collections.abc import Callable
from typing import Any

import pytest

from operations.checks import invariants
from operations.checks.check import Violation, check
from operations.checks.invariants import INVARIANTS
from tests.operations.conftest import StoredVisit

Break = Callable[[StoredVisit], None]

FAILURE = {"code": "TIMEOUT", "message": "Late.", "isRetryable": True, "timestamp": 1}


def changed(short: str, **fields: Any) -> Break:
    return lambda visit: visit.change(short, **fields)


def copied(short: str, to: str, **fields: Any) -> Break:
    return lambda visit: visit.copy(short, to, **fields)


def removed(short: str) -> Break:
    return lambda visit: visit.remove(short)


def entries(*sessions: str) -> Break:
    listed = [{"experienceId": "e", "completedAt": 1, "sessionId": each} for each in sessions]
    return changed("guests/guest", completedExperiences=listed)


def each(*breaks: Break) -> Break:
    def apply(visit: StoredVisit) -> None:
        for one in breaks:
            one(visit)

    return apply


def job_that_is(status: str, **fields: Any) -> Break:
    """The job and its session agree on a status without a result."""
    given = fields.get("error")
    error = {"code": given["code"], "message": given["message"]} if given else None
    return each(
        changed("jobs/job", status=status, output=None, **fields),
        changed("sessions/main", jobStatus=status, resultMedia=None, jobError=error),
    )


ACTIVE = {"status": "active", "completedAt": None}
UNDECIDED = {"phase": None, "experienceVersion": None, **ACTIVE}
REFUSED = {**UNDECIDED, "status": "error", "error": {"code": "no_project", "message": "None."}}
VERSION = "workspaces/{workspace}/experiences/{main}/experienceVersions/1"
UNTOLD = entries("pre", "post")  # the main session left its guest's list as it ceased to be one

# Rule, how it is broken, which document is reported, and a part of what is said about it.
BROKEN: list[tuple[str, Break, str, str]] = [
    (
        "documents_can_be_read",
        changed("sessions/another", id=7),
        "sessions/another",
        "cannot be read: id, projectId",
    ),
    ("documents_say_where_they_are", changed("guests/guest", id="other"), "guests/guest", "other"),
    (
        "documents_say_where_they_are",
        copied("jobs/job", "jobs/copy"),
        "jobs/copy",
        "has the id job",
    ),
    (
        "documents_say_where_they_are",
        copied("sessions/post", "sessions/copy"),
        "sessions/copy",
        "has the id post",
    ),
    (
        "documents_say_where_they_are",
        changed("workspaces/{workspace}/experiences/{main}", workspaceId="other"),
        "workspaces/{workspace}/experiences/{main}",
        "of other",
    ),
    (
        "documents_say_where_they_are",
        changed("workspaces/{workspace}", id="other"),
        "workspaces/{workspace}",
        "has the id other",
    ),
    ("documents_say_where_they_are", changed("", id="other"), "", "has the id other"),
    (
        "a_workspace_has_an_owner",
        changed("workspaces/other", id="other", name="N", createdAt=1, updatedAt=1),
        "workspaces/other",
        "no owner",
    ),
    (
        "what_is_published_stays_published",
        removed(VERSION),
        "workspaces/{workspace}/experiences/{main}",
        "version 1, which does not exist",
    ),
    (
        "what_is_published_stays_published",
        changed(VERSION, transform=None),
        "workspaces/{workspace}/experiences/{main}",
        "another config than version 1",
    ),
    ("a_session_has_its_place", removed(""), "sessions/main", "no project"),
    (
        "a_session_has_its_place",
        changed("sessions/pre", workspaceId="other"),
        "sessions/pre",
        "names workspace other",
    ),
    ("a_session_has_its_place", removed("guests/guest"), "sessions/pre", "guest, who does not"),
    ("what_guests_write_is_decided", changed("sessions/pre", **UNDECIDED), "sessions/pre", "waits"),
    ("what_guests_write_is_decided", changed("sessions/pre", phase=None), "sessions/pre", "phase"),
    (
        "what_guests_write_is_decided",
        changed("sessions/main", **REFUSED),
        "sessions/main",
        "refused",
    ),
    (
        "a_session_fits_its_steps",
        changed("sessions/pre", completedAt=None),
        "sessions/pre",
        "completed, with completedAt: None",
    ),
    (
        "a_session_fits_its_steps",
        changed("sessions/post", status="abandoned"),
        "sessions/post",
        "abandoned, with completedAt: 2",
    ),
    ("a_session_fits_its_steps", removed(VERSION), "sessions/main", "version 1, which is not"),
    ("a_session_fits_its_steps", changed("sessions/main", answers=[]), "sessions/main", "name"),
    (
        "a_session_fits_its_steps",
        changed("sessions/main", capturedMedia=[]),
        "sessions/main",
        "Not answered yet: photo",
    ),
    ("one_entry_per_completed_session", UNTOLD, "sessions/main", "has no entry"),
    (
        "one_entry_per_completed_session",
        entries("pre", "main", "main", "post"),
        "guests/guest",
        "2 entries for session main",
    ),
    (
        "one_entry_per_completed_session",
        entries("pre", "main", "post", "gone"),
        "guests/guest",
        "gone, which is not completed",
    ),
    (
        "one_entry_per_completed_session",
        changed("sessions/post", createdBy="other"),
        "guests/guest",
        "post of another guest",
    ),
    (
        "one_entry_per_completed_session",
        changed("sessions/post", mode="preview"),
        "guests/guest",
        "an entry for the preview post",
    ),
    (
        "one_active_session_each",
        each(
            copied("sessions/pre", "sessions/a", id="a", mode="preview", **ACTIVE),
            lambda visit: visit.change(
                "guests/guest", activeSessions={visit.venue.pregate: {"sessionId": "a"}}
            ),
        ),
        "guests/guest",
        "claims session a as",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/pre", mainSessionId="gone"),
        "sessions/pre",
        "gone, which does not exist",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/pre", mainSessionId="post"),
        "sessions/pre",
        "not a main session of its guest",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/pre", createdBy="other"),
        "sessions/pre",
        "not a main session of its guest",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/pre", mode="preview"),
        "sessions/pre",
        "not a main session of its guest",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/main", mainSessionId="main"),
        "sessions/main",
        "a main session and has",
    ),
    (
        "links_stay_within_a_guest",
        changed("sessions/post", mainSessionId=None),
        "sessions/post",
        "preshare without",
    ),
    (
        "a_named_pregate_is_linked",
        changed("sessions/pre", mainSessionId=None),
        "sessions/main",
        "pre, which is not linked",
    ),
    (
        "one_active_session_each",
        each(
            copied("sessions/pre", "sessions/a", id="a", **ACTIVE),
            copied("sessions/pre", "sessions/b", id="b", **ACTIVE),
        ),
        "sessions/b",
        "so is projects/",
    ),
    (
        "one_active_session_each",
        changed("guests/guest", activeSessions={"e": {"sessionId": "main"}}),
        "guests/guest",
        "claims session main as e, not active",
    ),
    ("session_and_job_agree", removed("jobs/job"), "sessions/main", "job, which is not its own"),
    (
        "session_and_job_agree",
        changed("sessions/main", jobId=None),
        "sessions/main",
        "has no job, but",
    ),
    (
        "session_and_job_agree",
        changed("sessions/main", jobStatus="running"),
        "sessions/main",
        "is running, and the job is completed",
    ),
    ("session_and_job_agree", changed("sessions/main", resultMedia=None), "sessions/main", "no"),
    (
        "session_and_job_agree",
        changed("sessions/main", resultMedia={"url": "elsewhere"}),
        "sessions/main",
        "another result",
    ),
    (
        "session_and_job_agree",
        each(
            job_that_is("failed", error=FAILURE),
            changed("sessions/main", jobError={"code": "UNKNOWN", "message": "?"}),
        ),
        "sessions/main",
        "has the error UNKNOWN",
    ),
    (
        "session_and_job_agree",
        copied("jobs/job", "jobs/other", id="other"),
        "jobs/other",
        "session main, which does not name it",
    ),
    (
        "session_and_job_agree",
        changed("jobs/job", createdBy="other"),
        "jobs/job",
        "session main, which does not name it",
    ),
    ("no_job_is_active", job_that_is("pending"), "jobs/job", "still pending"),
    ("no_job_is_active", job_that_is("running"), "jobs/job", "still running"),
    ("no_job_is_active", job_that_is("failed"), "jobs/job", "failed without an error"),
    ("no_job_is_active", changed("jobs/job", output=None), "jobs/job", "output: False"),
    ("no_job_is_active", removed("jobs/job/jobInternals/state"), "jobs/job", "no internals"),
    ("no_job_is_active", removed("jobs/job"), "jobs/job/jobInternals/state", "belongs to no job"),
    (
        "every_capture_has_its_job",
        each(
            removed("jobs/job"),
            removed("jobs/job/jobInternals/state"),
            changed("sessions/main", jobId=None, jobStatus=None, resultMedia=None),
        ),
        "sessions/main",
        "0 jobs instead of one",
    ),
    (
        "every_capture_has_its_job",
        copied("jobs/job", "jobs/other", id="other"),
        "sessions/main",
        "2 jobs instead of one",
    ),
]


def reported(visit: StoredVisit) -> list[Violation]:
    return check(visit.db).violations


class TestRules:
    def test_a_clean_visit_breaks_none(self, visit: StoredVisit) -> None:
        report = check(visit.db)

        assert report.violations == []
        visits = {"guests": 1, "sessions": 3, "jobs": 1, "objects": 0}
        assert report.counts == {**visits, "event sessions": 0}

    @pytest.mark.parametrize(
        ("invariant", "break_it", "where", "message"),
        BROKEN,
        ids=[f"{b[0]}: {b[3]}" for b in BROKEN],
    )
    def test_a_broken_one_is_reported(
        self, visit: StoredVisit, invariant: str, break_it: Break, where: str, message: str
    ) -> None:
        break_it(visit)

        path = visit.path(where)
        found = [
            each for each in reported(visit) if (each.invariant, each.path) == (invariant, path)
        ]
        assert any(message in each.message for each in found), reported(visit)

    def test_answers_of_a_step_are_one_and_of_a_step_that_there_is(
        self, visit: StoredVisit
    ) -> None:
        [answer] = visit.db.document(visit.path("sessions/main")).get().get("answers")

        visit.change("sessions/main", answers=[answer, answer, {**answer, "stepId": "gone"}])

        assert [each.message for each in reported(visit)] == [
            "has 2 answers or captures for step name",
            "has answers to no step: gone",
        ]

    def test_every_invariant_is_broken_somewhere_here(self) -> None:
        elsewhere = {
            "no_media_without_a_session", "media_lie_in_the_bucket", "every_generation_has_ended",
            "a_share_leads_to_a_picture", "a_mail_is_of_a_picture",
            "migrated_documents_have_the_new_shape",
        }  # fmt: skip
        own = {each.__name__ for each in INVARIANTS if each.__module__ == invariants.__name__}
        here = {broken[0] for broken in BROKEN}
        assert own == here | elsewhere


class TestWhatIsNoViolation:
    @pytest.mark.parametrize(
        "allow",
        [
            copied("sessions/pre", "sessions/a", id="a", mainSessionId=None, **ACTIVE),
            copied("sessions/post", "sessions/a", id="a", status="abandoned", completedAt=None),
            changed("sessions/pre", mainSessionId=None, completedAt=9),
            copied(
                "sessions/pre", "sessions/a", id="a", createdBy="b", mainSessionId=None, **REFUSED
            ),
            job_that_is("failed", error=FAILURE),
            job_that_is("cancelled", error={**FAILURE, "code": "CANCELLED"}),
            copied("sessions/pre", "sessions/a", id="a", mode="preview", mainSessionId=None),
            each(
                copied("sessions/main", "sessions/a", id="a", jobId=None, **ACTIVE),
                changed("sessions/a", jobStatus=None, resultMedia=None, mode="preview"),
                changed("sessions/a", configSource="draft", experienceVersion=9),
            ),
        ],
        ids=[
            "a second try",
            "cancelled",
            "too late to link",
            "refused",
            "failed",
            "cancelled",
            "preview",
            "draft",
        ],
    )
    def test_is_not_reported(self, visit: StoredVisit, allow: Break) -> None:
        allow(visit)

        assert reported(visit) == []

    def test_an_event_s_session_is_another_thing(self, visit: StoredVisit) -> None:
        session = {"id": "s", "eventId": "e", "state": "created", "createdAt": 1, "updatedAt": 1}
        visit.db.document("events/e/sessions/s").set(session)

        assert reported(visit) == []

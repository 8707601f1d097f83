"""Ending a session, and where the guest goes from there."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.projects import a_config
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_step, an_experience, edit
from tests.support.calling import at_once, issue_paths, refused

SignIn = Callable[[str | None], Client]
Complete = Callable[..., Any]

WELCOME: dict[str, Any] = {"phase": "welcome", "experienceId": None, "params": {}, "replace": True}


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


def begun(db: Database, venue: Venue, phase: str = "main", **fields: Any) -> dict[str, str]:
    """The ids of an active session of the visitor, who becomes a guest if need be."""
    guest = db.document("projects", venue.project, "guests", "visitor")
    if not guest.get().exists:
        a_guest(db, venue.project, "visitor")
    experience = getattr(venue, phase)
    fields = {"phase": phase, "workspaceId": venue.workspace} | fields
    session = a_session(db, venue.project, "visitor", experience, **fields)
    guest.update({f"activeSessions.`{experience}`": {"sessionId": session}})
    return {"projectId": venue.project, "sessionId": session}


class TestRequiredSteps:
    STEPS = (
        a_step("hello", "info"),
        a_step("name", required=True),
        a_step("wish", "long_text"),
        a_step("photo", "capture"),
        a_step("fun", "opinion_scale", required=True),
    )

    def test_the_last_progress_comes_along_in_all_its_forms(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, steps=[a_step("name", required=True), a_step("fun", "opinion_scale")])
        ids = begun(db, venue)
        last = {"answers": [{"stepId": "name", "value": "Ada"}], "inputs": {"fun": 3}}

        session = visitor.call("completeSession", **ids, **last, currentStepIndex=2)["session"]

        assert (session["status"], session["currentStepIndex"]) == ("completed", 2)
        assert session["inputs"] == {"name": "Ada", "fun": 3}

    def test_those_that_are_missing_are_named_and_nothing_changes(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, steps=list(self.STEPS))
        ids = begun(db, venue)
        before = stored_session(db, venue.project, ids["sessionId"])

        error = refused(visitor, "completeSession", **ids, answers=[{"stepId": "fun", "value": 3}])

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "steps_incomplete")
        assert error.details["steps"] == ["name", "photo"]
        assert stored_session(db, venue.project, ids["sessionId"]) == before
        assert stored_guest(db, venue.project, "visitor")["completedExperiences"] == []

    def test_the_last_answers_may_come_along(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, steps=list(self.STEPS))
        photo = {"stepId": "photo", "assetId": "a1", "url": "http://media/a1", "createdAt": 5}
        ids = begun(db, venue, capturedMedia=[photo])
        visitor.call("updateSessionProgress", **ids, inputs={"name": "Anna"})

        last = [{"stepId": "fun", "value": 3}]
        session = visitor.call("completeSession", **ids, answers=last)["session"]

        assert session["inputs"] == {"name": "Anna", "fun": 3}
        assert session["answers"][1]["answeredAt"] == session["completedAt"]

    def test_a_last_answer_that_does_not_fit_is_named_by_its_place(
        self, db: Database, visitor: Client
    ) -> None:
        ids = begun(db, a_venue(db, steps=list(self.STEPS)))
        answers = [{"stepId": "name", "value": "Anna"}, {"stepId": "fun", "value": 9}]

        error = refused(visitor, "completeSession", **ids, answers=answers)

        assert issue_paths(error) == ["answers[1].value"]

    def test_a_yes_no_step_is_answered_by_no(self, db: Database, visitor: Client) -> None:
        ids = begun(db, a_venue(db, steps=[a_step("adult", "yes_no", required=True)]))

        answers = [{"stepId": "adult", "value": False}]

        assert visitor.call("completeSession", **ids, answers=answers)["next"]["phase"] == "share"


class TestCompletion:
    def test_it_ends_the_session_and_is_entered_in_the_guest(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)
        ids = begun(db, venue)

        session = visitor.call("completeSession", **ids)["session"]

        stored = stored_session(db, venue.project, ids["sessionId"])
        assert stored["status"] == session["status"] == "completed"
        assert stored["createdAt"] <= stored["completedAt"] == stored["updatedAt"]
        assert stored_guest(db, venue.project, "visitor")["completedExperiences"] == [
            {
                "experienceId": venue.main,
                "completedAt": stored["completedAt"],
                "sessionId": ids["sessionId"],
            }
        ]

    def test_it_releases_the_claim_on_the_active_session(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)

        visitor.call("completeSession", **begun(db, venue))

        assert stored_guest(db, venue.project, "visitor")["activeSessions"] == {}

    def test_the_claim_of_another_session_stays(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db)
        ids, other = begun(db, venue), begun(db, venue)

        visitor.call("completeSession", **ids)

        claim = stored_guest(db, venue.project, "visitor")["activeSessions"][venue.main]
        assert claim["sessionId"] == other["sessionId"]

    def test_completing_twice_answers_the_same_and_writes_nothing(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, pregate=True)
        ids = begun(db, venue, "pregate")
        first = visitor.call("completeSession", **ids, experienceId=venue.main)
        references = [
            session_ref(db, venue.project, ids["sessionId"]),
            db.document("projects", venue.project, "guests", "visitor"),
        ]
        before = [reference.get().update_time for reference in references]

        again = visitor.call(
            "completeSession",
            **ids,
            experienceId=venue.main,
            answers=[{"stepId": "name", "value": "too late"}],
        )

        assert again == first
        assert [reference.get().update_time for reference in references] == before

    def test_twenty_completions_at_once_make_one_entry(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, pregate=True)
        ids = begun(db, venue, "pregate")

        answers = at_once(20, lambda _: visitor.call("completeSession", **ids))

        assert all(answer == answers[0] for answer in answers)
        [entry] = stored_guest(db, venue.project, "visitor")["completedExperiences"]
        assert entry["sessionId"] == ids["sessionId"]

    def test_an_entry_that_is_there_already_is_not_made_again(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)
        ids = begun(db, venue)
        entry = {"experienceId": venue.main, "completedAt": 1, "sessionId": ids["sessionId"]}
        guest = db.document("projects", venue.project, "guests", "visitor")
        guest.update({"completedExperiences": [entry]})

        visitor.call("completeSession", **ids)

        assert stored_guest(db, venue.project, "visitor")["completedExperiences"] == [entry]

    def test_two_sessions_of_one_experience_are_two_entries(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)
        both = [begun(db, venue), begun(db, venue)]

        at_once(2, lambda number: visitor.call("completeSession", **both[number]))

        entries = stored_guest(db, venue.project, "visitor")["completedExperiences"]
        assert {entry["sessionId"] for entry in entries} == {ids["sessionId"] for ids in both}

    @pytest.mark.parametrize("status", ["abandoned", "error"])
    def test_a_session_that_ended_otherwise_is_refused(
        self, db: Database, visitor: Client, status: str
    ) -> None:
        venue = a_venue(db)
        ids = begun(db, venue, status=status)

        error = refused(visitor, "completeSession", **ids)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "session_not_active")
        assert error.details["status"] == status
        assert stored_guest(db, venue.project, "visitor")["completedExperiences"] == []

    def test_a_visit_that_began_in_time_ends_after_the_project_was_taken_back(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)
        ids = begun(db, venue)
        db.document("projects", venue.project).update({"status": "draft"})

        assert visitor.call("completeSession", **ids)["next"]["phase"] == "share"

    def test_fields_that_this_version_does_not_know_stay(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)
        ids = begun(db, venue, mood="new")
        guest = db.document("projects", venue.project, "guests", "visitor")
        known = {"experienceId": "e", "completedAt": 1, "sessionId": "s", "stars": b"\xff"}
        guest.update({"nickname": "Anna", "completedExperiences": [known]})

        visitor.call("completeSession", **ids)

        stored = stored_guest(db, venue.project, "visitor")
        assert stored_session(db, venue.project, ids["sessionId"])["mood"] == "new"
        assert stored["nickname"] == "Anna"
        assert stored["completedExperiences"][0] == known


class TestNextPhase:
    @pytest.fixture
    def complete(self, db: Database, visitor: Client) -> Complete:
        def end(venue: Venue, phase: str = "main", main: str | None = None, **data: Any) -> Any:
            ids = begun(db, venue, phase, mainSessionId=main)
            following = visitor.call("completeSession", **ids, **data)["next"]
            return following, ids["sessionId"]

        return end

    def test_a_pregate_leads_to_the_experience_chosen_at_the_welcome(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, pregate=True)

        following, session = complete(venue, "pregate", experienceId=venue.main)

        assert following == {
            "phase": "main",
            "experienceId": venue.main,
            "params": {"pregate": session},
            "replace": True,
        }

    def test_without_a_choice_it_leads_to_the_only_one(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, pregate=True)

        following, _ = complete(venue, "pregate")

        assert (following["phase"], following["experienceId"]) == ("main", venue.main)

    def test_without_a_choice_between_several_it_leads_to_the_welcome(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, pregate=True)
        other = an_experience(db, venue.workspace)
        config = a_config([venue.main, other], venue.pregate)
        db.document("projects", venue.project).update({"publishedConfig": config})

        assert complete(venue, "pregate")[0] == WELCOME
        assert complete(venue, "pregate", experienceId=other)[0]["experienceId"] == other

    @pytest.mark.parametrize("chosen", ["unknown", "pregate"])
    def test_a_choice_that_is_none_leads_to_the_welcome(
        self, db: Database, complete: Complete, chosen: str
    ) -> None:
        venue = a_venue(db, pregate=True)

        following, _ = complete(venue, "pregate", experienceId=getattr(venue, chosen, chosen))

        assert following == WELCOME

    def test_main_leads_to_the_preshare_that_is_needed(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, preshare=True)

        following, session = complete(venue)

        assert following == {
            "phase": "preshare",
            "experienceId": venue.preshare,
            "params": {"session": session},
            "replace": True,
        }

    @pytest.mark.parametrize("fields", [{"status": "deleted"}, {"published": {"steps": []}}])
    def test_main_passes_over_a_preshare_that_nobody_can_play(
        self, db: Database, complete: Complete, fields: dict[str, Any]
    ) -> None:
        venue = a_venue(db, preshare=True)
        edit(db, venue.workspace, venue.preshare, **fields)

        assert complete(venue)[0]["phase"] == "share"

    def test_a_preshare_leads_to_share_with_the_main_session(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, preshare=True)
        _, main = complete(venue)

        following, _ = complete(venue, "preshare", main)

        assert following == {
            "phase": "share",
            "experienceId": None,
            "params": {"session": main},
            "replace": True,
        }

    def test_a_completed_preshare_is_not_asked_again(
        self, db: Database, complete: Complete
    ) -> None:
        venue = a_venue(db, preshare=True)
        _, main = complete(venue)
        complete(venue, "preshare", main)

        assert complete(venue)[0]["phase"] == "share"

    @pytest.mark.parametrize("job", ["failed", "completed", "running", None])
    def test_asked_again_main_leads_on_whatever_became_of_the_transform(
        self, db: Database, visitor: Client, complete: Complete, job: str | None
    ) -> None:
        venue = a_venue(db)
        following, main = complete(venue)
        session_ref(db, venue.project, main).update({"jobId": "j", "jobStatus": job})

        asked = visitor.call("getNextPhase", projectId=venue.project, mainSessionId=main)

        assert asked == following
        assert asked["phase"] == "share"

    @pytest.mark.parametrize(
        "fields",
        [{"status": "active"}, {"phase": "pregate"}, {"createdBy": "another"}, None],
        ids=["active", "a pregate", "another guest's", "missing"],
    )
    def test_past_what_is_no_completed_main_session_is_the_welcome(
        self, db: Database, visitor: Client, fields: dict[str, Any] | None
    ) -> None:
        venue = a_venue(db, preshare=True)
        a_guest(db, venue.project, "visitor")
        made = {"uid": "visitor", "experience": venue.main, "status": "completed"}
        main = a_session(db, venue.project, **{**made, **fields}) if fields else "missing"

        asked = visitor.call("getNextPhase", projectId=venue.project, mainSessionId=main)

        assert asked == WELCOME

    def test_a_preview_of_the_draft_goes_on_in_the_draft(
        self, db: Database, complete: Complete, visitor: Client
    ) -> None:
        venue = a_venue(db)
        preshare = an_experience(db, venue.workspace)
        draft = a_config([venue.main], None, preshare)
        db.document("projects", venue.project).update({"draftConfig": draft})
        ids = begun(db, venue, mode="preview", configSource="draft")
        member = db.document("workspaces", venue.workspace, "members", "visitor")
        member.set({"uid": "visitor", "role": "editor", "createdAt": 1})

        following = visitor.call("completeSession", **ids)["next"]

        assert (following["phase"], following["experienceId"]) == ("preshare", preshare)

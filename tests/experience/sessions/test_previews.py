"""An operator's previews stand beside what the same person does as a guest."""

from typing import Any

from google.cloud.firestore import Client as Database

from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import refused


def a_venue_of_theirs(db: Database, **venue: Any) -> tuple[Venue, str]:
    """A venue, and an editor of it who is a guest there as well."""
    made = a_venue(db, **venue)
    editor = a_member(db, made.workspace, "editor")
    a_guest(db, made.project, editor)
    return made, editor


def of(venue: Venue, experience: str, mode: str) -> dict[str, str]:
    return {
        "projectId": venue.project,
        "experienceId": experience,
        "mode": mode,
        "configSource": "published",
    }


class TestPreviews:
    def test_going_back_and_forth_leaves_one_session_of_each_kind(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue, uid = a_venue_of_theirs(db)
        editor = signed_in(uid)
        sessions = {
            (mode, editor.call("createSession", **of(venue, venue.main, mode))["session"]["id"])
            for mode in ("guest", "preview", "guest", "preview", "guest")
        }
        assert len(sessions) == 2

    def test_a_completed_preview_is_no_completed_experience(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue, uid = a_venue_of_theirs(db, pregate=True)
        editor = signed_in(uid)
        preview = editor.call("createSession", **of(venue, venue.pregate, "preview"))["session"]
        ids = {"projectId": venue.project, "sessionId": preview["id"]}

        answer = editor.call("completeSession", **ids, experienceId=venue.main)

        assert answer["next"]["phase"] == "main"
        guest = stored_guest(db, venue.project, uid)
        assert guest["completedExperiences"] == []
        assert guest["activeSessions"] == {}
        skipped = refused(editor, "createSession", **of(venue, venue.main, "guest"))
        assert skipped.reason == "pregate_required"

    def test_an_editor_s_visit_to_a_draft_stands_beside_the_visit(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue, uid = a_venue_of_theirs(db)
        editor = signed_in(uid)
        draft = {**of(venue, venue.main, "guest"), "configSource": "draft"}

        tried = editor.call("createSession", **draft)["session"]
        visit = editor.call("createSession", **of(venue, venue.main, "guest"))["session"]

        assert (tried["configSource"], visit["configSource"]) == ("draft", "published")


class TestFormerEditors:
    def test_who_was_taken_out_can_do_nothing_more_with_their_previews(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue, uid = a_venue_of_theirs(db)
        editor = signed_in(uid)
        asked = {**of(venue, venue.main, "preview"), "configSource": "draft", "requestId": "once"}
        session = editor.call("createSession", **asked)["session"]
        ids = {"projectId": venue.project, "sessionId": session["id"]}
        db.document("workspaces", venue.workspace, "members", uid).delete()

        for name in ("getSession", "updateSessionProgress", "completeSession", "startTransform"):
            assert refused(editor, name, **ids).status == "NOT_FOUND"
        upload = {"stepId": "photo", "contentType": "image/jpeg", "sizeBytes": 1}
        assert refused(editor, "createUpload", **ids, **upload).status == "NOT_FOUND"
        assert refused(editor, "createSession", **asked).status == "PERMISSION_DENIED"

"""Becoming a project's guest: with consent, once, and only where the project is live."""

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.experience.conftest import SignIn
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.projects import CONSENT
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import (
    a_member,
)
from tests.support.calling import refused


class TestEnsureGuest:
    def test_the_first_call_makes_the_guest_and_the_next_ones_return_it(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)

        first = visitor.call("ensureGuest", projectId=venue.project)
        again = visitor.call("ensureGuest", projectId=venue.project)

        assert first == again == stored_guest(db, venue.project, "visitor")
        assert first == {
            "id": "visitor",
            "projectId": venue.project,
            "authUid": "visitor",
            "createdAt": first["createdAt"],
            "completedExperiences": [],
            "consent": None,
            "activeSessions": {},
            "rates": {},
            "requests": {},
        }

    @pytest.mark.parametrize("sent", [None, "2025-1", ""])
    def test_without_the_present_consent_there_is_no_guest(
        self, db: Database, visitor: Client, sent: str | None
    ) -> None:
        venue = a_venue(db, consent=CONSENT)

        error = refused(visitor, "ensureGuest", projectId=venue.project, consentVersion=sent)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "consent_required")
        assert error.details["version"] == CONSENT["version"]
        assert not db.document("projects", venue.project, "guests", "visitor").get().exists

    def test_consent_is_kept_with_its_time_and_not_asked_again(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, consent=CONSENT)

        first = visitor.call(
            "ensureGuest", projectId=venue.project, consentVersion=CONSENT["version"]
        )
        again = visitor.call("ensureGuest", projectId=venue.project)

        assert first["consent"]["version"] == CONSENT["version"]
        assert first["consent"]["acceptedAt"] >= first["createdAt"]
        assert again == first

    def test_a_new_consent_asks_everybody_again(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, consent={**CONSENT, "version": "2"})
        a_guest(db, venue.project, "visitor", consent="1", completed={"e": "s"})

        error = refused(visitor, "ensureGuest", projectId=venue.project, consentVersion="1")
        guest = visitor.call("ensureGuest", projectId=venue.project, consentVersion="2")

        assert error.reason == "consent_required"
        assert guest["consent"]["version"] == "2"
        assert [each["experienceId"] for each in guest["completedExperiences"]] == ["e"]

    def test_a_consent_that_nobody_asks_for_is_not_kept(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)

        guest = visitor.call("ensureGuest", projectId=venue.project, consentVersion="made-up")

        assert guest["consent"] is None

    def test_a_visitor_cannot_enter_a_draft_but_an_operator_can(
        self, db: Database, signed_in: SignIn, visitor: Client
    ) -> None:
        venue = a_venue(db, status="draft")
        editor = a_member(db, venue.workspace, "editor")

        error = refused(visitor, "ensureGuest", projectId=venue.project)
        guest = signed_in(editor).call("ensureGuest", projectId=venue.project)

        assert (error.reason, error.details["status"]) == ("project_not_live", "draft")
        assert guest["id"] == editor

    def test_a_deleted_project_has_no_guests(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, status="deleted")

        error = refused(visitor, "ensureGuest", projectId=venue.project)

        assert error.reason == "project_not_found"

    def test_fields_that_this_version_does_not_know_stay(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, consent=CONSENT)
        a_guest(db, venue.project, "visitor")
        reference = db.document("projects", venue.project, "guests", "visitor")
        reference.update({"nickname": "Anna"})

        visitor.call("ensureGuest", projectId=venue.project, consentVersion=CONSENT["version"])

        assert stored_guest(db, venue.project, "visitor")["nickname"] == "Anna"

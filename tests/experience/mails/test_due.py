"""Which change of a session makes a mail due, and how its completion says so."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.guests.models import EnsureGuest
from experience.guests.usecases import ensure_guest
from experience.sessions.models.mail_due import due_main
from experience.sessions.models.requests import CompleteSession
from experience.sessions.models.session import Session
from experience.sessions.models.views import CompletedSession
from experience.sessions.usecases.complete import complete_session
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step
from tests.support.mails.due_pictures import ADDRESS

MAIN = {"phase": "main", "hasEmail": True, "mailDueAt": 5}
PREGATE = {"phase": "pregate", "hasEmail": True, "mainSessionId": "m"}


class TestChange:
    @pytest.mark.parametrize(
        ("before", "after", "due"),
        [
            ({**MAIN, "mailDueAt": None}, MAIN, "s"),  # the picture is ready
            ({**MAIN, "hasEmail": None}, MAIN, "s"),  # a preshare brought an address
            ({**MAIN, "mailDueAt": 4}, MAIN, "s"),  # another one did
            (MAIN, MAIN, None),
            (MAIN, {**MAIN, "updatedAt": 6}, None),
            ({}, {"phase": "main", "mailDueAt": 5}, None),
            ({}, {"phase": "main", "hasEmail": True}, None),
            (PREGATE, {}, None),
            ({**PREGATE, "mainSessionId": None}, PREGATE, "m"),
            (PREGATE, {**PREGATE, "updatedAt": 6}, None),
            ({}, {**PREGATE, "mainSessionId": None}, None),
        ],
    )
    def test_makes_it_due_or_not(
        self, before: dict[str, Any], after: dict[str, Any], due: str | None
    ) -> None:
        assert due_main(before, after, "s") == due


@pytest.fixture
def venue(quiet_db: Database) -> Venue:
    return a_venue(quiet_db, steps=[a_step("mail", "email")])


def completed(
    db: Database, venue: Venue, uid: str, answer: str | None = ADDRESS, **fields: Any
) -> dict[str, Any]:
    """A session that its guest completes with this answer, as it is stored then."""
    fields = {"workspaceId": venue.workspace, **fields}
    session = a_session(db, venue.project, uid, venue.main, **fields)
    answers = [{"stepId": "mail", "value": answer}] if answer is not None else []
    request = {"projectId": venue.project, "sessionId": session, "answers": answers}
    for _ in range(2):
        response = complete_session(uid, CompleteSession.load(request))
        assert isinstance(response, CompletedSession)
        assert not {"hasEmail", "mailDueAt", "revokedAt"} & response.session.shown().keys()
    return stored_session(db, venue.project, session)


class TestCompletion:
    def test_says_whether_there_is_an_address(self, quiet_db: Database, venue: Venue) -> None:
        uid = a_guest(quiet_db, venue.project)
        assert "hasEmail" not in completed(quiet_db, venue, uid, "")
        assert "hasEmail" not in stored_guest(quiet_db, venue.project, uid)
        assert completed(quiet_db, venue, uid)["hasEmail"] is True

    def test_of_a_pregate_says_it_for_the_main_session(
        self, quiet_db: Database, venue: Venue
    ) -> None:
        uid = a_guest(quiet_db, venue.project)
        assert completed(quiet_db, venue, uid, phase="pregate")["hasEmail"] is True
        main = completed(quiet_db, venue, uid, None)
        assert (main["hasEmail"], main["answers"]) == (True, [])
        seen = ensure_guest(uid, EnsureGuest(project_id=venue.project)).shown()
        assert "hasEmail" not in seen

    @pytest.mark.parametrize("is_ready", [False, True])
    def test_of_a_preshare_marks_the_main_session(
        self, quiet_db: Database, venue: Venue, *, is_ready: bool
    ) -> None:
        uid = a_guest(quiet_db, venue.project)
        main = completed(quiet_db, venue, uid, None)
        if is_ready:
            result = {"stepId": "p", "assetId": "a", "url": "https://a/o/x", "createdAt": 1}
            session_ref(quiet_db, venue.project, main["id"]).update({"resultMedia": result})
        completed(quiet_db, venue, uid, phase="preshare", mainSessionId=main["id"])
        marked = stored_session(quiet_db, venue.project, main["id"])
        assert (marked["hasEmail"], "mailDueAt" in marked) == (True, is_ready)

    def test_of_a_preview_says_nothing(self, quiet_db: Database, venue: Venue) -> None:
        editor = a_member(quiet_db, venue.workspace, "editor")
        a_guest(quiet_db, venue.project, editor)
        assert "hasEmail" not in completed(quiet_db, venue, editor, mode="preview")
        assert "hasEmail" not in stored_guest(quiet_db, venue.project, editor)


class TestLocale:
    def test_is_kept_and_written_only_when_it_differs(
        self, quiet_db: Database, venue: Venue
    ) -> None:
        def enter(locale: str | None) -> Any:
            request = EnsureGuest(project_id=venue.project, locale=locale)
            guest = ensure_guest("visitor", request)
            reference = quiet_db.document("projects", venue.project, "guests", "visitor")
            return guest.locale, reference.get().update_time

        first = enter("de-AT")
        assert first[0] == "de-AT"
        assert enter("de-AT") == first
        assert enter(None) == first
        second = enter("ar")
        assert second[0] == "ar"
        assert second[1] > first[1]

    @pytest.mark.parametrize("locale", ["", "d", "de_AT", "de-", "<b>", "a" * 36, "de\n", 5])
    def test_is_a_language_tag(self, locale: Any) -> None:
        with pytest.raises(ValueError, match="locale"):
            EnsureGuest.load({"projectId": "p", "locale": locale})


def test_of_several_addresses_at_once_the_last_step_s_counts_in_whatever_order_they_are_sent(
    quiet_db: Database,
) -> None:
    venue = a_venue(quiet_db, steps=[a_step("own", "email"), a_step("last", "email")])
    fields = {"workspaceId": venue.workspace}
    session = a_session(quiet_db, venue.project, "guest", venue.main, **fields)
    a_guest(quiet_db, venue.project, "guest")
    answers = [{"stepId": "last", "value": ADDRESS}, {"stepId": "own", "value": "b@example.com"}]
    request = {"projectId": venue.project, "sessionId": session, "answers": answers}
    complete_session("guest", CompleteSession.load(request))
    stored = Session.load(stored_session(quiet_db, venue.project, session))
    assert stored.email is not None
    assert stored.email.value == ADDRESS

"""The mail with the picture of an event's session, from the question to the document."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.journeys.usecases import followers
from experience.mails.usecases.sweep import sweep_mails
from experience.retention.models import EraseGuest
from experience.retention.store import EventSessionIds, delete_event_session
from experience.retention.usecases.erase import erase_guest
from experience.shares.models.share import RevokeEventShare
from experience.shares.usecases.read import find_shared_picture
from experience.shares.usecases.revoke_event import revoke_event_share
from tests.support.builders.workspaces import a_step
from tests.support.calling import at_once
from tests.support.mails import event_guest as event_guest_module
from tests.support.mails.due_pictures import ADDRESS, CONSENT
from tests.support.mails.event_guest import STEPS, EventGuest


@pytest.fixture
def guest(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> EventGuest:
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
    return EventGuest(quiet_db, name="Opening night")


class TestWritten:
    def test_once_the_picture_is_ready(self, guest: EventGuest) -> None:
        guest.gives()
        assert guest.reference.get().get("hasEmail") is True
        assert not guest.write()
        guest.gets_picture()
        assert sum(at_once(6, lambda _: guest.write())) == 1
        mail = guest.mail()
        assert mail is not None
        assert mail["to"] == ADDRESS
        assert (mail["eventId"], mail["sessionId"]) == (guest.event, guest.session)
        assert "projectId" not in mail
        assert mail["message"]["subject"] == "Your picture from Opening night"

    def test_as_the_address_comes_for_a_picture_that_is_ready(self, guest: EventGuest) -> None:
        guest.gets_picture()
        guest.gives("Ada", "name")
        assert guest.mail() is None
        guest.gives()
        guest.gives("grace@example.com")
        assert (guest.mail() or {})["to"] == ADDRESS

    def test_to_the_address_of_the_last_step_whichever_was_given_first(
        self, guest: EventGuest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(event_guest_module, "STEPS", [*STEPS, a_step("second", "email")])
        twice = EventGuest(guest.db)
        twice.gives("b@example.com", "second")
        twice.gives("a@example.com", "mail")
        twice.gets_picture()
        assert twice.write()
        assert (twice.mail() or {})["to"] == "b@example.com"

    def test_though_what_follows_fails_by_the_sweep(
        self, guest: EventGuest, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        guest.gets_picture()
        monkeypatch.setitem(followers.FOLLOWERS, "event picture", "experience.nowhere")
        guest.gives()
        assert guest.mail() is None
        shown = capfd.readouterr().err
        assert "follower failed" in shown
        assert ADDRESS not in shown
        assert (sweep_mails(), sweep_mails()) == (1, 0)
        assert (guest.mail() or {})["to"] == ADDRESS

    def test_with_a_short_address_that_shows_the_picture(self, guest: EventGuest) -> None:
        guest.gives()
        guest.gets_picture()
        guest.write()
        [share] = guest.db.collection("shares").stream()
        assert f"/s/{share.id}\n" in (guest.mail() or {})["message"]["text"]
        shown = find_shared_picture(share.id)
        assert shown is not None
        assert shown.url == guest.reference.get().get("resultImagePath")
        guest.db.document("events", guest.event).update({"status": "archived"})
        assert find_shared_picture(share.id) is None


Change = Callable[[EventGuest], Any]


def event_guest(guest: EventGuest) -> Any:
    return guest.db.document("events", guest.event, "eventGuests", guest.uid)


REASONS_AGAINST: dict[str, Change] = {
    "no consent": lambda one: event_guest(one).update({"consent": None}),
    "consent to earlier terms": lambda one: one.db.document("events", one.event).update(
        {"consent": {**CONSENT, "version": "2"}}
    ),
    "an archived event": lambda one: one.db.document("events", one.event).update(
        {"status": "archived"}
    ),
    "no guest": lambda one: event_guest(one).delete(),
    "no session": lambda one: one.reference.delete(),
    "revoked addresses": lambda one: revoke_event_share(
        one.uid, RevokeEventShare.model_validate(one.ids)
    ),
    "an address that only looks like one": lambda one: one.reference.update(
        {"data.mail": {"type": "text", "value": "a@b.example,c@d.example"}}
    ),
    "an address in another question": lambda one: one.reference.update(
        {"data": {"name": {"type": "text", "value": ADDRESS}}}
    ),
    "a picture of an earlier server": lambda one: one.reference.update(
        {"resultImagePath": "results/e/s/result.png"}
    ),
}


class TestNever:
    @pytest.mark.parametrize("why", REASONS_AGAINST)
    def test_for(self, guest: EventGuest, why: str) -> None:
        guest.gives()
        guest.gets_picture()
        REASONS_AGAINST[why](guest)
        assert not guest.write()
        assert guest.mail() is None


class TestErasure:
    def test_deletes_mail_and_share_and_says_so(self, guest: EventGuest) -> None:
        guest.gives()
        guest.gets_picture()
        assert guest.write()
        receipt = erase_guest(guest.uid, EraseGuest(event_id=guest.event))
        assert (receipt.mails, receipt.sessions) == (1, 1)
        left = [each.id for name in ("mail", "shares") for each in guest.db.collection(name).get()]
        assert left == []
        assert not guest.write()

    def test_by_age_deletes_them_too(self, guest: EventGuest) -> None:
        guest.gives()
        guest.gets_picture()
        assert guest.write()
        session = EventSessionIds.of(guest.event, guest.reference.get())
        delete_event_session(guest.db, session)
        left = [each.id for name in ("mail", "shares") for each in guest.db.collection(name).get()]
        assert left == []


class TestLocale:
    def test_is_kept_with_the_session_and_written_only_when_it_differs(
        self, guest: EventGuest
    ) -> None:
        def begin(locale: str | None) -> Any:
            assert guest.begin(locale=locale).id == guest.session
            found = guest.reference.get()
            return found.get("locale"), found.update_time

        first = begin("de")
        assert (begin("de"), begin(None)) == (first, first)
        assert begin("fr")[1] > first[1]
        guest.gives()
        guest.gets_picture()
        assert guest.write()
        assert (guest.mail() or {})["message"]["subject"].startswith("Votre photo")

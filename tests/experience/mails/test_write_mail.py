"""The mail with a picture is written once, if its guest wants it, and else never."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience import clients, transactions
from experience.clock import now_ms
from experience.mails.models.due import DUE_FOR
from experience.mails.models.mail import KEPT
from experience.mails.usecases.write import write_mail
from experience.retention import store as retention_store
from experience.retention.models import EraseGuest, KeptSession
from experience.retention.store import SessionIds
from experience.retention.usecases.erase import erase_guest
from experience.sessions.models.session import Session
from experience.shares.models.share import CreateShare, share_id_of
from experience.shares.usecases.create import create_share
from experience.shares.usecases.revoke import revoke_share
from tests.support.builders.pictures import Picture
from tests.support.calling import at_once
from tests.support.mails.due_pictures import (
    ADDRESS,
    CONSENT,
    a_due_picture,
    a_linked_session,
    an_email,
    guest_ref,
    own_ref,
    stored_mail,
)

OTHER = "grace@example.com"
NEW_TERMS = {"publishedConfig.consent": {**CONSENT, "version": "2"}}


@pytest.fixture
def picture(quiet_db: Database) -> Picture:
    return a_due_picture(quiet_db, name="Gala")


def written(picture: Picture) -> bool:
    return write_mail(picture.venue.project, picture.session.id)


def project_ref(picture: Picture) -> Any:
    return picture.db.document("projects", picture.venue.project)


def share_ids(picture: Picture) -> list[str]:
    return [each.id for each in picture.db.collection("shares").stream()]


class TestWritten:
    def test_in_the_shape_that_the_extension_takes(self, picture: Picture) -> None:
        assert written(picture)
        mail = stored_mail(picture)
        assert mail is not None
        assert mail.keys() == {
            *("to", "message"),
            *("projectId", "sessionId", "createdAt", "expireAt"),
        }
        assert mail["to"] == ADDRESS
        assert mail["message"].keys() == {"subject", "text", "html"}
        assert {each: mail[each] for each in picture.ids} == picture.ids
        assert mail["expireAt"] - datetime.fromtimestamp(mail["createdAt"] / 1000, UTC) == KEPT

    def test_with_the_short_address_that_create_share_gives(self, picture: Picture) -> None:
        assert written(picture)
        view = create_share(picture.owner, CreateShare.model_validate(picture.ids))
        assert share_ids(picture) == [view.id]
        mail = stored_mail(picture)
        assert mail is not None
        address = f"{clients.public_origin()}/s/{view.id}"
        assert address in mail["message"]["text"]
        assert f'href="{address}"' in mail["message"]["html"]
        assert picture.addresses()[0].replace("&", "&amp;") in mail["message"]["html"]

    def test_in_the_language_that_the_guest_reads(self, picture: Picture) -> None:
        guest_ref(picture).update({"locale": "de-AT"})
        assert written(picture)
        mail = stored_mail(picture)
        assert mail is not None
        assert mail["message"]["subject"] == "Dein Bild von Gala"


class TestOnce:
    def test_however_many_write_it_at_the_same_moment(self, picture: Picture) -> None:
        assert sum(at_once(8, lambda _: written(picture))) == 1
        first = stored_mail(picture)
        assert not written(picture)
        assert stored_mail(picture) == first
        assert len(share_ids(picture)) == 1

    def test_though_the_address_changes_later(self, picture: Picture) -> None:
        assert written(picture)
        a_linked_session(picture, "preshare", an_email(OTHER))
        assert not written(picture)
        mail = stored_mail(picture)
        assert mail is not None
        assert mail["to"] == ADDRESS

    def test_though_the_picture_gets_another_address(self, picture: Picture) -> None:
        assert written(picture)
        before = stored_mail(picture)
        revoke_share(picture.owner, picture.request)
        assert not written(picture)
        assert stored_mail(picture) == before

    def test_also_after_its_document_is_gone_by_age(self, picture: Picture) -> None:
        assert DUE_FOR < KEPT
        long_ago = now_ms() - int(DUE_FOR / timedelta(milliseconds=1))
        own_ref(picture).update({"createdAt": long_ago})
        assert not written(picture)


class TestAddress:
    def test_is_the_last_that_was_given_in_the_visit(self, quiet_db: Database) -> None:
        picture = a_due_picture(quiet_db, an_email("b@example.com", 20))
        a_linked_session(picture, "pregate", an_email("a@example.com", 10))
        a_linked_session(picture, "preshare", an_email("c@example.com", 30))
        assert written(picture)
        assert (stored_mail(picture) or {})["to"] == "c@example.com"

    def test_of_several_given_at_once_is_that_of_the_last_step(self, quiet_db: Database) -> None:
        answers = (an_email("a@example.com", 10), an_email("b@example.com", 10, step="mail2"))
        picture = a_due_picture(quiet_db, *answers)
        assert written(picture)
        assert (stored_mail(picture) or {})["to"] == "b@example.com"

    def test_is_one_however_it_is_spelt(self, quiet_db: Database) -> None:
        picture = a_due_picture(quiet_db, an_email("Ada@Example.COM"))
        assert written(picture)
        assert (stored_mail(picture) or {})["to"] == ADDRESS

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "active"},
            {"createdBy": "another guest"},
            {"mode": "preview"},
            {"mainSessionId": "another-session"},
        ],
    )
    def test_counts_in_completed_sessions_of_this_visit_alone(
        self, quiet_db: Database, fields: dict[str, Any]
    ) -> None:
        picture = a_due_picture(quiet_db, an_email(""))
        a_linked_session(picture, "preshare", an_email(OTHER), **fields)
        assert not written(picture)
        assert stored_mail(picture) is None

    def test_counts_in_a_pregate_whose_link_is_on_its_way(self, quiet_db: Database) -> None:
        picture = a_due_picture(quiet_db, an_email(""))
        pregate = a_linked_session(picture, "pregate", an_email(OTHER), mainSessionId=None)
        own_ref(picture).update({"pregateSessionId": pregate})
        assert written(picture)
        assert (stored_mail(picture) or {})["to"] == OTHER

    @pytest.mark.parametrize(
        "value",
        [
            "a@example.com,b@example.com",
            "a@example.com; b@example.com",
            "Ada <a@example.com>",
            "a@example.com\r\nBcc: b@example.com",
            "a b@example.com",
            "@example.com",
        ],
    )
    def test_is_one_person_s_and_nothing_else(self, quiet_db: Database, value: str) -> None:
        """No question takes such an answer; an earlier version may have."""
        picture = a_due_picture(quiet_db, an_email(value))
        assert not written(picture)
        assert stored_mail(picture) is None

    def test_is_in_no_log_line(self, picture: Picture, capfd: pytest.CaptureFixture[str]) -> None:
        assert written(picture)
        shown = capfd.readouterr()
        assert "mail written" in shown.out
        assert ADDRESS not in shown.out + shown.err


Change = Callable[[Picture], Any]

REASONS_AGAINST: dict[str, Change] = {
    "no consent": lambda one: guest_ref(one).update({"consent": None}),
    "consent to earlier terms": lambda one: project_ref(one).update(NEW_TERMS),
    "no terms": lambda one: project_ref(one).update({"publishedConfig.consent": None}),
    "an archived project": lambda one: project_ref(one).update({"status": "archived"}),
    "a deleted project": lambda one: project_ref(one).update({"status": "deleted"}),
    "no guest": lambda one: guest_ref(one).delete(),
    "no session": lambda one: own_ref(one).delete(),
    "no picture": lambda one: own_ref(one).update({"resultMedia": None}),
    "a preview": lambda one: own_ref(one).update({"mode": "preview"}),
    "revoked addresses": lambda one: revoke_share(one.owner, one.request),
}


class TestNever:
    @pytest.mark.parametrize("why", REASONS_AGAINST)
    def test_for(self, picture: Picture, why: str) -> None:
        REASONS_AGAINST[why](picture)
        assert not written(picture)
        assert (stored_mail(picture), share_ids(picture)) == (None, [])

    @pytest.mark.parametrize("why", [each for each in REASONS_AGAINST if each != "a preview"])
    def test_for_what_happens_while_it_is_being_written(
        self, picture: Picture, monkeypatch: pytest.MonkeyPatch, why: str
    ) -> None:
        original = transactions.run

        def late(*arguments: Any) -> Any:
            monkeypatch.setattr(transactions, "run", original)
            REASONS_AGAINST[why](picture)
            return original(*arguments)

        monkeypatch.setattr(transactions, "run", late)
        assert not written(picture)
        assert stored_mail(picture) is None


class TestErasure:
    def test_deletes_it_and_says_so(self, picture: Picture) -> None:
        assert written(picture)
        receipt = erase_guest(picture.owner, EraseGuest(project_id=picture.venue.project))
        assert receipt.mails == 1
        assert (stored_mail(picture), share_ids(picture)) == (None, [])
        assert not written(picture)
        again = erase_guest(picture.owner, EraseGuest(project_id=picture.venue.project))
        assert again.mails == 0

    @pytest.mark.parametrize("_time", range(3))
    def test_at_the_same_moment_leaves_none(self, picture: Picture, _time: int) -> None:
        def work(number: int) -> None:
            if number % 2:
                written(picture)
            else:
                erase_guest(picture.owner, EraseGuest(project_id=picture.venue.project))

        at_once(4, work)
        assert (stored_mail(picture), share_ids(picture)) == (None, [])


def test_retention_deletes_it_with_its_session(picture: Picture) -> None:
    assert written(picture)
    session = KeptSession.load(own_ref(picture).get().to_dict())
    retention_store.delete_session(picture.db, SessionIds.of(session))
    assert (stored_mail(picture), share_ids(picture)) == (None, [])


def test_the_share_derives_from_the_picture(picture: Picture) -> None:
    assert written(picture)
    session = Session.load(own_ref(picture).get().to_dict())
    assert share_ids(picture) == [share_id_of(session)]


def test_marks_no_field_of_the_session(picture: Picture) -> None:
    before = own_ref(picture).get().to_dict()
    assert written(picture)
    assert own_ref(picture).get().to_dict() == before

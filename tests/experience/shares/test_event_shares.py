"""Short addresses of pictures of events: who gets one, what it shows, and how it is taken back."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience import storage, transactions
from experience.media.models import path_in
from experience.media.store import download_urls
from experience.retention.models import EraseGuest
from experience.retention.usecases.erase import erase_guest
from experience.shares.models.share import CreateShare, RevokeEventShare
from experience.shares.store import query_shares_of
from experience.shares.usecases import create, revoke_event
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, refused
from tests.support.mails.event_guest import EventGuest
from tests.support.media.downloads import works
from tests.support.waiting import eventually

SignIn = Callable[[str | None], Client]
NOBODY = "a" * 26


@pytest.fixture
def guest(db: Database) -> EventGuest:
    made = EventGuest(db, name="Opening night")
    made.gets_picture()
    return made


def shares(guest: EventGuest) -> dict[str, Any]:
    found = query_shares_of(guest.db, guest.session, event_id=guest.event).stream()
    return {each.id: each.to_dict() for each in found}


def share(guest: EventGuest) -> str:
    return create.create_share(guest.uid, CreateShare.model_validate(guest.ids)).id


def revoke(guest: EventGuest) -> Any:
    request = RevokeEventShare.model_validate(guest.ids)
    return revoke_event.revoke_event_share(guest.uid, request)


class TestCreated:
    def test_once_however_many_ask_for_it(self, guest: EventGuest) -> None:
        ids = at_once(5, lambda _: share(guest))
        assert len({*ids, share(guest)}) == 1
        [(share_id, fields)] = shares(guest).items()
        assert share_id == ids[0]
        assert fields.keys() == {"eventId", "sessionId", "createdAt", "expireAt"}

    def test_for_the_guest_of_the_session_and_nobody_else(
        self, guest: EventGuest, signed_in: SignIn
    ) -> None:
        owner = a_member(guest.db, guest.workspace, "owner")
        for uid in (owner, "another guest"):
            reason = refused(signed_in(uid), "createShare", **guest.ids).reason
            assert reason == "session_not_found"
        view = signed_in(guest.uid).call("createShare", **guest.ids)
        assert view["path"] == f"/s/{view['id']}"
        assert {name: view[name] for name in guest.ids} == guest.ids
        assert "projectId" not in view
        assert signed_in(guest.uid).call("getShare", shareId=view["id"]) == view
        assert refused(signed_in(owner), "getShare", shareId=view["id"]).reason == (
            "share_not_found"
        )

    def test_of_either_a_project_or_an_event(self, guest: EventGuest, signed_in: SignIn) -> None:
        caller = signed_in(guest.uid)
        for both in ({"sessionId": "s"}, {**guest.ids, "projectId": "p"}):
            assert refused(caller, "createShare", **both).reason == "invalid_request"

    def test_of_a_picture_only(self, db: Database, signed_in: SignIn) -> None:
        made = EventGuest(db)
        assert refused(signed_in(made.uid), "createShare", **made.ids).reason == "no_result"

    def test_for_nothing_that_is_closed(self, guest: EventGuest, signed_in: SignIn) -> None:
        guest.db.document("events", guest.event).update({"status": "archived"})
        make = EventGuest(guest.db)  # the status of the first is remembered for a minute
        make.gets_picture()
        make.db.document("events", make.event).update({"status": "archived"})
        assert refused(signed_in(make.uid), "createShare", **make.ids).reason == "event_not_live"


class TestPage:
    def open(self, suite: Suite, share_id: str) -> requests.Response:
        base = f"{suite.functions.url}/{suite.project}/{suite.region}/showShare"
        return requests.get(f"{base}/s/{share_id}", timeout=30)

    def test_shows_the_picture_with_the_look_of_the_event(
        self, suite: Suite, guest: EventGuest
    ) -> None:
        page = self.open(suite, share(guest))
        assert page.status_code == 200
        assert guest.url.replace("&", "&amp;") in page.text
        assert "A picture from Opening night" in page.text
        assert "brand=336699" in page.text

    def test_ends_with_the_addresses_the_event_and_the_guest(
        self, suite: Suite, db: Database
    ) -> None:
        guests = [EventGuest(db) for _ in range(3)]
        for each in guests:
            each.gets_picture()
        ids = [share(each) for each in guests]
        assert [self.open(suite, each).status_code for each in ids] == [200] * 3
        revoked, closed, erased = guests
        revoke(revoked)
        db.document("events", closed.event).update({"status": "archived"})
        receipt = erase_guest(erased.uid, EraseGuest(event_id=erased.event))
        assert receipt.sessions == 1
        gone = [self.open(suite, each) for each in (*ids, NOBODY)]
        assert [each.status_code for each in gone] == [404] * 4
        assert len({each.text for each in gone}) == 1
        assert shares(revoked) == shares(erased) == {}
        again = share(revoked)
        assert again != ids[0]
        assert self.open(suite, again).status_code == 200


class TestRevoked:
    def test_the_old_address_ends_and_a_new_one_works(
        self, guest: EventGuest, signed_in: SignIn
    ) -> None:
        before = guest.url
        assert works(before)
        shown = signed_in(guest.uid).call("revokeEventShare", **guest.ids)
        assert shown["resultImagePath"] == guest.url != before
        assert [works(before), works(guest.url)] == [False, True]
        assert path_in(before) == path_in(guest.url)
        assert guest.url.rpartition("&generation=")[2] == before.rpartition("&generation=")[2]
        assert "revokedAt" not in shown

    def test_by_attendants_and_nobody_else(self, guest: EventGuest, signed_in: SignIn) -> None:
        before = guest.url
        viewer = a_member(guest.db, guest.workspace, "viewer")
        stranger = a_member(guest.db, a_workspace(guest.db), "owner")
        responses = {
            uid: refused(signed_in(uid), "revokeEventShare", **guest.ids).reason
            for uid in (viewer, stranger, "another guest", None)
        }
        assert list(responses.values()) == [
            *("role_required", "session_not_found", "session_not_found", "unauthenticated")
        ]
        assert works(before)
        attendant = a_member(guest.db, guest.workspace, "attendant")
        signed_in(attendant).call("revokeEventShare", **guest.ids)
        assert not works(before)

    def test_also_once_the_event_is_archived(self, guest: EventGuest) -> None:
        guest.db.document("events", guest.event).update({"status": "archived"})
        before = guest.url
        revoke(guest)
        guest.db.document("events", guest.event).update({"status": "live"})
        eventually(lambda: works(guest.url))  # until then a task has suspended it
        assert not works(before)

    def test_of_nothing(self, guest: EventGuest, signed_in: SignIn) -> None:
        storage.bucket().blob(path_in(guest.url)).delete()
        reason = refused(signed_in(guest.uid), "revokeEventShare", **guest.ids).reason
        assert reason == "no_result"
        new = EventGuest(guest.db)
        assert refused(signed_in(new.uid), "revokeEventShare", **new.ids).reason == "no_result"

    def test_by_many_at_once_leaves_one_address_that_works(self, guest: EventGuest) -> None:
        before = guest.url
        answered = {each.result_image_path for each in at_once(5, lambda _: revoke(guest))}
        assert not works(before)
        assert [url for url in answered if works(url)] == [guest.url]

    @pytest.mark.parametrize(
        ("module", "name"),
        [(transactions, "run_optimistic"), (download_urls, "revoke_others")],
        ids=["before the document is written", "before the old addresses end"],
    )
    def test_broken_off_what_the_document_holds_works(
        self, guest: EventGuest, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
    ) -> None:
        before = guest.url

        def end(*_arguments: Any, **_options: Any) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(module, name, end)
            with pytest.raises(KeyboardInterrupt):
                revoke(guest)
        between = guest.url
        assert works(between)
        revoke(guest)
        assert [works(before), works(between), works(guest.url)] == [False, False, True]

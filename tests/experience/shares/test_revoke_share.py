"""Taking back what was shared: the old addresses end, the new ones work, whoever is in between."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience import storage, transactions
from experience.errors import Contention
from experience.media.models import path_in
from experience.media.store import download_urls
from experience.shares.usecases import revoke
from tests.support.builders.guests import a_guest
from tests.support.builders.pictures import Picture, a_picture
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, refused
from tests.support.media.downloads import works

SignIn = Callable[[str | None], Client]


@pytest.fixture
def picture(db: Database) -> Picture:
    return a_picture(db)


class TestRevoked:
    def test_old_addresses_end_and_new_ones_work(self, picture: Picture, signed_in: SignIn) -> None:
        before = picture.addresses()
        assert all(map(works, before))
        shown = signed_in(picture.owner).call("revokeShare", **picture.ids)
        after = picture.addresses()
        assert shown["resultMedia"]["url"] == after[0]
        assert [works(url) for url in [*before, *after]] == [False, False, True, True]
        assert [path_in(url) for url in after] == [path_in(url) for url in before]

    def test_the_capture_keeps_its_address(self, picture: Picture, signed_in: SignIn) -> None:
        [capture] = picture.session.captured_media
        signed_in(picture.owner).call("revokeShare", **picture.ids)
        assert works(str(capture.url))

    def test_again_it_makes_others(self, picture: Picture, signed_in: SignIn) -> None:
        seen = [picture.addresses()]
        for _ in range(2):
            signed_in(picture.owner).call("revokeShare", **picture.ids)
            seen.append(picture.addresses())
        assert len({url for urls in seen for url in urls}) == 6
        assert [works(url) for urls in seen for url in urls] == [False] * 4 + [True] * 2

    def test_an_address_made_by_hand_ends_too(self, picture: Picture, signed_in: SignIn) -> None:
        path = path_in(picture.addresses()[0])
        by_hand = download_urls.add(path, []).url
        assert works(by_hand)
        signed_in(picture.owner).call("revokeShare", **picture.ids)
        assert not works(by_hand)


class TestWho:
    def test_attendants_may(self, picture: Picture, signed_in: SignIn) -> None:
        attendant = a_member(picture.db, picture.venue.workspace, "attendant")
        before = picture.addresses()
        signed_in(attendant).call("revokeShare", **picture.ids)
        assert not any(map(works, before))

    def test_nobody_else_may(self, picture: Picture, signed_in: SignIn) -> None:
        before = picture.addresses()
        viewer = a_member(picture.db, picture.venue.workspace, "viewer")
        stranger = a_member(picture.db, a_workspace(picture.db), "owner")
        other = a_guest(picture.db, picture.venue.project)
        responses = {
            uid: refused(signed_in(uid), "revokeShare", **picture.ids).reason
            for uid in (viewer, stranger, other, None)
        }
        assert responses == {
            viewer: "role_required",
            stranger: "session_not_found",
            other: "session_not_found",
            None: "unauthenticated",
        }
        assert picture.addresses() == before
        assert all(map(works, before))


class TestNothingToRevoke:
    def test_of_a_session_without_a_picture(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db)
        session = a_session(db, venue.project, "g", venue.main, workspaceId=venue.workspace)
        ids = {"projectId": venue.project, "sessionId": session}
        error = refused(signed_in("g"), "revokeShare", **ids)
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "no_result")

    def test_of_a_picture_that_is_gone(self, picture: Picture, signed_in: SignIn) -> None:
        before = picture.addresses()
        storage.bucket().blob(path_in(before[0])).delete()
        error = refused(signed_in(picture.owner), "revokeShare", **picture.ids)
        assert error.reason == "no_result"
        assert picture.addresses() == before


class TestAtOnce:
    def test_many_callers_leave_one_address_that_works(self, picture: Picture) -> None:
        before = picture.addresses()
        answers = at_once(5, lambda _: revoke.revoke_share(picture.owner, picture.request))
        after = picture.addresses()
        assert [works(url) for url in [*before, *after]] == [False, False, True, True]
        answered = [each.result_media.url for each in answers if each.result_media]
        assert [url for url in set(answered) if works(url)] == [after[0]]


class Broken(Exception):  # noqa: N818
    """A process that ends."""


class TestBrokenOff:
    @pytest.mark.parametrize(
        ("module", "name"),
        [(transactions, "run_optimistic"), (download_urls, "revoke_others")],
        ids=["before the documents are written", "before the old addresses end"],
    )
    def test_what_the_documents_hold_works_and_a_repeat_finishes(
        self, picture: Picture, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
    ) -> None:
        before = picture.addresses()

        def end(*_arguments: Any, **_options: Any) -> Any:
            raise Broken

        with monkeypatch.context() as broken:
            broken.setattr(module, name, end)
            with pytest.raises(Broken):
                revoke.revoke_share(picture.owner, picture.request)
        between = picture.addresses()
        assert all(map(works, between))
        revoke.revoke_share(picture.owner, picture.request)
        after = picture.addresses()
        assert not any(map(works, {*before, *between}))
        assert all(map(works, after))

    @pytest.mark.parametrize("late", ["first", "second"])
    def test_who_is_overtaken_writes_no_address_that_has_ended(
        self, picture: Picture, monkeypatch: pytest.MonkeyPatch, late: str
    ) -> None:
        """Another call goes through just before this one writes, or before it ends the others."""
        before = picture.addresses()
        module, name = {
            "first": (transactions, "run_optimistic"),
            "second": (download_urls, "revoke_others"),
        }[late]
        original = getattr(module, name)

        def overtaken(*arguments: Any) -> Any:
            monkeypatch.setattr(module, name, original)
            revoke.revoke_share(picture.owner, picture.request)
            return original(*arguments)

        monkeypatch.setattr(module, name, overtaken)
        revoke.revoke_share(picture.owner, picture.request)
        assert all(map(works, picture.addresses()))
        assert not any(map(works, before))


class TestLinks:
    def test_who_never_gets_through_gives_up(
        self, picture: Picture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = path_in(picture.addresses()[0])
        monkeypatch.setattr(download_urls, "MAX_ATTEMPTS", 0)
        with pytest.raises(Contention):
            download_urls.add(path, [])

"""The short address of a picture: who gets one, what it shows to everybody, and when it ends."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.ids import new_id
from experience.retention.usecases import erase
from experience.sessions.models.session import Session
from experience.shares.models.share import KEPT, CreateShare, share_id_of
from experience.shares.store import query_shares_of
from experience.shares.usecases import create, revoke
from tests.support.builders.guests import a_guest
from tests.support.builders.pictures import Picture, a_picture
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once, refused

SignIn = Callable[[str | None], Client]


@pytest.fixture
def picture(db: Database) -> Picture:
    return a_picture(db)


class Site:
    """The pages of a suite, as Hosting hands them to the function."""

    def __init__(self, suite: Suite) -> None:
        self.base = f"{suite.functions.url}/{suite.project}/{suite.region}/showShare"

    def open(self, share_id: str, method: str = "GET", **headers: str) -> requests.Response:
        address = f"{self.base}/s/{share_id}"
        return requests.request(method, address, timeout=30, headers=headers)


@pytest.fixture
def site(suite: Suite) -> Site:
    return Site(suite)


def stored(db: Database, picture: Picture) -> dict[str, object]:
    """The shares of the picture's session, by id."""
    found = query_shares_of(db, picture.session.id, project_id=picture.venue.project).stream()
    return {each.id: each.to_dict() for each in found}


class TestCreated:
    def test_once_however_often_and_however_many_ask_for_it(self, picture: Picture) -> None:
        request = CreateShare.model_validate(picture.ids)
        views = at_once(5, lambda _: create.create_share(picture.owner, request))
        views.append(create.create_share(picture.owner, request))
        assert len({each.id for each in views}) == 1
        [(share_id, fields)] = stored(picture.db, picture).items()
        assert isinstance(fields, dict)
        assert fields.keys() == {"projectId", "sessionId", "createdAt", "expireAt"}
        assert {each: fields[each] for each in picture.ids} == picture.ids
        assert fields["expireAt"] - datetime.fromtimestamp(fields["createdAt"] / 1000, UTC) == KEPT
        assert re.fullmatch(r"[a-z2-7]{26}", share_id), "26 letters of five bits hold 128"

    def test_for_the_guest_of_the_session_and_nobody_else(
        self, picture: Picture, signed_in: SignIn
    ) -> None:
        attendant = a_member(picture.db, picture.venue.workspace, "owner")
        for uid in (attendant, a_guest(picture.db, picture.venue.project)):
            assert refused(signed_in(uid), "createShare", **picture.ids).reason == (
                "session_not_found"
            )
        view = signed_in(picture.owner).call("createShare", **picture.ids)
        assert view["path"] == f"/s/{view['id']}"
        assert signed_in(picture.owner).call("getShare", shareId=view["id"]) == view
        for share_id in (view["id"], "a" * 26, "x"):
            error = refused(signed_in(attendant), "getShare", shareId=share_id)
            assert error.reason == "share_not_found"

    def test_of_a_picture_only(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db)
        session = a_session(db, venue.project, "g", venue.main, workspaceId=venue.workspace)
        ids = {"projectId": venue.project, "sessionId": session}
        assert refused(signed_in("g"), "createShare", **ids).reason == "no_result"

    def test_anew_once_it_is_over(self, picture: Picture, site: Site) -> None:
        request = CreateShare.model_validate(picture.ids)
        share_id = create.create_share(picture.owner, request).id
        past = {"expireAt": datetime(2020, 1, 1, tzinfo=UTC)}
        picture.db.document("shares", share_id).update(past)
        assert site.open(share_id).status_code == 404
        assert create.create_share(picture.owner, request).id == share_id
        assert site.open(share_id).status_code == 200


class TestPage:
    def test_shows_the_picture_with_the_look_of_its_event(self, db: Database, site: Site) -> None:
        theme = {
            "primaryColor": "#ffdd00",
            "fontFamily": "Inter",
            "logoUrl": "https://a.example/l.png",
        }
        name = 'Zoë & "Friends" <script>alert(1)</script>'
        picture = a_picture(db, name=name, **{"publishedConfig.theme": theme})
        share_id = create.create_share(picture.owner, CreateShare.model_validate(picture.ids)).id
        page = site.open(share_id)
        assert page.status_code == 200
        url = picture.addresses()[0].replace("&", "&amp;")
        title = "A picture from Zoë &amp; &quot;Friends&quot; &lt;script&gt;alert(1)&lt;/script&gt;"
        assert f"<title>{title}</title>" in page.text
        for tag in (
            f'<meta property="og:title" content="{title}">',
            f'<meta property="og:image" content="{url}">',
            '<meta name="twitter:card" content="summary_large_image">',
            f'<meta name="twitter:image" content="{url}">',
            '<meta name="robots" content="noindex, nofollow">',
            f'<img class="picture" src="{url}"',
            '<img class="logo" src="https://a.example/l.png" alt="">',
        ):
            assert tag in page.text
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        sheet = re.search(r'href="/s/(style[^"]+)"', page.text)
        assert sheet
        style = site.open(sheet[1].replace("&amp;", "&"))
        assert "--brand: #ffdd00; --on-brand: #000000" in style.text
        assert '"Inter"' in style.text
        assert "inline" not in page.headers["Content-Security-Policy"]
        assert site.open(share_id, "HEAD").text == ""
        assert site.open(share_id, "POST").status_code == 405

    def test_is_in_the_language_of_the_address_of_the_browser_or_of_the_project(
        self, db: Database, site: Site
    ) -> None:
        config = {
            "publishedConfig.locales": ["fr", "de"],
            "publishedConfig.translations": {"de": {"title": "Sommernacht"}},
        }
        picture = a_picture(db, name="Nuit", **config)
        share_id = create.create_share(picture.owner, CreateShare.model_validate(picture.ids)).id
        german, french = "Ein Bild von Sommernacht", "Une image de Nuit"
        for query, accepted, lang, title in [
            ("", "de-AT,de;q=0.9", "de-AT", german),
            ("?lang=fr", "de", "fr", french),
            ("?lang=es", "es,en;q=0.9", "fr", french),
            ("?lang=%22%3E%3Cscript%3E", "*", "fr", french),
        ]:
            page = site.open(share_id + query, **{"Accept-Language": accepted})
            assert f'<html lang="{lang}" dir="ltr">' in page.text
            assert f"<title>{title}</title>" in page.text
            assert page.headers["Vary"] == "Accept-Language"
            assert page.headers["Cache-Control"] == "no-store"
        gone = site.open("a" * 26, **{"Accept-Language": "ar"})
        assert (gone.status_code, gone.headers["Vary"]) == (404, "Accept-Language")
        assert '<html lang="ar" dir="rtl">' in gone.text

    def test_there_is_one_answer_for_whatever_shows_nothing(
        self, db: Database, site: Site, suite: Suite
    ) -> None:
        """Unknown, malformed, revoked, erased, of a closed project: not to be told apart."""

        def share(picture: Picture) -> str:
            return create.create_share(picture.owner, CreateShare.model_validate(picture.ids)).id

        revoked, erased, closed = (a_picture(db, name="Secret Gala") for _ in range(3))
        ids = [share(each) for each in (revoked, erased, closed)]
        assert [site.open(each).status_code for each in ids] == [200] * 3
        revoke.revoke_share(revoked.owner, revoked.request)
        erase.erase(db, erased.venue.project, erased.owner)
        db.document("projects", closed.venue.project).update({"status": "archived"})
        pages = [site.open(each) for each in [*ids, "a" * 26, "x", "", f"{ids[0]}x", "%2e%2e"]]
        assert {each.status_code for each in pages} == {404}
        assert len({each.content for each in pages}) == 1
        assert (
            len(
                {
                    json.dumps(sorted(each.headers.items() - {("Date", each.headers["Date"])}))
                    for each in pages
                }
            )
            == 1
        )
        assert "Secret Gala" not in pages[0].text
        assert stored(db, revoked) == stored(db, erased) == {}
        again = share(revoked)
        assert again != ids[0]
        assert site.open(again).status_code == 200
        db.document("projects", closed.venue.project).update({"status": "live"})
        assert site.open(ids[2]).status_code == 200

    def test_no_log_has_an_address(self, picture: Picture, site: Site, suite: Suite) -> None:
        share_id = create.create_share(picture.owner, CreateShare.model_validate(picture.ids)).id
        assert site.open(share_id).status_code == 200
        assert suite.functions_log
        log = Path(suite.functions_log).read_text()
        assert '"function": "showShare"' in log
        token = picture.addresses()[0].rpartition("token=")[2]
        assert share_id not in log
        assert token not in log


class TestErased:
    def test_a_share_that_came_meanwhile_goes_too(self, picture: Picture) -> None:
        """Its session is gone already: a repeat of the erasure finds it."""
        share_id = new_id()
        session = session_ref(picture.db, picture.venue.project, picture.session.id)
        assert share_id_of(Session.load(session.get().to_dict() or {}))
        picture.db.document("shares", share_id).set(
            {**picture.ids, "createdAt": 1, "expireAt": datetime(2090, 1, 1, tzinfo=UTC)}
        )
        session.delete()
        erase.erase(picture.db, picture.venue.project, picture.owner)
        assert stored(picture.db, picture) == {}

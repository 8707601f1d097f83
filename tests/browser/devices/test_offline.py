"""The page opens without a network, and never an old one with new functions."""

import json
from pathlib import Path

import pytest
from google.cloud.firestore import Client, FieldFilter

from emulator.demo import seed
from emulator.paths import ROOT
from emulator.process.http import serve
from emulator.suite.suite import Suite
from emulator.web.hosting import Hosting
from tests.support.browser import Browser, build
from tests.support.builders.images import PHOTOS
from tests.support.deployments import build_of, deployments, next_build
from tests.support.node_installation import install

PHOTO = str(PHOTOS / "chelsea.jpg")
BrowserSuite = tuple[Suite, Client, Browser]


class TestWithoutANetwork:
    def test_a_visit_goes_on_and_its_photo_is_sent_once_afterwards(self, browser: Browser) -> None:
        seen = browser.play("offlineVisit", photo=PHOTO)
        assert seen["uncaught"] == []
        assert seen["remembered"] == "Ada"
        assert (seen["kept"], seen["confirmed"], seen["left"]) == (1, 1, 0)
        assert seen["answers"] == {"name": "Ada", "mood": "dreamy"}
        assert "No connection" in seen["words"]
        others = [each for each in seen["cached"] if not each.startswith("/assets/")]
        assert sorted(others) == ["/icon.svg", "/index.html"]

    @pytest.mark.exhaustive
    def test_a_journey_goes_on(self, browser: Browser, browser_suite: BrowserSuite) -> None:
        seen = browser.play("offlineJourney")
        assert seen["uncaught"] == []
        _, db, _ = browser_suite
        own = FieldFilter("createdBy", "==", seen["uid"])
        [session] = db.collection("events", seed.EVENT, "sessions").where(filter=own).get()
        assert session.get("data.mail") == {"type": "text", "value": "ada@example.com"}


class TestNewBuild:
    @pytest.mark.exhaustive
    def test_takes_the_place_of_an_old_page_that_is_not_in_the_middle_of_anything(
        self, browser: Browser, browser_suite: BrowserSuite, tmp_path: Path
    ) -> None:
        before = build(install())
        after = next_build(before, tmp_path / "after")
        site = serve(deployments(before, after, browser_suite[0].env))
        try:
            seen = browser.play("newBuild", origin=site.url)
        finally:
            site.close()
        assert seen["uncaught"] == []
        old, new = build_of(before), build_of(after)
        assert seen["old"] == seen["offline"] == old
        assert seen["typing"] == {"build": old, "text": "Ad"}
        assert seen["served404"] == "text/html", "the site has none of the old files any more"
        assert "javascript" in seen["fromCache"]
        assert seen["build"] == new
        assert seen["caches"] == [f"guest-page-{new}"]
        assert seen["name"] == "Ada"


class TestItsFiles:
    """What Hosting says of the worker, and what the worker has."""

    def test_a_browser_asks_for_a_new_worker_each_time(self) -> None:
        headers = Hosting.read(ROOT / "firebase.json").headers_of("/sw.js")
        assert headers["Cache-Control"] == "no-cache"
        assert "worker-src 'self'" in headers["Content-Security-Policy"]

    def test_the_worker_has_every_file_that_the_page_may_load(self) -> None:
        files = build(install())
        worker = (files / "sw.js").read_text()
        page = {f"/assets/{each.name}" for each in (files / "assets").iterdir()}
        kept = {each for each in page if json.dumps(each)[1:-1] in worker}
        assert build_of(files) in worker
        # Those of the short addresses' page alone.
        assert {each.split("-")[0] for each in page - kept} <= {"/assets/share"}

"""A picture at its short address, in a real browser: shared, saved, deleted by its guest."""

import re

import pytest
from PIL import Image

from emulator.demo import seed
from tests.support.browser import Browser
from tests.support.faulty_suite import FaultySuite


@pytest.mark.exhaustive
class TestSharedPicture:
    def test_is_there_for_everybody_until_its_guest_deletes_it(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("sharedPicture")
        assert seen["uncaught"] == []
        assert seen["violations"] == []
        assert re.fullmatch(r"http://[^/]+/s/[a-z2-7]{26}", seen["code"])

        [shared] = seen["shared"]
        assert shared["inTap"], "the tap is over once the page has waited for anything"
        assert seen["asked"] == 0, "the picture was fetched when it was shown"
        [file] = shared["files"]
        assert file["size"] > 1000

        plain = seen["plain"]
        name = faulty_suite.db.document("projects", seed.PROJECT).get().get("name")
        assert plain["title"] == plain["tags"]["og:title"] == f"A picture from {name}"
        assert re.match(r"http://127\.0\.0\.1:\d+/v0/b/", plain["tags"]["og:image"])
        assert plain["tags"]["twitter:card"] == "summary_large_image"
        assert "noindex" in plain["tags"]["robots"]
        assert plain["brand"] != "rgba(0, 0, 0, 0)", "the style sheet is there"

        stranger = seen["stranger"]
        assert (stranger["refused"], stranger["erase"], stranger["notice"]) == (404, 0, "Saved.")
        with Image.open(stranger["path"]) as saved:
            assert list(saved.size) == plain["size"]

        assert seen["inApp"]["opened"] == plain["tags"]["og:image"]
        assert "Saved" not in seen["inApp"]["notice"]
        assert seen["inApp"]["notice"]

        assert seen["gone"]["status"] == 404
        assert name not in seen["gone"]["text"]
        assert faulty_suite.of(seed.PROJECT, "sessions", createdBy=seen["uid"]) == []
        assert seen["code"].rpartition("/")[2] not in [
            each.id for each in faulty_suite.db.collection("shares").stream()
        ]

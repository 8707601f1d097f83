"""The suite's page of mails and the mails themselves, in a real browser."""

import re

import pytest

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.demo.guest_client import ADDRESS, GuestClient
from emulator.demo.shown import PHOTO
from experience.ids import new_id
from experience.locales.choice import SPOKEN
from experience.mails.models.message import message_of
from experience.shares.models.share import SharedPicture
from tests.support.browser import Browser
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@pytest.mark.exhaustive
class TestPageOfMails:
    def test_shows_each_as_its_reader_sees_it(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        suite = faulty_suite.suite
        guest = GuestClient(
            Client.of(suite.env, f"guest-{new_id()}"), seed.PROJECT, PHOTO.read_bytes()
        )
        visit = guest.play(seed.CARTOON)
        eventually(lambda: visit.main.id in {each["sessionId"] for each in suite.mails().values()})
        name = faulty_suite.db.document("projects", seed.PROJECT).get().get("name")

        seen = browser.play("mailsPage", subject=f"Your picture from {name}", session=visit.main.id)

        assert seen["uncaught"] == []
        assert (seen["violations"], seen["dark"]) == ([], [])
        assert seen["facts"][0] == ADDRESS
        assert seen["facts"][2].startswith("not sent")
        assert visit.main.id in seen["facts"][3]
        assert "Your picture is ready" in seen["plain"]
        assert seen["size"] == [256, 256]
        assert len(set(seen["links"])) == 1
        assert re.search(r"/s/[a-z2-7]{26}$", seen["links"][0])
        assert seen["html"] == {"lang": "en", "dir": "ltr"}
        assert "allow-scripts" not in seen["sandbox"]
        assert seen["overflow"] <= 0
        assert seen["opened"], "with the keyboard alone"


@pytest.mark.exhaustive
class TestMail:
    @pytest.mark.parametrize("locale", SPOKEN)
    def test_can_be_read_on_a_phone_and_by_a_screen_reader(
        self, browser: Browser, locale: str
    ) -> None:
        name = "A summer night with a name that is as long as names of events may be, and longer"
        picture = SharedPicture(name, PIXEL, 1080, 1620, {"primaryColor": "#ffdd00"})
        made = message_of(picture, f"https://demo.web.app/s/{'a' * 26}", locale)
        assert browser.play("mailAlone", html=made.html) == {"violations": [], "overflow": 0}

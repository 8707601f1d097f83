"""How the guest page looks: in light and dark, on low and wide screens, with large letters."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulator.demo import seed
from tests.support.browser import Browser

PHOTO = seed.PHOTOS / "chelsea.jpg"
PHONE = {"width": 390, "height": 844}
SIDEWAYS = {"width": 740, "height": 360}
SMALL = {"width": 320, "height": 640}
DESKTOP = {"width": 1440, "height": 900}
LARGE_LETTERS = 2
"""Of 100 %. WCAG 2.2, 1.4.4."""
WITH_KEYBOARD = {"width": 390, "height": 420}
"""What the keyboard of a phone leaves of its screen."""
LOW = {
    "sideways": {**SIDEWAYS, "zoom": 1, "scheme": "dark"},
    "with a keyboard": {**WITH_KEYBOARD, "zoom": 1, "scheme": "dark"},
    "large letters": {**SMALL, "zoom": LARGE_LETTERS, "scheme": "light"},
}
TRYING = {"yellow": "#ffd400", "white": "#ffffff", "black": "#000000"}


def variants(*schemes: str) -> Iterator[dict[str, Any]]:
    """Each kind of screen in each of the schemes."""
    for scheme in schemes:
        for screen in (PHONE, SIDEWAYS, DESKTOP, {**SMALL, "zoom": LARGE_LETTERS}):
            yield {"scheme": scheme, **screen}


@pytest.mark.parametrize(
    "low",
    [pytest.param("sideways", marks=pytest.mark.exhaustive), "with a keyboard", "large letters"],
)
def test_an_error_is_in_sight_and_never_behind_the_button(low: str, browser: Browser) -> None:
    seen = browser.play("errorsInSight", **LOW[low])
    assert seen["uncaught"] == []
    assert seen["seen"] == {
        "adult": {"error": True, "violations": []},
        "mail": {"error": True, "field": True, "violations": []},
        "style": {"error": True, "violations": []},
    }


def test_the_welcome_names_its_event_and_hides_no_way_out_of_an_app(browser: Browser) -> None:
    screens = {"upright": PHONE, "sideways": SIDEWAYS, "desktop": DESKTOP}
    screens["large letters"] = {**SMALL, "zoom": LARGE_LETTERS}
    seen = browser.play("entranceInSight", screens=screens)
    assert seen["uncaught"] == []
    reachable = {"browser": [], "app": [True, True]}
    assert seen["seen"] == {
        f"{screen}, {each}": {"violations": [], "name": True, "ways": ways}
        for each, ways in reachable.items()
        for screen in screens
    }


def test_large_letters_break_no_word_beside_an_icon(browser: Browser) -> None:
    seen = browser.play("photoButtons", **SMALL, zoom=LARGE_LETTERS)
    assert seen["uncaught"] == seen["violations"] == []
    taking, choosing = seen["buttons"]
    assert taking["words"].endswith(" aufnehmen")
    assert taking["broken"] == choosing["broken"] == []


@pytest.mark.exhaustive
class TestEveryScreen:
    """axe finds nothing, nothing is cut off, and each screen has one heading."""

    @pytest.fixture(scope="class")
    @staticmethod
    def tour(browser_suite: tuple[Any, Any, Browser]) -> Any:
        every = [*variants("light", "dark")]
        return browser_suite[2].play("everyScreen", photo=str(PHOTO), looks=every)

    def test_in_light_and_dark_on_every_kind_of_screen(self, tour: Any) -> None:
        assert tour["found"] == {}
        assert tour["uncaught"] == []

    def test_each_screen_of_a_visit_says_one_thing(self, tour: Any) -> None:
        headings = {screen: len(found) for screen, found in tour["headings"].items()}
        # The welcome has one more, of what there is to choose; a camera covers the step behind it.
        assert headings == dict.fromkeys(tour["headings"], 1) | {"welcome": 2}
        assert tour["headings"]["processing"] == ["Your picture is being made"]
        assert tour["headings"]["processing-failed"] == ["Your picture did not work out"]
        assert tour["headings"]["processing-cancelled"] == ["Cancelled"]
        assert len(headings) == 23

    def test_those_of_an_event_in_an_app_s_own_browser(self, browser: Browser) -> None:
        every = [*variants("light", "dark")]
        seen = browser.play("everyEventScreen", photo=str(PHOTO), looks=every)
        assert seen["found"] == {}
        assert seen["headings"]["event-end-failed"] == ["Your picture did not work out"]
        assert seen["uncaught"] == []

    @pytest.mark.parametrize("colour", TRYING)
    def test_in_colours_that_try_it(self, colour: str, browser: Browser) -> None:
        few = [{"scheme": scheme, **PHONE} for scheme in ("light", "dark")]
        seen = browser.play("everyScreen", photo=str(PHOTO), looks=few, colour=TRYING[colour])
        assert seen["found"] == {}

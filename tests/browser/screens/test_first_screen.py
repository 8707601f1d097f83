"""What a phone loads before a guest can go on, and what moves under their finger."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emulator.demo import seed
from tests.support.browser import Browser

# Measured: 53.9 kB of scripts, 61.4 kB in all. Compressed, a kB being 1,000 bytes.
MAX_SCRIPT_BYTES = 60_000
MAX_BYTES = 70_000
MAX_REQUESTS = 9
"""To the page's own host: the page, its icon, its config, styles and scripts."""
MAX_CALLS = 6
"""To other hosts: sign-in and what is read, each after a preflight."""
MAX_SHIFT = 0.002
"""CLS, of which 0.1 counts as good. Source: https://web.dev/articles/cls."""

SCREENS = {
    "project": (f"/{seed.PROJECT}", '[data-testid="experience"]'),
    "event": (f"/e/{seed.EVENT}", '[data-testid="begin"]'),
}


@pytest.mark.parametrize("screen", SCREENS)
class TestFirstScreen:
    def test_it_is_light(self, screen: str, browser: Browser, tmp_path: Path) -> None:
        seen = first_screen(browser, screen, tmp_path)
        assert 0 < seen["scriptBytes"] <= MAX_SCRIPT_BYTES, seen["scripts"]
        assert seen["scriptBytes"] < seen["bytes"] <= MAX_BYTES
        assert seen["requests"] <= MAX_REQUESTS
        assert seen["calls"] <= MAX_CALLS

    @pytest.mark.parametrize("upright", [True, False])
    def test_nothing_moves_when_the_logo_comes(
        self, screen: str, upright: bool, browser: Browser, tmp_path: Path
    ) -> None:
        seen = first_screen(browser, screen, tmp_path, upright=upright)
        assert seen["shift"] <= MAX_SHIFT, seen["sources"]


class TestNextScreens:
    """Their code is loaded while the guest reads the welcome."""

    def test_without_a_connection_the_guest_is_told_and_goes_on_with_one(
        self, browser: Browser
    ) -> None:
        seen = browser.play("nextScreensOffline")
        assert "No connection" in seen["words"]
        assert seen["uncaught"] == []

    def test_files_that_a_new_deployment_took_away_are_found_by_a_reload(
        self, browser: Browser
    ) -> None:
        seen = browser.play("nextScreensGone", after=1)
        assert seen == {"loads": 2, "uncaught": []}

    def test_files_that_stay_away_are_not_looked_for_in_a_circle(self, browser: Browser) -> None:
        seen = browser.play("nextScreensGone", after=2)
        assert seen["loads"] == 2
        assert "load this page again" in seen["words"]
        assert seen["uncaught"] == []


def first_screen(browser: Browser, screen: str, folder: Path, *, upright: bool = True) -> Any:
    """As it is opened for the first time, with a logo that comes late."""
    logo = folder / "logo.png"
    Image.new("RGBA", (640, 200), "black").save(logo)
    path, ready = SCREENS[screen]
    width, height = (390, 844) if upright else (740, 360)
    size = {"width": width, "height": height}
    return browser.play("firstScreen", path=path, ready=ready, logo=str(logo), **size)

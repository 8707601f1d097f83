"""The demo of a campaign in a real browser: opened from a file, without a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from experience.providers.sounds import synthesise
from experience.workflows.catalog.campaign_build.manifest import Manifest
from experience.workflows.catalog.campaign_build.page import data_uri, page_of
from experience.workflows.catalog.campaign_build.theme import Colours, readable_theme
from tests.support.browser import SCREENSHOTS, Browser, camera_video
from tests.support.builders.images import encoded
from tests.support.campaigns.builds import CONFIG
from tests.support.node_installation import a_browser, install
from tools.campaign_runtime import FILE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demos")


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    """A browser of its own, because these pages need no suite."""
    camera = str(camera_video(folder / "camera.mjpeg"))
    settings = {"camera": camera, "screenshots": str(SCREENSHOTS)}
    with a_browser(install(), settings, folder / "browser.log") as browser:
        yield browser


def played(browser: Browser, scenario: str, folder: Path) -> Any:
    return browser.play(scenario, template=str(FILE), folder=str(folder))


@pytest.mark.exhaustive
class TestDemo:
    @pytest.fixture(scope="class")
    @staticmethod
    def seen(browser: Browser, folder: Path) -> Any:
        return played(browser, "campaignDemo", folder)

    def test_it_says_that_nothing_can_be_won_and_needs_no_network(self, seen: Any) -> None:
        assert seen["demo"] == "Demo \N{EN DASH} nothing can be won"
        assert seen["requests"] == []
        assert seen["messages"] == [], "no error, and nothing that the policy blocks"

    def test_the_terms_come_first(self, seen: Any) -> None:
        assert "accept the terms" in seen["reminder"]
        assert seen["focused"] == 1

    def test_a_spin_by_mouse_lands_on_the_prize(self, seen: Any) -> None:
        won = seen["won"]
        assert won["phases"] == ["ready", "asking", "landing", "result"]
        assert won["won"] is True
        assert won["pointer"] == won["segment"] == "s2"
        assert "Hooray, you have won!" in won["text"]
        assert "Your prize: A tote bag" in won["text"]
        assert "The wheel stopped at: A tote bag." in won["text"]
        assert won["sounds"] == ["spin", "win"], "nothing is heard before the first gesture"
        assert won["confetti"] == 1
        assert seen["code"] in won["text"]
        assert seen["muted"] == "true", "a reload keeps the switch"

    def test_a_swipe_spins_it_too(self, seen: Any) -> None:
        lost = seen["lost"]
        assert lost["phases"] == ["ready", "asking", "landing", "result"]
        assert lost["won"] is False
        assert lost["pointer"] == lost["segment"] == "s3"
        assert "So close" in lost["text"]
        assert (lost["sounds"], lost["confetti"]) == (["spin"], 0)

    def test_without_motion_the_result_is_there_at_once(self, seen: Any) -> None:
        """By keyboard alone, with a focus that is seen."""
        still = seen["still"]
        assert seen["visible"] == [True, True, True]
        assert still["phases"] == ["ready", "asking", "result"]
        assert still["pointer"] == still["segment"] == "s0"
        assert (still["confetti"], seen["moving"]) == (0, 0)
        assert {seen[name]["announced"] for name in ("won", "lost", "still")} == {1}

    def test_no_screen_has_a_serious_violation(self, seen: Any) -> None:
        assert seen["violations"] == []


class TestLayouts:
    @pytest.mark.exhaustive
    def test_every_label_is_inside_its_segment_on_every_screen(
        self, browser: Browser, folder: Path
    ) -> None:
        """With 2 to 24 segments, labels of 60 letters, Arabic, 320 pixels and 200 % of zoom."""
        seen = played(browser, "campaignLayouts", folder)
        assert seen["uncaught"] == seen["violations"] == []
        assert seen["hacked"] is None, "markup in a label is text"
        listed = [line.partition(" \N{EN DASH} ")[0] for line in seen["listed"]]
        assert listed[1:] == ["<b>", "&amp;", "{terms}"]
        assert seen["arabic"] == {"lang": "ar", "dir": "rtl", "list": "ما على العجلة"}
        assert len(seen["misfits"]) == 13
        assert {case: found for case, found in seen["misfits"].items() if found} == {}


@pytest.mark.exhaustive
class TestBuiltPage:
    def test_what_a_build_writes_is_playable(self, browser: Browser, folder: Path) -> None:
        """With its own pictures and sounds, and a name that would end the script."""
        theme, _ = readable_theme(Colours("#0b6e4f", "#f4a259"), "rounded")
        words = {"headline": "</script><b>", "intro": "&amp;", "cta": "Go", "win": "W", "lose": "L"}
        game = CONFIG["game"]
        manifest = Manifest.model_validate(
            {
                "campaignId": "c1",
                "workspaceId": "w1",
                "name": "<!--<script>",
                "templateId": "spin_wheel",
                "locale": "de",
                "theme": theme,
                "copy": words,
                "segments": game["segments"],
                "terms": game["terms"],
                "media": {},
            }
        )
        picture = encoded(Image.new("RGB", (90, 60), "#0b6e4f"), "JPEG")
        media = {
            "background": data_uri(picture, "image/jpeg"),
            "spin": data_uri(synthesise("spin", "ticks"), "audio/wav"),
            "win": data_uri(synthesise("win", "harp"), "audio/wav"),
        }
        file = folder / "built.html"
        file.write_text(page_of(manifest, media))
        seen = browser.play("campaignBuilt", address=file.as_uri())
        assert seen["requests"] == seen["messages"] == seen["violations"] == []
        assert seen["pictures"] == [90]
        assert seen["title"] == "</script><b>"
        assert len(seen["listed"]) == 4
        shown = seen["shown"]
        assert shown["segment"] == shown["pointer"] == "s1"
        assert "Dein Gewinn: A beach towel" in shown["text"]
        assert shown["sounds"] == ["win"]

"""The languages of the guest page: which one a guest gets, and how each fits its screens."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.demo import seed
from emulator.suite.suite import Suite
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS

OFFERED = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "ar": "العربية"}
GERMAN = "Willkommen bei"
SMALL = {"width": 320, "height": 640}
SCREENS = [
    {"scheme": "light", **SMALL},
    {"scheme": "dark", **SMALL, "zoom": 2},
    {"scheme": "light", "width": 1280, "height": 800},
]


class TestLanguage:
    PHONES: tuple[tuple[dict[str, str], str, str, str, list[str]], ...] = (
        ({"locale": "fr-CA"}, "fr-CA", "Nuit d\u2019été", "Bienvenue à", ["fr"]),
        ({"locale": "fr-CA", "query": "?lang=ar-EG"}, "ar-EG", "ليلة صيف", "أهلًا بكم في", ["ar"]),
        ({"locale": "it-IT"}, "en", "Summer night", "Welcome to", ["en"]),
        (
            {"locale": "de-AT", "query": "?lang=no"},
            "de-AT",
            "Sommernacht",
            "Willkommen bei",
            ["de"],
        ),
        ({"locale": "de-AT", "project": seed.TOUR}, "de-AT", "The tour", "Willkommen bei", ["de"]),
    )

    def test_is_that_of_the_address_of_the_browser_or_of_the_project(
        self, browser: Browser
    ) -> None:
        played = browser.play("languageOffered", phones=[phone for phone, *_ in self.PHONES])
        assert played["uncaught"] == []
        for (phone, lang, heading, eyebrow, loaded), seen in zip(
            self.PHONES, played["seen"], strict=True
        ):
            assert (seen["lang"], seen["heading"], seen["eyebrow"]) == (lang, heading, eyebrow)
            assert seen["title"] == heading
            assert seen["dir"] == ("rtl" if lang == "ar-EG" else "ltr")
            assert seen["loaded"] == loaded, "the words of the others are not loaded"
            shown = [[tag, tag, name] for tag, name in OFFERED.items()]
            assert seen["offered"] == ([] if "project" in phone else shown)
        arabic = played["seen"][1]
        assert "نحتفظ بهما" in arabic["consent"]
        assert "١٦ سنة" in arabic["consent"], "numbers are written as the language writes them"
        assert arabic["experience"] == "ركن الكرتون"

    def test_is_chosen_at_the_welcome_and_stays_through_the_visit(
        self, browser: Browser, browser_suite: tuple[Suite, Client, Browser]
    ) -> None:
        seen: dict[str, Any] = browser.play("languageChosen")
        assert seen["uncaught"] == []
        assert seen["before"] == "Nuit d\u2019été"
        assert seen["chosen"]["heading"] == "Sommernacht"
        for url in (seen["chosen"]["url"], seen["pregate"]["url"], seen["url"]):
            assert "lang=de" in url
        assert seen["pregate"]["heading"] == "Schön, dass du da bist"
        assert seen["pregate"]["next"] == "Los geht\u2019s"
        assert seen["labels"] == ["Ja", "Nein"], "nobody has written these"
        assert seen["reminder"] == "Bitte wähle eine Antwort."
        assert seen["moods"] == ["Glücklich", "Mutig", "Verträumt"]
        assert seen["reloaded"] == "Wie fühlst du dich?"
        assert seen["stored"] == {"name": "Ada", "mood": "dreamy"}
        guests = browser_suite[1].collection("projects", seed.PROJECT, "guests").get()
        assert "de" in {(each.to_dict() or {}).get("locale") for each in guests}, "for the mail"


@pytest.mark.exhaustive
@pytest.mark.parametrize("locale", ["ar", "de"])
@pytest.mark.parametrize("scenario", ["everyScreen", "everyEventScreen"])
class TestEveryScreen:
    def test_fits_small_screens_and_large_text_and_is_accessible(
        self, scenario: str, locale: str, browser: Browser
    ) -> None:
        photo = str(PHOTOS / "chelsea.jpg")
        seen = browser.play(scenario, photo=photo, locale=locale, looks=SCREENS)
        assert seen["found"] == {}
        assert seen["uncaught"] == []
        assert seen["directions"] == ["rtl" if locale == "ar" else "ltr"]

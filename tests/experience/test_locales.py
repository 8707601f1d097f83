"""Which language a person gets, and what they read where something is not translated into it."""

import json
from typing import Any

import pytest

from emulator.paths import ROOT
from experience.locales.choice import (
    MAX_WANTED,
    SPOKEN,
    chosen_locale,
    direction_of,
    wanted_locales,
)
from experience.locales.translations import translated
from experience.projects.models import ProjectTranslation

VECTORS = json.loads((ROOT / "web" / "guest" / "test" / "locale-vectors.json").read_text())


class TestChosenLocale:
    @pytest.mark.parametrize("vector", VECTORS, ids=lambda each: ",".join(each["wanted"]))
    def test_is_the_one_that_the_guest_page_chooses(self, vector: dict[str, Any]) -> None:
        chosen = chosen_locale(vector["wanted"], vector["offered"], SPOKEN)
        assert chosen == vector["chosen"]


class TestSpoken:
    def test_are_the_languages_of_the_guest_page(self) -> None:
        files = (ROOT / "web" / "guest" / "src" / "locales").glob("*.ts")
        assert {each.stem for each in files} == set(SPOKEN)

    def test_are_written_in_the_direction_that_the_page_has(self) -> None:
        for language in SPOKEN:
            words = (ROOT / "web" / "guest" / "src" / "locales" / f"{language}.ts").read_text()
            assert f'direction: "{direction_of(language)}"' in words


class TestWantedLocales:
    @pytest.mark.parametrize(
        ("named", "header", "wanted"),
        [
            ("fr", "de-AT,de;q=0.9,en;q=0.8", ["fr", "de-AT", "de", "en"]),
            (None, "en;q=0.1, ar, de;q=0.5", ["ar", "de", "en"]),
            (None, "en;q=0, *;q=0.1, de", ["de"]),
            ("de_AT", None, ["de-AT"]),
            ("", None, []),
            ("<script>", "de;q=2, ../x, en;q=x", ["de", "en"]),
            ("x" * 40, ",,;,", []),
            (None, ",".join(["de"] * 10_000), ["de"] * MAX_WANTED),
        ],
    )
    def test_are_those_of_the_address_and_of_the_header_by_weight(
        self, named: str | None, header: str | None, wanted: list[str]
    ) -> None:
        assert wanted_locales(named, header) == wanted


class TestTranslated:
    TRANSLATIONS = {
        "de": ProjectTranslation(title="Sommerfest", consent="Bitte."),
        "de-AT": ProjectTranslation(title="Sommerfestl"),
    }

    @pytest.mark.parametrize(
        ("locale", "title", "consent"),
        [
            ("de-AT", "Sommerfestl", "Bitte."),
            ("de-CH", "Sommerfest", "Bitte."),
            ("de", "Sommerfest", "Bitte."),
            ("fr", "Summer party", "Please."),
        ],
    )
    def test_falls_back_by_field(self, locale: str, title: str, consent: str) -> None:
        found = [
            translated(authored, self.TRANSLATIONS, locale, field)
            for authored, field in (("Summer party", "title"), ("Please.", "consent"))
        ]
        assert found == [title, consent]

    def test_without_translations_is_what_was_authored(self) -> None:
        assert translated("Summer party", None, "de", "title") == "Summer party"

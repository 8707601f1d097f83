"""What a page at a short address says and loads, whatever people wrote. Nothing is stored."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience.locales.choice import SPOKEN
from experience.locales.readable import one_line
from experience.projects.models import ProjectTranslation
from experience.shares.models import page, theme
from experience.shares.models.share import SharedPicture

URL = "https://firebasestorage.googleapis.com/v0/b/b/o/p%2Fr.png?alt=media&token=t"
HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "$title ${url} $$",
    "a\u202e\u0000b",
]


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def shown(name: str = "Gala", theme: dict[str, Any] | None = None) -> Elements:
    return Elements(page.picture_page(SharedPicture(name, URL, 768, 960, theme or {}), "en").body)


PLAIN = [tag for tag, _ in shown().tags]


class TestWhateverPeopleWrote:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_is_text_and_never_markup(self, text: str) -> None:
        theme = {"primaryColor": text, "fontFamily": text, "logoUrl": text}
        found = shown(text, theme)
        assert [tag for tag, _ in found.tags] == PLAIN
        assert all(not name.startswith("on") for _, names in found.tags for name in names)
        assert f"A picture from {one_line(text)}" in found.texts

    @pytest.mark.parametrize("turn", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
    def test_turns_nothing_around_it(self, turn: str) -> None:
        """A preview in a chat shows title and `og:title` as they are."""
        name = f"Gala {turn}gnp.exe"
        translations = {"de": ProjectTranslation(title=name)}
        picture = SharedPicture(name, URL, 1, 1, {}, translations=translations)
        for locale in ("en", "de"):
            assert turn not in page.picture_page(picture, locale).body

    @given(st.text(), st.text(), st.text(), st.text())
    def test_of_any_letters(self, name: str, colour: str, font: str, logo: str) -> None:
        theme = {"primaryColor": colour, "fontFamily": font, "logoUrl": logo}
        assert [tag for tag, _ in shown(name, theme).tags] == PLAIN
        sheet = page.style_sheet({"brand": colour, "font": font}).body
        assert len(sheet) < 2000 + len(font)
        assert "url(" not in sheet
        assert "<" not in sheet

    @pytest.mark.parametrize(
        "logo",
        [
            "javascript:alert(1)",
            "http://a.example/l.png",
            "https://a.example; script-src *",
            "https://user@a.example/l.png",
            "//a.example/l.png",
            "https://[::1",
            ["https://a.example/l.png"],
        ],
    )
    def test_a_logo_comes_from_a_plain_https_address_only(self, logo: Any) -> None:
        made = page.picture_page(SharedPicture("Gala", URL, None, None, {"logoUrl": logo}), "en")
        assert "logo" not in made.body
        assert "a.example" not in made.headers["Content-Security-Policy"]


class TestLook:
    @pytest.mark.parametrize("colour", ["#ffdd00", "#ffffff", "#000000", "#777777", "#4a3aff"])
    def test_text_on_the_colour_is_readable(self, colour: str) -> None:
        sheet = page.style_sheet({"brand": colour.removeprefix("#")}).body
        found = re.search(r"--brand: (#\w+); --on-brand: (#\w+)", sheet)
        assert found
        assert found[1] == colour
        assert theme.contrast(found[1], found[2]) >= 4.5


class TestPolicy:
    def test_only_the_origins_of_its_pictures_are_loaded_from(self) -> None:
        theme = {"logoUrl": "https://a.example/l.png"}
        made = page.picture_page(SharedPicture("Gala", URL, 1, 1, theme), "en")
        rules = dict(
            rule.split(" ", 1) for rule in made.headers["Content-Security-Policy"].split("; ")
        )
        assert rules["img-src"] == (
            "'self' https://firebasestorage.googleapis.com https://a.example"
        )
        assert rules["default-src"] == rules["frame-ancestors"] == rules["form-action"] == "'none'"
        assert rules["style-src"] == "'self'"
        recaptcha = "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/"
        assert rules["script-src"] == f"'self' {recaptcha}", "its guest deletes it under App Check"
        assert "127.0.0.1" not in rules["connect-src"]
        assert "unsafe" not in made.headers["Content-Security-Policy"]

    def test_a_page_of_nothing_names_nobody(self) -> None:
        made = page.gone_page("en")
        assert made.status == 404
        assert "og:" not in made.body
        assert "share.js" not in made.body


class TestLanguages:
    def test_there_is_a_file_for_each_with_the_same_texts(self) -> None:
        assert {each.stem for each in page.TEXTS.iterdir()} == set(SPOKEN)
        for language in SPOKEN:
            texts = page.texts_of(language)
            assert texts.keys() == page.texts_of("en").keys()
            assert [name for name in texts if "$name" in texts[name]] == ["title"]

    @pytest.mark.parametrize(
        ("locale", "title", "direction"),
        [
            ("en", "A picture from Summer night", "ltr"),
            ("de-AT", "Ein Bild von Sommernacht", "ltr"),
            ("ar", "صورة من Summer night", "rtl"),
        ],
    )
    def test_the_page_and_the_name_of_the_event_are_in_the_one_asked_for(
        self, locale: str, title: str, direction: str
    ) -> None:
        translations = {"de": ProjectTranslation(title="Sommernacht")}
        picture = SharedPicture("Summer night", URL, 1, 1, {}, translations=translations)
        found = Elements(page.picture_page(picture, locale).body)
        [html] = [names for tag, names in found.tags if tag == "html"]
        assert html == {"lang": locale, "dir": direction}
        assert title in found.texts
        assert page.texts_of(locale[:2])["save"] in found.texts
        gone = page.gone_page(locale).body
        assert f'<html lang="{locale}" dir="{direction}">' in gone
        assert page.texts_of(locale[:2])["gone"] in gone

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_translated_name_is_text_too(self, text: str) -> None:
        translations = {"de": ProjectTranslation(title=text[:100])}
        picture = SharedPicture("Gala", URL, 768, 960, {}, translations=translations)
        assert [tag for tag, _ in Elements(page.picture_page(picture, "de").body).tags] == PLAIN

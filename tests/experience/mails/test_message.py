"""What a mail says, whatever people wrote and whatever language its reader has."""

import re
from html.parser import HTMLParser
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience.locales.choice import SPOKEN
from experience.mails.models.mail import Message
from experience.mails.models.message import (
    TEXTS,
    message_of,
    texts_of,
)
from experience.projects.models import ProjectTranslation
from experience.shares.models.share import SharedPicture

URL = "https://firebasestorage.googleapis.com/v0/b/b/o/p%2Fr.png?alt=media&token=t"
ADDRESS = "https://demo.web.app/s/abc"
THEME = {"primaryColor": "#ffdd00", "fontFamily": "Inter", "logoUrl": "https://a.example/l.png"}


def made(name: str = "Gala", locale: str | None = None, **theme: object) -> Message:
    return message_of(SharedPicture(name, URL, 768, 960, theme), ADDRESS, locale)


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def first(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.tags if name == tag)


class TestLanguages:
    def test_there_is_a_file_for_each_with_the_same_texts(self) -> None:
        assert sorted(each.stem for each in TEXTS.iterdir()) == sorted(SPOKEN)
        variables = {
            locale: {
                key: sorted(Template(text).get_identifiers())
                for key, text in texts_of(locale).items()
            }
            for locale in SPOKEN
        }
        assert all(each == variables["en"] for each in variables.values())

    @pytest.mark.parametrize(
        ("wanted", "lang"),
        [
            *((each, each) for each in SPOKEN),
            ("de-AT", "de"),
            ("AR-eg", "ar"),
            ("zh-Hant-TW", "en"),
            ("den", "en"),
            (None, "en"),
            ("", "en"),
        ],
    )
    def test_the_nearest_is_taken(self, wanted: str | None, lang: str) -> None:
        assert Elements(made(locale=wanted).html).first("html")["lang"] == lang

    def test_the_event_has_its_name_in_the_language_and_names_those_that_it_has(self) -> None:
        picture = SharedPicture(
            "Gala", URL, 1, 1, {}, locales=["de", "ar"],
            translations={"ar": ProjectTranslation(title="حفل")},
        )  # fmt: skip
        for wanted, lang, name in (
            ("ar-EG", "ar", "حفل"),
            ("fr", "de", "Gala"),
            (None, "de", "Gala"),
        ):
            message = message_of(picture, ADDRESS, wanted)
            assert Elements(message.html).first("html")["lang"] == lang
            assert name in message.subject

    def test_arabic_runs_from_the_right_and_its_addresses_do_not(self) -> None:
        page = Elements(made(locale="ar").html)
        assert page.first("html")["dir"] == "rtl"
        shown = [each for tag, each in page.tags if tag == "a" and "dir" in each]
        assert [each["dir"] for each in shown] == ["ltr"]
        assert Elements(made(locale="de").html).first("html")["dir"] == "ltr"


class TestContent:
    def test_has_the_look_of_the_event_and_the_picture(self) -> None:
        page = Elements(made(**THEME).html)
        images = [each["src"] for tag, each in page.tags if tag == "img"]
        assert images == ["https://a.example/l.png", URL]
        assert all(each["alt"] is not None for tag, each in page.tags if tag == "img")
        assert {each["href"] for tag, each in page.tags if tag == "a"} == {ADDRESS}
        assert "background:#ffdd00;color:#000000" in made(**THEME).html
        assert "font-family:Inter, sans-serif" in made(**THEME).html

    def test_text_and_page_say_the_same(self) -> None:
        message = made("Gala & friends", "fr")
        page = Elements(message.html).text
        for line in filter(None, message.text.splitlines()):
            assert line.replace("\u2068", "").replace("\u2069", "") in page

    def test_loads_nothing_but_the_pictures_and_runs_nothing(self) -> None:
        tags = {tag for tag, _ in Elements(made(**THEME).html).tags}
        assert not tags & {"script", "link", "style", "iframe", "form", "object"}


HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "$name ${address_url} $$",
    "a\r\nBcc: everybody@example.com",
    "a\u2028Bcc: everybody@example.com\x00\u202e",
]


class TestWhateverPeopleWrote:
    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("locale", SPOKEN)
    def test_is_text_and_never_markup_or_a_header(self, text: str, locale: str) -> None:
        theme = {"primaryColor": text, "fontFamily": text, "logoUrl": text}
        message = made(text, locale, **theme)
        plain = Elements(made("Gala", locale).html)
        assert [tag for tag, _ in Elements(message.html).tags] == [tag for tag, _ in plain.tags]
        assert re.fullmatch(r"[^\x00-\x1f\x7f\u2028\u2029\u202e]+", message.subject)

    @given(st.text(), st.text(), st.sampled_from(SPOKEN))
    def test_of_any_letters(self, name: str, colour: str, locale: str) -> None:
        message = made(name, locale, primaryColor=colour)
        plain = Elements(made("Gala", locale).html)
        assert [tag for tag, _ in Elements(message.html).tags] == [tag for tag, _ in plain.tags]
        assert len(message.subject.splitlines()) == 1

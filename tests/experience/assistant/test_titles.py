"""Titles of chats: one line of whole words."""

import pytest

from experience.assistant.models.chat import MAX_TITLE_CHARACTERS, title_of

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("List my campaigns", "List my campaigns"),
        ("  two\r\n\tlines\u2028and \x00more ", "two lines and more"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        ("word " * 30, ("word " * 12).strip()),
        ("x" * 59 + " tail", "x" * 59),
        ("x" * 60 + " tail", "x" * 60),
        ("今夜" * 40, "今夜" * 29 + "今…"),
        (FAMILY * 20, FAMILY * 8 + "…"),
        ("e\u0301" * 40, "e\u0301" * 29 + "…"),
        ("👋🏽" * 40, "👋🏽" * 29 + "…"),
        ("\x00", "…"),
    ],
)
def test_a_title_is_one_line_of_whole_words(content: str, title: str) -> None:
    assert title_of(content) == title
    assert len(title) <= MAX_TITLE_CHARACTERS

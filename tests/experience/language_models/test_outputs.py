"""Which outputs of a model are taken."""

from typing import Any

import pytest
from pydantic import ValidationError

from experience.language_models import colours
from experience.language_models.outputs import CampaignCopy, ColourTheme, PlannedGame

COPY = {"headline": "Spin!", "intro": "Spin it.", "cta": "Go", "win": "Won.", "lose": "Lost."}
THEME = {
    "primaryColor": "#d62839",
    "secondaryColor": "#ffb703",
    "backgroundColor": "#ffffff",
    "textColor": "#111111",
    "fontFamily": "system",
    "mood": "Strong",
}
PRIZE = {"id": "mug", "name": "Mug", "kind": "code", "weightPpm": 600_000, "stock": 5}
WITH_PRIZE = {"id": "a", "label": "Mug", "prizeId": "mug"}
WITHOUT = {"id": "b", "label": "Sorry", "prizeId": None}


@pytest.mark.parametrize(
    "text",
    [
        *("<b>Go</b>", "Go <!-- -->", "&lt;b&gt;", "[Go](x)", "see https://x.example", "```"),
        *("a\nb", "a\u2028b", "javascript:alert(1)", "", "   ", "x" * 33),
    ],
)
def test_copy_is_short_plain_text_of_one_line(text: str) -> None:
    with pytest.raises(ValidationError):
        CampaignCopy.load({**COPY, "cta": text})


def test_ordinary_punctuation_is_plain() -> None:
    text = "Tom & Jerry: 3 < 4!"
    assert CampaignCopy.load({**COPY, "cta": text}).cta == text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"textColor": "#999999"}, "4.5:1"),
        ({"primaryColor": "#ffee88"}, "3:1"),
        ({"secondaryColor": "#e03040"}, "1.5:1"),
        ({"primaryColor": "red"}, "pattern"),
        ({"fontFamily": "Comic Sans"}, "system"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_theme_that_cannot_be_read_is_refused(change: dict[str, Any], error: str) -> None:
    assert ColourTheme.load(THEME).primary_color == "#d62839"
    with pytest.raises(ValidationError, match=error):
        ColourTheme.load({**THEME, **change})


@pytest.mark.parametrize(
    ("segments", "prizes", "error"),
    [
        ([WITH_PRIZE, {**WITH_PRIZE, "id": "c"}], [PRIZE], "without a prize"),
        ([WITH_PRIZE, WITHOUT], [PRIZE, {**PRIZE, "id": "pen"}], "every prize"),
        ([{**WITH_PRIZE, "prizeId": "pen"}, WITHOUT], [PRIZE], "every prize"),
        ([WITH_PRIZE, WITHOUT], [PRIZE, PRIZE], "two prizes"),
        ([WITH_PRIZE, {**WITHOUT, "id": "a"}], [PRIZE], "two segments"),
        (
            [WITH_PRIZE, WITHOUT, {**WITH_PRIZE, "id": "c", "prizeId": "pen"}],
            [PRIZE, {**PRIZE, "id": "pen"}],
            "weights",
        ),
        ([WITHOUT], [PRIZE], "at least 2"),
    ],
)
def test_a_game_whose_parts_do_not_fit_is_refused(
    segments: list[Any], prizes: list[Any], error: str
) -> None:
    assert PlannedGame.load({"segments": [WITH_PRIZE, WITHOUT], "prizes": [PRIZE]})
    with pytest.raises(ValidationError, match=error):
        PlannedGame.load({"segments": segments, "prizes": prizes})


def test_contrasts_are_those_of_the_standard() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert colours.contrast("#ffffff", "#777777") == colours.contrast("#777777", "#ffffff")


def test_every_colour_has_a_text_that_is_readable_on_it() -> None:
    for number in range(0, 0x1000000, 4099):
        colour = f"#{number:06x}"
        assert colours.contrast(colours.text_on(colour), colour) >= 4.5
        for background in ("#ffffff", "#12141c", "#888888"):
            shown = colours.with_contrast(colour, background, 3.0)
            assert colours.contrast(shown, background) >= 3

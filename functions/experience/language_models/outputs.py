"""What a model is asked for when it makes a campaign, and the checks that its output passes.

The lengths are those that fit the page of the game on a phone. Pure.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from experience.documents import Request
from experience.language_models import colours

FontFamily = Literal["system", "serif", "rounded", "mono"]

MAX_PPM = 1_000_000
MIN_SEGMENTS, MAX_SEGMENTS = 2, 24
MAX_PRIZES = 12

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:[a-zA-Z]+|#[0-9a-fA-FxX]+);|\]\(|```|https?://|javascript:")


def is_plain(text: str) -> bool:
    """Whether this is one line without markup, entities, addresses and control characters."""
    return not _MARKUP.search(text) and not any(
        ord(each) < 32 or 127 <= ord(each) < 160 or each in "\u2028\u2029" for each in text
    )


def _plain(text: str) -> str:
    if not is_plain(text):
        raise ValueError("must be one line of plain text, without markup, entities and addresses")
    return text


_TEXT = StringConstraints(strip_whitespace=True, min_length=1)
_PLAIN = AfterValidator(_plain)

Colour = Annotated[str, Field(pattern=colours.COLOUR_PATTERN)]
SlotId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class CampaignCopy(Request):
    """The five texts of a campaign."""

    headline: Annotated[str, _TEXT, _PLAIN, Field(max_length=80)]
    intro: Annotated[str, _TEXT, _PLAIN, Field(max_length=240)]
    cta: Annotated[str, _TEXT, _PLAIN, Field(max_length=32)]
    win: Annotated[str, _TEXT, _PLAIN, Field(max_length=160)]
    lose: Annotated[str, _TEXT, _PLAIN, Field(max_length=160)]


class ColourTheme(Request):
    """Colours and a font that can be read together."""

    primary_color: Colour
    secondary_color: Colour
    background_color: Colour
    text_color: Colour
    font_family: FontFamily
    mood: Annotated[str, _TEXT, _PLAIN, Field(max_length=120)]

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        background = self.background_color
        if colours.contrast(self.text_color, background) < colours.MIN_TEXT_CONTRAST:
            raise ValueError("textColor on backgroundColor has less contrast than 4.5:1")
        if colours.contrast(self.primary_color, background) < colours.MIN_SHAPE_CONTRAST:
            raise ValueError("primaryColor on backgroundColor has less contrast than 3:1")
        apart = colours.contrast(self.secondary_color, self.primary_color)
        if apart < colours.MIN_SEGMENT_CONTRAST:
            raise ValueError("secondaryColor and primaryColor have less contrast than 1.5:1")
        return self


class PlannedPrize(Request):
    """A prize of a plan. Its stock is what the people who run it decide before it goes live."""

    id: SlotId
    name: Annotated[str, _TEXT, _PLAIN, Field(max_length=80)]
    kind: Literal["code", "physical"]
    weight_ppm: int = Field(ge=1, le=MAX_PPM)
    stock: int | None = Field(ge=1, le=1_000_000)


class PlannedSegment(Request):
    """A segment of the wheel, with a prize or without."""

    id: SlotId
    label: Annotated[str, _TEXT, _PLAIN, Field(max_length=40)]
    prize_id: SlotId | None


class PlannedGame(Request):
    """What the wheel has and what can be won with which odds."""

    segments: list[PlannedSegment] = Field(min_length=MIN_SEGMENTS, max_length=MAX_SEGMENTS)
    prizes: list[PlannedPrize] = Field(min_length=1, max_length=MAX_PRIZES)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        prize_ids = [each.id for each in self.prizes]
        if len(set(prize_ids)) < len(prize_ids):
            raise ValueError("two prizes have the same id")
        if len({each.id for each in self.segments}) < len(self.segments):
            raise ValueError("two segments have the same id")
        on_wheel = {each.prize_id for each in self.segments}
        if None not in on_wheel:
            raise ValueError("at least one segment must be without a prize")
        if on_wheel - {None} != set(prize_ids):
            raise ValueError("every prize must be on a segment, and every segment's prize a prize")
        if sum(each.weight_ppm for each in self.prizes) > MAX_PPM:
            raise ValueError("the weights are more than 1000000 together")
        return self


class CampaignPlan(Request):
    """A whole campaign: its name, texts, theme, and the wheel."""

    name: Annotated[str, _TEXT, _PLAIN, Field(max_length=100)]
    template_id: Literal["spin_wheel"]
    copy_: CampaignCopy = Field(alias="copy")
    theme: ColourTheme
    game: PlannedGame

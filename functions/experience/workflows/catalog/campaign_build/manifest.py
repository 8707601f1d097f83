"""The data of a campaign's page, as the steps of a build hand it on. Pure.

With addresses instead of artifacts, it is what the page in `runtime/` reads.
"""

from typing import Literal

from pydantic import Field

from experience.workflows.skills import ArtifactRef, Data

SLOTS = ("logo", "background", "emblem", "spin", "win")


class Theme(Data):
    """Colours (`#rrggbb`) that can be read together, and the name of a font stack."""

    primary_color: str
    secondary_color: str
    background_color: str
    text_color: str
    on_primary_color: str
    on_secondary_color: str
    font_family: str


class Copy(Data):
    """The words of a campaign, all of them."""

    headline: str
    intro: str
    cta: str
    win: str
    lose: str


class Segment(Data):
    """A part of the wheel; `prize` is the prize's name."""

    id: str
    label: str
    prize: str | None = None


class Terms(Data):
    """What a player accepts."""

    version: str
    url: str
    minimum_age: int | None = None


class Media(Data):
    """The pictures and sounds of a campaign; None where it has none."""

    logo: ArtifactRef | None = None
    background: ArtifactRef | None = None
    emblem: ArtifactRef | None = None
    spin: ArtifactRef | None = None
    win: ArtifactRef | None = None


class Manifest(Data):
    """All that the page of a campaign shows and plays."""

    version: Literal[1] = 1
    mode: Literal["demo"] = "demo"
    campaign_id: str
    workspace_id: str
    name: str
    template_id: Literal["spin_wheel"]
    locale: str
    theme: Theme
    copy_: Copy = Field(alias="copy")
    segments: list[Segment] = Field(min_length=2, max_length=24)
    terms: Terms
    media: Media

"""What a model may ask of the assistant's tools, and how large a tool's result may be. Pure.

No arguments name a workspace: it is that of the chat session.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from experience.campaigns.models.campaign import CampaignStatus
from experience.documents import Request
from experience.ids import DocumentId
from experience.language_models.prompts import fence
from experience.workflows.runs.models import RunStatus

MAX_RESULT_BYTES = 8192
"""Of a tool's result in its fence: each further round of a message pays for it as input."""

MAX_LISTED_ITEMS = 20

PROPOSAL_MS = 600_000
"""How long a proposal can be confirmed."""

MAX_QUOTED_CHARACTERS = 100

_LIMITS = ((MAX_LISTED_ITEMS, 200), (10, 200), (5, 200), (5, 100), (2, 60), (0, 40))
"""How many items of a list and how many characters of a text are shown, until all of it fits."""

Data = dict[str, Any]


class Risk(StrEnum):
    """What can come of a tool: nothing, or something that the user has to confirm."""

    READING = "reading"
    CHANGING = "changing"


class Nothing(Request):
    """No arguments."""


class CampaignsWanted(Request):
    """Which campaigns to list."""

    status: CampaignStatus | None = Field(default=None, description="Only campaigns in this state")
    name_prefix: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="Only campaigns whose name begins like this, in any case",
    )


class OneCampaign(Request):
    """One campaign."""

    campaign: str = Field(
        min_length=1, max_length=255, pattern=r"\S", description="The campaign's name or its id"
    )


class CampaignDays(OneCampaign):
    """One campaign and a number of days."""

    days: int = Field(default=7, ge=1, le=90, description="How many days up to today")


class RunsWanted(Request):
    """Which runs to list."""

    status: RunStatus | None = Field(default=None, description="Only runs in this state")


class OneRun(Request):
    """One run."""

    run_id: DocumentId = Field(description="The run's id")


class GuestsWanted(Request):
    """Whose guests to count."""

    project: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="A project's name or its id; without it, all projects and events",
    )


class ExperienceDays(Request):
    """One experience and a number of days."""

    experience_id: DocumentId = Field(description="The experience's id")
    days: int = Field(default=7, ge=1, le=90, description="How many days up to today")


def _one_line(name: str) -> str:
    """A name without separators at its ends. Raises ValueError for one of nothing else."""
    line = " ".join(name.split())
    if not line:  # for Python U+001C to U+001F are white space, for the pattern they are not
        raise ValueError("is blank")
    return line


class NewCampaign(Request):
    """A campaign to create."""

    name: Annotated[str, AfterValidator(_one_line)] = Field(
        min_length=1, max_length=255, pattern=r"\S", description="The new campaign's name"
    )


def shown_time(at: int | None) -> str | None:
    """Unix milliseconds as a model reads them."""
    return None if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def quoted(text: str) -> str:
    """A name within a sentence of ours: one line in quotes, in which none ends them."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(shown.replace("\u201c", '"').replace("\u201d", '"').split())
    if len(line) > MAX_QUOTED_CHARACTERS:
        line = line[: MAX_QUOTED_CHARACTERS - 1] + "…"
    return f"\u201c{line}\u201d"


def bounded(name: str, data: Mapping[str, Any]) -> str:
    """A result in its fence, at most `MAX_RESULT_BYTES`: `more` says that something was left out.

    Lists are shortened and texts are cut, until it fits.
    """
    for items, characters in _LIMITS:
        shown, is_cut = _clipped(dict(data), items, characters)
        text = fence(name, {**shown, "more": True} if is_cut else shown)
        if len(text.encode()) <= MAX_RESULT_BYTES:
            return text
    message = "The result is too large to be shown."
    return fence(name, {"error": "result_too_large", "message": message})


def _clipped(value: Any, items: int, characters: int) -> tuple[Any, bool]:
    """A value with short lists and texts, and whether items were left out."""
    if isinstance(value, str):
        return (value if len(value) <= characters else value[: characters - 1] + "…"), False
    if isinstance(value, dict):
        pairs = {
            key: _clipped(item, items, characters)
            for key, item in list(value.items())[: max(MAX_LISTED_ITEMS, items)]
        }
        is_cut = len(value) > len(pairs) or any(cut for _, cut in pairs.values())
        return {key: item for key, (item, _) in pairs.items()}, is_cut
    if isinstance(value, list | tuple):
        clipped = [_clipped(item, items, characters) for item in value[:items]]
        is_cut = len(value) > items or any(cut for _, cut in clipped)
        return [item for item, _ in clipped], is_cut
    return value, False

"""What players ask of their own documents: profile, nickname, progress, saves."""

import json
import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from experience.documents import Document, Request
from experience.ids import DocumentId, Uid
from experience.progress.storable import problems_of

MAX_PREFERENCES_BYTES = 16_384
MAX_SAVES = 10
"""Slots of one player in one experience, named 1 to 10."""
MAX_SAVE_BYTES = 100 * 1024
MAX_NICKNAME_LENGTH = 30
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
_JOINED = re.compile(f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}\u2190-\u25ff\u2b00-\u2bff])")
"""What joins emoji to one, such as a family: invisible anywhere else."""


def json_bytes(value: Any) -> int:
    """How long a value is in JSON, in bytes of UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def _encodable(value: Any) -> int:
    try:
        return json_bytes(value)
    except UnicodeEncodeError:
        raise ValueError("has half of a character, which cannot be stored") from None


def _is_visible(character: str) -> bool:
    """Whether it shows anything by itself: a letter, digit, sign or emoji, but none of the blanks
    among them, which Unicode counts as letters and symbols."""
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANKS


def _nickname(value: str) -> str:
    shown = " ".join(value.split())
    if (
        len(shown) > MAX_NICKNAME_LENGTH
        or not _JOINED.sub("", shown).isprintable()
        or not any(_is_visible(each) for each in shown)
    ):
        raise ValueError(f"must be 1 to {MAX_NICKNAME_LENGTH} visible characters")
    return shown


Nickname = Annotated[str, AfterValidator(_nickname)]
"""What boards show of a player, on one line."""


class GetPlayerProfile(Request):
    """The caller's own profile."""


class UpdatePreferences(Request):
    """Change the caller's preferences: null takes one away, objects merge at every depth."""

    preferences: dict[str, Any]

    @field_validator("preferences")
    @classmethod
    def _small_enough(cls, value: dict[str, Any]) -> dict[str, Any]:
        return require_storable(value)


def require_storable(preferences: dict[str, Any]) -> dict[str, Any]:
    """The preferences, if Firestore takes them and they are small enough. Raises ValueError."""
    if problem := next(problems_of(preferences), None):
        raise ValueError(problem)
    if _encodable(preferences) > MAX_PREFERENCES_BYTES:
        raise ValueError(f"must be at most {MAX_PREFERENCES_BYTES} bytes in all")
    return preferences


class SetNickname(Request):
    """What boards of an experience show of the caller; null for nothing."""

    workspace_id: DocumentId
    experience_id: DocumentId
    nickname: Nickname | None


class GetExperienceProgress(Request):
    """The caller's progress in an experience, or for operators that of a player."""

    workspace_id: DocumentId
    experience_id: DocumentId
    player_id: Uid | None = None


class ListExperienceProgress(Request):
    """The caller's progress in all experiences, the newest first."""

    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class GetState(Request):
    """What the caller saved in a slot of an experience."""

    workspace_id: DocumentId
    experience_id: DocumentId
    slot: int = Field(ge=1, le=MAX_SAVES)


class SaveState(Request):
    """Save anything in a slot of an experience; `data` replaces what was there.

    `expected_version` is the version of the save that it replaces, 0 for an empty slot. Without it
    the last one wins.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    slot: int = Field(ge=1, le=MAX_SAVES)
    data: dict[str, Any]
    expected_version: int | None = Field(default=None, ge=0)

    @field_validator("data")
    @classmethod
    def _small_enough(cls, value: dict[str, Any]) -> dict[str, Any]:
        if _encodable(value) > MAX_SAVE_BYTES:
            raise ValueError(f"must be at most {MAX_SAVE_BYTES} bytes")
        return value


class SavedState(Document):
    """`…/experienceProgress/{…}/saves/{slot}`: what a game keeps, and only it understands.

    `data` is stored as JSON text: Firestore knows no lists of lists, and indexes nothing in it.
    """

    data: str
    version: int = Field(ge=1)
    created_at: int
    updated_at: int


class SavedStateView(Document):
    """A save as the player gets it."""

    slot: int
    data: dict[str, Any]
    version: int
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, slot: int, saved: SavedState) -> "SavedStateView":
        """A save with its data."""
        return cls(
            slot=slot,
            data=json.loads(saved.data),
            version=saved.version,
            created_at=saved.created_at,
            updated_at=saved.updated_at,
        )


class ExportPlayerData(Request):
    """The caller wants to have all that is stored about them as a player."""


class PlayerExport(Document):
    """Where the file is, until `expires_at` (Unix ms). It is deleted after a day."""

    url: str
    expires_at: int
    size_bytes: int

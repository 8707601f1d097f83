"""What a guest sends to a step: plain values of a project's answers, typed inputs of a journey."""

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from experience.documents import Request
from experience.locales.readable import is_visible

StepValue = str | int | float | bool | list[str]

# RFC 5322 dot-atom. Quoted local parts and address literals are legal too; in practice they are
# typing errors.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# Letters, digits and inner hyphens; at least two labels, the last not a number (an IP address).
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?!\d+\Z){_LABEL}", re.IGNORECASE)


class StepValueError(ValueError):
    """An answer does not fit its step; the message is for the person who answers."""


class TextInput(Request):
    """What was typed into a text or email step."""

    type: Literal["text"] = "text"
    value: str

    @property
    def content(self) -> StepValue:
        return self.value


class BooleanInput(Request):
    """A yes or a no."""

    type: Literal["boolean"] = "boolean"
    value: StrictBool

    @property
    def content(self) -> StepValue:
        return self.value


class NumberInput(Request):
    """A point on a scale."""

    type: Literal["number"] = "number"
    value: StrictInt | StrictFloat

    @property
    def content(self) -> StepValue:
        return self.value


class SelectionInput(Request):
    """One chosen option: its value, or the id of a chosen experience."""

    type: Literal["selection"] = "selection"
    selected_id: str

    @property
    def content(self) -> StepValue:
        return self.selected_id


class SelectionsInput(Request):
    """Several chosen options."""

    type: Literal["selections"] = "selections"
    selected_ids: list[str]

    @property
    def content(self) -> StepValue:
        return self.selected_ids


class PhotoInput(Request):
    """A captured photo, for the server to write: whose upload it is, nobody checks here."""

    type: Literal["photo"] = "photo"
    url: Annotated[str, Field(pattern=r"^https?://", max_length=4096)]

    @property
    def content(self) -> StepValue:
        return self.url


# Stored at `data.{stepId}` of a journey's session, as `model_dump(by_alias=True)` gives it.
StepInput = Annotated[
    TextInput | BooleanInput | NumberInput | SelectionInput | SelectionsInput | PhotoInput,
    Field(discriminator="type"),
]


def is_blank(value: Any) -> bool:
    """Whether a value says nothing: no text that can be seen, or nothing chosen."""
    return value == [] or (isinstance(value, str) and not any(map(is_visible, value)))


def check_text(value: Any, max_length: int) -> str:
    """A text of at most so many characters that can be stored."""
    if not isinstance(value, str):
        raise StepValueError("This step takes a text.")
    if len(value) > max_length:
        raise StepValueError(f"Use at most {max_length} characters; this text has {len(value)}.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise StepValueError("This text has a broken character. Please type it again.")
    return value


def check_email(value: Any) -> str:
    """An address as mail servers write it, without white space around it.

    Characters of the full width, which keyboards of East Asia type, become their plain form, and
    invisible format characters, which come along with copied text, go. Nothing else is folded: a
    letter that only looks like another is another person's address.
    Held against RFC 5321's sizes (local part ≤ 64, whole ≤ 254 octets) and RFC 5322's dot-atom;
    a domain in another script is measured in its ASCII form.
    """
    address = _plain(check_text(value, 1000)).strip()
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if len(domain) <= 254 else ""
    except UnicodeError:  # a label is empty, too long, or has characters that no domain has
        ascii_domain = ""
    fits = len(local) <= 64 and len(local + at + ascii_domain) <= 254
    if not (fits and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise StepValueError("This is not an email address. Write it like name@example.com.")
    return address


def _plain(text: str) -> str:
    """A text without format characters, and those of the full width as plain ones."""
    return "".join(
        unicodedata.normalize("NFKC", character)
        if unicodedata.east_asian_width(character) == "F" or character in "\u3002\uff61"
        else character
        for character in text
        if unicodedata.category(character) != "Cf"
    ).replace("\u3002", ".")


def check_whole_number(value: Any, minimum: int, maximum: int) -> int:
    """A whole number within both bounds; 5.0 is 5, and True is not a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # The range comes first: infinity and NaN fail it, and int() takes what is left.
    if not is_number or not minimum <= value <= maximum or value != int(value):
        raise StepValueError(f"Choose a whole number from {minimum} to {maximum}.")
    return int(value)


def check_choice(value: Any, choices: list[str]) -> str:
    """One of the values on offer."""
    if not isinstance(value, str) or value not in choices:
        raise StepValueError("Choose one of the options that this step offers.")
    return value


def check_choices(value: Any, choices: list[str]) -> list[str]:
    """Some of the values on offer, each at most once, in the order in which they were chosen."""
    chosen = [check_choice(one, choices) for one in (value if isinstance(value, list) else [value])]
    if len(set(chosen)) < len(chosen):
        raise StepValueError("Choose each option at most once.")
    return chosen

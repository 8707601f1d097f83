"""What people can read of a text that others wrote, and how it stands within another one."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of others."""
_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}  # format characters such as U+200B, controls, spaces
# Shown as nothing, though of other categories: fillers, selectors of a look, and what Unicode keeps
# for more of them (Default_Ignorable_Code_Point), and the Braille pattern without dots.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def is_visible(character: str) -> bool:
    """Whether a character can be seen by itself, as a space, a joiner or a filler cannot."""
    if character.isspace() or _IGNORABLE.match(character):
        return False
    return unicodedata.category(character) not in _INVISIBLE


def one_line(text: str) -> str:
    """A text without what would begin another header, or turn what stands around it."""
    spaced = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    return " ".join(_TURNS.sub("", "".join(spaced)).split())


def _seen(name: str) -> str:
    if not any(map(is_visible, name)):
        raise ValueError("has no character that can be seen")
    return name


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_seen)]
"""A name or a title as an author sends it. Stored ones from before may have nothing to see."""

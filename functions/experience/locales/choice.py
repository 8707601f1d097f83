"""Which language a person gets, and what comes next where something is not there in it.

A tag is BCP 47's in its usual case, such as `de`, `de-AT` or `zh-Hant`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

SPOKEN = ("en", "ar", "de", "es", "fr")
"""The languages that there are words in for guests, and first the one for everybody else."""

FROM_RIGHT = frozenset({"ar", "fa", "he", "ur"})
"""Languages that are written from the right."""

MAX_TAG_LENGTH = 35
MAX_WANTED = 20
"""How many languages of a browser are looked at."""

# Source: RFC 5646, section 2.1, without the forms that browsers and ICU do not use.
_TAG = re.compile(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3})){0,4}"
)
_RANGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def is_tag(text: str) -> bool:
    """Whether it names a language in the usual case."""
    return len(text) <= MAX_TAG_LENGTH and _TAG.fullmatch(text) is not None


def direction_of(tag: str) -> Literal["ltr", "rtl"]:
    """From where a language is written, as HTML says it."""
    return "rtl" if language_of(tag) in FROM_RIGHT else "ltr"


def fallbacks(tag: str) -> list[str]:
    """The tag and the less and less particular ones: `de-Latn-AT`, `de-Latn`, `de`.

    Source: RFC 4647, section 3.4.
    """
    parts = tag.split("-")
    shorter = (parts[: len(parts) - cut] for cut in range(len(parts)))
    return ["-".join(each) for each in shorter if len(each[-1]) > 1]


def chosen_locale(
    wanted: Iterable[str], offered: Sequence[str], spoken: Sequence[str] = SPOKEN
) -> str:
    """The tag of the language that a person gets: of those offered, else of all that are spoken.

    The most wanted one comes first, and so does the language in which something is authored. Only
    a language for which there are words is `spoken`; its first is the one for everybody else. This
    is the rule of the guest page (web/guest/src/model/locale.ts).
    """
    known = [each for each in offered if language_of(each) in spoken]
    tags = known or list(spoken)
    for tag in (canonical(each) for each in wanted):
        if any(each in tags for each in fallbacks(tag)):
            return tag
        for each in tags:
            if language_of(each) == language_of(tag):
                return each
    return tags[0]


def language_of(tag: str) -> str:
    """`de` of `de-AT`."""
    return tag.partition("-")[0].lower()


def canonical(tag: str) -> str:
    """A tag in its usual case. Source: RFC 5646, section 2.1.1."""
    language, *others = tag.lower().split("-")
    singletons = [number for number, each in enumerate(others) if len(each) == 1]
    plain = singletons[0] if singletons else len(others)  # extensions stay in small letters
    return "-".join([language, *map(_in_case, others[:plain]), *others[plain:]])


def _in_case(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part


def wanted_locales(named: str | None, accept_language: str | None) -> list[str]:
    """What a browser asks for: the language that an address names, then those of its header.

    Whatever is no language is passed over, as a header comes from anybody. An address may say
    `de_DE`, as many write by hand. Source: RFC 9110, section 12.5.4.
    """
    ranked: list[tuple[float, str]] = []
    for part in (accept_language or "").split(",")[:MAX_WANTED]:
        tag, _, parameters = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", parameters)
        quality = float(weight[1]) if weight else 1.0
        if quality > 0:
            ranked.append((-quality, tag.strip()))
    ranked.sort(key=lambda each: each[0])
    tags = [(named or "").replace("_", "-"), *(tag for _, tag in ranked)]
    return [each for each in tags if len(each) <= MAX_TAG_LENGTH and _RANGE.fullmatch(each)]

"""What the model `local` understands of a brief, and the sentences that it knows. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from experience.ids import fingerprint
from experience.language_models.outputs import is_plain
from experience.language_models.prompts import Brief, language_of

V = TypeVar("V")

MAX_SUBJECT = 36
MAX_PRIZES = 4
MAX_PRIZE_NAME = 36

_MARKS = r"\"\u201c\u201d\u201e\u00ab\u00bb"
_QUOTED = re.compile(rf"[{_MARKS}]\s?([^{_MARKS}]{{2,60}}?)\s?[{_MARKS}]")
_ARABIC_PREFIXES = (re.compile("^[وفبك]?(?:ال|لل)"), re.compile("^[وفبل]"))
_WORD = re.compile(r"\w+")

_ENDINGS = ("", "s", "e", "n", "es", "en", "er", "em", "x", "as", "os", "a")
_EXACT_UP_TO = 4
"""A word of so many letters is matched with its endings, a longer one by its beginning."""


@dataclass(frozen=True)
class Reading:
    """A brief as it is understood. The same brief is always read the same."""

    brief: Brief
    language: str
    topic: str
    tone: str
    subject: str
    """What it is about: a name out of the brief, or the topic in the brief's language."""
    colours: tuple[str, ...]
    is_dark: bool | None
    """Whether the brief asks for a dark or a light background; None where it does not say."""
    prizes: tuple[str, ...]
    """Those that the brief lists after a word such as `Prizes:`."""

    def text(self, slot: str) -> str:
        """A sentence for this slot in the brief's tone, such as `headline`."""
        sentence: str = self.pick(slot, _sentences(self.language)[slot][self.tone])
        return sentence.format(subject=self.subject)

    def pick(self, slot: str, choices: Sequence[V]) -> V:
        """One of them: another brief may get another, the same brief the same."""
        digest = fingerprint(list(self.brief), slot)
        return choices[int(digest[:8], 16) % len(choices)]

    @property
    def lines(self) -> Mapping[str, Any]:
        """The topic's name, its sentence and its prizes."""
        topic: Mapping[str, Any] = _sentences(self.language)["topics"][self.topic]
        return topic

    @property
    def common(self) -> Mapping[str, Any]:
        """What does not depend on the tone: `names`, `no_prize`, `moods`."""
        return _sentences(self.language)


def read(brief: Brief) -> Reading:
    """Understand a brief: its topic, tone, subject, colours and prizes."""
    language = language_of(brief.locale)
    wanted = " ".join(filter(None, (brief.brief, brief.style, brief.name)))
    found = _words(wanted)
    topic = _best(vocabulary()["topics"], found) or "general"
    tone = _best(vocabulary()["tones"], _words(brief.tone or "")) or _best(
        vocabulary()["tones"], found
    )
    is_dark = _matches(vocabulary()["dark"], found) > 0
    is_light = _matches(vocabulary()["light"], found) > 0
    return Reading(
        brief=brief,
        language=language,
        topic=topic,
        tone=tone or "warm",
        subject=_subject(brief, language) or _sentences(language)["topics"][topic]["name"],
        colours=_colours(_words(" ".join(filter(None, (brief.style, brief.brief))))),
        is_dark=is_dark if is_dark is not is_light else None,
        prizes=_prizes(brief.brief),
    )


@cache
def vocabulary() -> Mapping[str, Any]:
    """What words mean, the palettes of the topics and the fonts of the tones."""
    return _loaded("words")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of words that stand around what is searched for."""
    words = {key: "|".join(each) for key, each in vocabulary()["around"].items()}
    named = rf"(?:[A-ZÀ-ÖØ-Þ0-9][\w\u2019'&+-]*(?: (?:&|{words['links']}))? ?){{1,4}}"
    patterns = {
        "names": rf"({named})",
        "introduced": rf"\b(?:{words['before_names']}) (?:(?:{words['articles']}) )?({named})",
        "prizes": rf"(?i:{words['before_prizes']})\s*:\s*([^.;!\n]+)",
        "between": rf"\s*(?:[,\u060c]|\b(?:{words['between_prizes']})\b|\s\u0648(?=\w))\s*",
        "article": rf"^(?i:{words['articles']}) ",
    }
    return re.compile(patterns[name])


@cache
def _sentences(language: str) -> Mapping[str, Any]:
    return _loaded(language)


def _loaded(name: str) -> Mapping[str, Any]:
    import yaml

    path = Path(__file__).parent / "texts" / f"{name}.yaml"
    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _words(text: str) -> list[str]:
    """In lower case, Arabic ones without article and conjunction as well."""
    words = _WORD.findall(text.lower())
    return [
        each
        for word in words
        for each in dict.fromkeys((word, *(prefix.sub("", word) for prefix in _ARABIC_PREFIXES)))
    ]


def _is_match(keyword: str, word: str) -> bool:
    if len(keyword) > _EXACT_UP_TO:
        return word.startswith(keyword)
    return word.startswith(keyword) and word[len(keyword) :] in _ENDINGS


def _matches(keywords: Sequence[str], words: Sequence[str]) -> int:
    return sum(any(_is_match(keyword, word) for keyword in keywords) for word in words)


def _best(meanings: Mapping[str, Sequence[str]], words: Sequence[str]) -> str | None:
    """The meaning that most of the words have, the first one of equals."""
    counted = {name: _matches(keywords, words) for name, keywords in meanings.items()}
    best = max(counted, key=lambda name: counted[name])
    return best if counted[best] else None


def _colours(words: Sequence[str]) -> tuple[str, ...]:
    """In the order in which they are named."""
    found = [
        colour
        for word in words
        for colour, keywords in vocabulary()["colours"].items()
        if _matches(keywords, [word])
    ]
    return tuple(dict.fromkeys(found))


def _subject(brief: Brief, language: str) -> str | None:
    """The name of what the campaign is for: given, quoted, introduced by a `for`, or capitalised.

    German writes every noun with a capital, so there a capital alone is no name.
    """
    if brief.name and (named := _usable(brief.name)):
        return named
    text = _pattern("prizes").sub("", brief.brief)
    found = [match[1] for match in _QUOTED.finditer(text)]
    found += [match[1] for match in _pattern("introduced").finditer(text)]
    if language != "de":
        found += [
            match[0]
            for match in _pattern("names").finditer(text)
            if not _begins_sentence(text, match)
        ]
    return next((usable for each in found if (usable := _usable(each))), None)


def _begins_sentence(text: str, match: re.Match[str]) -> bool:
    return text[: match.start()].rstrip()[-1:] in ("", ".", "!", "?", ":", "\n")


def _usable(name: str) -> str | None:
    words = re.sub(r"\s+", " ", name).strip(" ,.-&").split(" ")
    while words and words[-1].lower() in vocabulary()["around"]["links"]:
        words.pop()
    known = vocabulary()["topics"].values()
    is_general = all(
        each in vocabulary()["dates"]
        or each.isdigit()
        or any(_matches(meaning, [each.lower()]) for meaning in known)
        for each in words
    )
    joined = " ".join(words)
    if is_general or not is_plain(joined) or not 2 <= len(joined) <= MAX_SUBJECT or "{" in joined:
        return None
    return joined


def _prizes(text: str) -> tuple[str, ...]:
    match = _pattern("prizes").search(text)
    if match is None:
        return ()
    listed = [
        _pattern("article").sub("", each.strip()) for each in _pattern("between").split(match[1])
    ]
    usable = [each for each in listed if _is_prize(each)]
    capitalised = [each[0].upper() + each[1:] for each in usable]
    return tuple(dict.fromkeys(capitalised))[:MAX_PRIZES]


def _is_prize(name: str) -> bool:
    return 0 < len(name) <= MAX_PRIZE_NAME and is_plain(name) and not set("{}<>") & set(name)

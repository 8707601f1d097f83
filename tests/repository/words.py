"""Identifiers that the code base avoids, because it has one word for each thing.

Only words that mean nothing else as an identifier are listed. Each entry names what to say instead
and the identifiers that it is shown to catch, in test_words.py.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.repository.architecture import SourceFile

FOLDERS = {"functions", "emulator", "operations", "tools", "tests"}
# What a word is avoided as, where it is a good word otherwise.
TYPES = frozenset({"module", "class"})
NAMED = frozenset({"module", "class", "function"})


@dataclass(frozen=True)
class Identifier:
    """A name that a file gives to something; `kind` is what it names."""

    kind: str
    name: str
    line: int

    @property
    def words(self) -> str:
        """`OwnerReference`, `_owner_reference` → `owner_reference`; capitals stay."""
        name = self.name.strip("_")
        return name if name.isupper() else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True)
class Avoided:
    """A pattern for the words of an identifier, and what to say instead."""

    pattern: str
    instead: str
    offences: tuple[str, ...]
    kinds: frozenset[str] | None = None

    def catches(self, identifier: Identifier) -> bool:
        if self.kinds and identifier.kind not in self.kinds:
            return False
        words = identifier.words
        return any(re.fullmatch(self.pattern, each) for each in {words, words.lower()})


def _word(word: str) -> str:
    """Wherever the word stands in an identifier."""
    return rf"(.+_)?{word}(_.+)?"


AVOIDED = (
    Avoided(
        r"(MOST|LARGEST|LONGEST|DEEPEST)(_.+)?|.+_AT_MOST|(.+_)?AT_ONCE",
        "MAX_…",
        ("MOST_BYTES = 1", "LARGEST = 1", "LONGEST_PAUSE = 1", "KEPT_AT_MOST = 1", "AT_ONCE = 5"),
    ),
    Avoided(_word("desk"), "skill runtime", ("class Desk: ...", "def f(desk): ...")),
    Avoided("places?", "permit, reservation, position", ("class Place: ...",), TYPES),
    Avoided(
        "(give|take|find|wait_for)_(a_)?place",
        "acquire, transfer, find_free",
        ("def give_place(): ...", "find_place = 1"),
    ),
    Avoided(
        "(concluding|closing|ending|collecting|cleaning|erasing|preparing|resuming|running)s?",
        "a noun: completion, finalization, garbage_collection, deletion, dispatch",
        ("class Ending: ...", "def closing(): ...", "class Closing: ..."),
        NAMED,
    ),
    Avoided(_word("conclude[ds]?"), "finalize, complete", ("def conclude(): ...",)),
    Avoided("give_back", "release", ("def give_back(): ...",)),
    Avoided(
        "put_right|mend(s|ed|ing)?|go_on",
        "recover, sweep, retry",
        ("def put_right(): ...", "class Mending: ...", "def go_on(): ..."),
    ),
    Avoided(
        "(.+_)?(take|taken)_up(_.+)?|(.+_)?(give|given)_up(_.+)?",
        "resume, cancel",
        ("def take_up(): ...", "GIVEN_UP = 1"),
    ),
    Avoided("work_off|attend|arrive", "schedule, enqueue, dispatch", ("def arrive(): ...",)),
    Avoided("looks?(_at|_again)?", "poll, read", ("def look_at(): ...", "looks = 3")),
    Avoided(_word("crowd"), "chaos run, load", ("class Crowd: ...", "CROWD_SECONDS = 1")),
    Avoided(_word("broker"), "event router", ("self.broker = 1",)),
    Avoided(_word("guard"), "watchdog, lock", ("guard_file = 1", "class Guard: ...")),
    Avoided("edits|instances|chance", "file_watcher, fork_server, injector", (), TYPES),
    Avoided(
        _word("post_office") + "|" + _word("letterbox(es)?"),
        "event router, delivery",
        ("class PostOffice: ...", "letterbox = 1"),
    ),
    Avoided(_word("belong(s|ing|ings)?"), "owner reference", ("class Belonging: ...",)),
    Avoided("owners", "hooks", (), TYPES),
    Avoided("noted|stands", "with_attempt, is_unchanged", ("def noted(): ...",)),
    Avoided(
        "(.+_)?(tells?|told|says)(_.+)?",
        "returns, logs, shows, reports",
        ("def told(): ...", "def f(pip_says): ..."),
    ),
    Avoided(
        "(is|are|assert|check)_sound|(.+_)?unsound",
        "valid, invalid",
        ("def assert_sound(): ...", "is_sound = True", "unsound = 1"),
    ),
)


def identifiers(file: SourceFile) -> Iterator[Identifier]:
    """What a Python file names: itself, its folders, and everything that it defines or binds."""
    for part in file.path.with_suffix("").parts:
        yield Identifier("module", part, 1)
    for node in ast.walk(file.tree):
        match node:
            case ast.ClassDef(name=name, lineno=line):
                yield Identifier("class", name, line)
            case (
                ast.FunctionDef(name=name, lineno=line)
                | ast.AsyncFunctionDef(name=name, lineno=line)
            ):
                if not name.startswith("test_"):  # a sentence
                    yield Identifier("function", name, line)
            case ast.arg(arg=name, lineno=line):
                yield Identifier("argument", name, line)
            case ast.Name(id=name, ctx=ast.Store(), lineno=line):
                yield Identifier("variable", name, line)
            case ast.Attribute(attr=name, ctx=ast.Store(), lineno=line):
                yield Identifier("attribute", name, line)
            case ast.alias(asname=str(name), lineno=line):
                yield Identifier("variable", name, line)


def avoided_words(file: SourceFile) -> Iterator[str]:
    """One word for one thing, in identifiers too."""
    if file.path.parts[0] not in FOLDERS:
        return
    for identifier in identifiers(file):
        for avoided in _avoided(identifier.kind, identifier.name):
            yield f"line {identifier.line}: {identifier.name}; say {avoided.instead}"


@cache
def _avoided(kind: str, name: str) -> list[Avoided]:
    identifier = Identifier(kind, name, 0)
    return [avoided for avoided in AVOIDED if avoided.catches(identifier)]

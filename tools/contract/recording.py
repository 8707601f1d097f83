"""Calls with their answers, made the same in every run: ids, times and addresses of a real one
give way to stable names.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_snake

from emulator.demo.client import Client
from emulator.suite.suite import Suite

Json = Any

# Ids that the server makes: random ones, and those derived from others.
_MADE = re.compile(r"[A-Za-z0-9]{20}|[a-z2-7]{24}|[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[^/\s]+/([^?\s]*)(\?\S*)?")
_TIME = 1_780_000_000_000
_EARLIEST_TIME = 1_600_000_000_000

# What depends on the machine, or on a library's version: the latter in what describes a file.
_MEASURED = {"processingTimeMs": 900, "durationMs": 40}
_OF_FILES = {"sizeBytes": 60_000}
_FILE = {"uri", "url", "format"}


class Scrubber:
    """Replaces what differs from run to run, the same thing by the same name each time."""

    def __init__(self, known: dict[str, str]) -> None:
        self._names = dict(known)
        self._counts: Counter[str] = Counter()

    def know(self, made: str, shown: str) -> None:
        """Show this by that name from now on."""
        self._names[made] = shown

    def clean(self, value: Json, key: str = "", parent: str = "") -> Json:
        """The value as the pages show it."""
        if isinstance(value, dict):
            measured = {name: _OF_FILES[name] for name in _OF_FILES if value.keys() & _FILE}
            return {
                str(self._text(name)): measured.get(name, self.clean(item, name, key))
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self.clean(item, key, parent) for item in value]
        if isinstance(value, str):
            if key == "nextPageToken":
                return "bW9yZQ"  # it holds the time of the last document
            self._learn(value, key, parent)
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return _MEASURED.get(key, _TIME if value > _EARLIEST_TIME else value)
        return value

    def _learn(self, value: str, key: str, parent: str) -> None:
        if value in self._names or not _MADE.fullmatch(value):
            return
        named = to_snake(key.removesuffix("Id") if key != "id" else parent)
        kind = named.rpartition("_")[2] or "job"  # `activeJobId` names a job
        self._counts[kind] += 1
        self._names[value] = f"{kind}-{self._counts[kind]}"

    def _text(self, text: str) -> str:
        text = _ADDRESS.sub(_shown_address, text)
        for made in sorted(self._names, key=len, reverse=True):
            text = text.replace(made, self._names[made])
        return text


def _shown_address(found: re.Match[str]) -> str:
    path, query = found.groups()
    return f"https://storage.example/{path}" + ("?…" if query else "")


@dataclass
class Recorder:
    """Keeps the first call of each callable, with who made it, what was sent and what came."""

    suite: Suite
    scrubber: Scrubber
    calls: dict[str, Json] = field(default_factory=dict)

    def visitor(self, uid: str | None) -> Client:
        """Somebody who calls the suite's functions."""
        return Client(self.suite.env["FUNCTIONS_EMULATOR_HOST"], self.suite.project, uid)

    def call(self, who: str, visitor: Client, name: str, /, **data: Json) -> Json:
        """The callable's answer, kept if it is the first of its name."""
        answer = visitor.call(name, **data)
        shown = {
            "as": who,
            "request": self.scrubber.clean(data),
            "answer": self.scrubber.clean(answer),
        }
        self.calls.setdefault(name, shown)
        return answer

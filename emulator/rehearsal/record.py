"""What was seen during a rehearsal: each request, how deep the queues were, and the log."""

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UPLOAD = "PUT photo"
NO_RESPONSE = "no response"
ENDINGS = {"call", "event", "task", "schedule"}
"""The messages of the log lines that say how a delivery ended, as docs/monitoring.md has them."""


@dataclass(frozen=True)
class Seen:
    """One request: when it was sent, in seconds from the beginning, how long it took, its end."""

    at: float
    name: str
    seconds: float
    reason: str


@dataclass(frozen=True)
class Depth:
    """How much was under way at a moment: what runs or is due, what waits for its time, guests."""

    at: float
    events: int
    tasks: int
    scheduled: int
    guests: int


@dataclass
class Record:
    """Grows while guests play, in many threads."""

    began: float = field(default_factory=time.monotonic)
    requests: list[Seen] = field(default_factory=list)
    depths: list[Depth] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    """For how many seconds each guest waited for the picture."""
    ends: Counter[str] = field(default_factory=Counter)
    """How visits ended."""
    broken_off: threading.Event = field(default_factory=threading.Event)
    """Whether everybody shall go at their next call, because somebody has stopped the rehearsal."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def add(self, name: str, sent: float, reason: str) -> None:
        """A request that was sent at `sent` has ended."""
        with self._lock:
            self.requests.append(Seen(sent, name, self.now - sent, reason))

    def end(self, how: str) -> None:
        """A visit has ended."""
        with self._lock:
            self.ends[how] += 1

    def reasons(self) -> Counter[str]:
        """How often which refusal or failure was answered."""
        return Counter(seen.reason for seen in self.requests if seen.reason != "ok")


@dataclass(frozen=True)
class Log:
    """The functions' log lines: how deliveries ended, and errors by function and message."""

    ends: Mapping[tuple[str, str, str], int]
    """Deliveries by kind, function and reason."""
    errors: Mapping[tuple[str, str], int]

    @classmethod
    def read(cls, file: Path) -> "Log":
        """Read what the functions have written so far. The last line may be cut off."""
        ends: Counter[tuple[str, str, str]] = Counter()
        errors: Counter[tuple[str, str]] = Counter()
        for text in file.read_text(errors="replace").splitlines():
            line = _parsed(text)
            function = str(line.get("function", ""))
            if line.get("message") in ENDINGS:
                ends[line["message"], function, str(line.get("reason"))] += 1
            elif line.get("severity") == "ERROR":
                errors[function, str(line.get("message"))] += 1
        return cls(ends, errors)


def _parsed(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text) if text[:1] == "{" else {}
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}

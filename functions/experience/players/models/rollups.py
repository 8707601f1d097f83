"""What a batch adds to the experience's sums of each day. Many players write them at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from experience.players.models.event import ProgressEvent
from experience.players.models.tally import EFFECTS, time_spent
from experience.progress.calendar import day_of
from experience.progress.rules import ProgressRules

SHARDS = 16
MAX_CONTENTS = 1000
MAX_PAIRS = 3000
"""Of contents and types that nobody named before, in one document, which holds a MiB."""
MAX_TYPES = 100
OTHER = "other"

Pair = tuple[str, str]


@dataclass
class Sums:
    """How many events, how many of them with a time, and the seconds of these."""

    count: int = 0
    timed: int = 0
    seconds: int = 0

    def add(self, event: ProgressEvent) -> None:
        """One event more."""
        seconds = time_spent(event)
        self.count += 1
        if seconds is not None:
            self.timed += 1
            self.seconds += seconds

    def fields(self) -> dict[str, int]:
        """What is to be added."""
        fields = {"count": self.count, "timed": self.timed, "seconds": self.seconds}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True)
class Names:
    """The types and contents that a rollup document has counted by name."""

    types: frozenset[str] = frozenset()
    pairs: frozenset[Pair] = frozenset()

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Names":
        """Those of a stored document."""
        contents: dict[str, dict[str, Any]] = stored.get("contents", {})
        pairs = {(content, kind) for content, kinds in contents.items() for kind in kinds}
        return cls(frozenset(stored.get("events", {})), frozenset(pairs))


@dataclass
class DayRollup:
    """What one batch adds to one day's document."""

    day: str
    events: list[ProgressEvent] = field(default_factory=list)

    def unnamed(self, rules: ProgressRules) -> tuple[set[str], set[Pair]]:
        """The types and contents that count by name only while there is room for them."""
        types = {each.event_type for each in self.events if not _is_known(each.event_type, rules)}
        pairs = {
            (each.content_id, each.event_type)
            for each in self.events
            if each.content_id is not None and _is_visit(each) and not _is_named(each, rules)
        }
        return types, pairs

    def fields(self, rules: ProgressRules, names: Names) -> tuple[dict[str, Any], Names]:
        """What is to be added, and the names that the document has after them."""
        types, pairs, contents = set(names.types), set(names.pairs), {c for c, _ in names.pairs}
        counted: dict[str, int] = {}
        named: dict[str, dict[str, Sums]] = {}
        other: dict[str, Sums] = {}
        for event in self.events:
            kind, content = event.event_type, event.content_id
            if not (_is_known(kind, rules) or kind in types or len(types) < MAX_TYPES):
                kind = OTHER
            types.add(kind)
            counted[kind] = counted.get(kind, 0) + 1
            if content is None or not _is_visit(event):
                continue
            pair = content, kind
            has_room = len(pairs) < MAX_PAIRS and (
                content in contents or len(contents) < MAX_CONTENTS
            )
            if _is_named(event, rules) or pair in pairs or has_room:
                pairs.add(pair)
                contents.add(content)
                named.setdefault(content, {}).setdefault(kind, Sums()).add(event)
            else:
                other.setdefault(kind, Sums()).add(event)
        fields: dict[str, Any] = {"events": counted}
        if named:
            fields["contents"] = {
                content: {kind: sums.fields() for kind, sums in kinds.items()}
                for content, kinds in named.items()
            }
        if other:
            fields[OTHER] = {kind: sums.fields() for kind, sums in other.items()}
        return fields, Names(frozenset(types), frozenset(pairs))


def by_day(events: Iterable[ProgressEvent], rules: ProgressRules) -> list[DayRollup]:
    """The events of a batch, by the day on which they happened."""
    days: dict[str, DayRollup] = {}
    for event in events:
        day = day_of(event.timestamp, rules.time_zone)
        days.setdefault(day, DayRollup(day)).events.append(event)
    return list(days.values())


def _is_known(kind: str, rules: ProgressRules) -> bool:
    return (
        kind in EFFECTS
        or kind in rules.xp
        or kind in rules.caps
        or any(kind == each.counter for each in rules.achievements)
    )


def _is_visit(event: ProgressEvent) -> bool:
    """Whether its content counts as visited: an achievement is nothing that anybody visits."""
    return event.event_type != "achievement_unlocked"


def _is_named(event: ProgressEvent, rules: ProgressRules) -> bool:
    content = event.content_id
    if content is None or not _is_known(event.event_type, rules):
        return False
    return rules.names_content(content) or any(content == each.id for each in rules.achievements)

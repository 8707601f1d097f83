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
"""Of contents and types that no rules name, in one document."""
MAX_TYPES = 100
MAX_UNNAMED_BYTES = 384 * 1024
MAX_NAMED_BYTES = 256 * 1024
"""Of the contents that rules name with every type that is known, which are counted unseen. Both
leave 384 KiB of a document for the types, for `other`, and for batches that meet."""
MAX_NEW_BYTES = 8 * 1024
"""Of what one batch adds to a document, as others may add to it at the same moment."""
OTHER = "other"

_MAP_BYTES = 32
_SUMS_BYTES = _MAP_BYTES + sum(len(name) + 1 + 8 for name in ("count", "timed", "seconds"))

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
    """The types and contents that a rollup document has counted by name.

    `size` is what the contents take of it, at most. To one that `is_full` no name is added.
    """

    types: frozenset[str] = frozenset()
    pairs: frozenset[Pair] = frozenset()
    size: int = 0
    is_full: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any], *, is_full: bool = False) -> "Names":
        """Those of a stored document."""
        contents: dict[str, dict[str, Any]] = stored.get("contents", {})
        pairs = {(content, kind) for content, kinds in contents.items() for kind in kinds}
        size = sum(bytes_of(content, kinds) for content, kinds in contents.items())
        return cls(frozenset(stored.get("events", {})), frozenset(pairs), size, is_full)


class _Room:
    """The names of a document while a batch is counted in it, and which it still takes."""

    def __init__(self, names: Names, rules: ProgressRules) -> None:
        self.names, self.rules = names, rules
        self.types, self.pairs = set(names.types), set(names.pairs)
        self.contents = {content for content, _ in names.pairs}
        self.size, self.new_bytes = names.size, 0
        self.is_small = named_bytes(rules) <= MAX_NAMED_BYTES

    def takes_type(self, kind: str) -> bool:
        """Whether events of a type count by its name."""
        if kind in self.types:
            return True
        if self.names.is_full:
            return False
        if _is_known(kind, self.rules):
            return True
        more = len(kind.encode()) + 1 + 8 + bytes_of(None, [kind])  # of `events` and of `other`
        has_room = len(self.types) < MAX_TYPES and self.new_bytes + more <= MAX_NEW_BYTES
        if has_room:
            self.types.add(kind)
            self.new_bytes += more
        return has_room

    def takes(self, content: str, kind: str) -> bool:
        """Whether visits of a content count by its name and type."""
        pair = content, kind
        if pair in self.pairs:
            return True
        if self.names.is_full:
            return False
        is_named = _is_named(content, kind, self.rules)
        if is_named and self.is_small:
            return True
        is_new = content not in self.contents
        more = bytes_of(content if is_new else None, [kind])
        size = self.size + more
        if self.new_bytes + more > MAX_NEW_BYTES:
            return False
        if is_named:
            has_room = size <= MAX_NAMED_BYTES + MAX_UNNAMED_BYTES
        else:
            has_room = (
                size <= MAX_UNNAMED_BYTES
                and len(self.pairs) < MAX_PAIRS
                and not (is_new and len(self.contents) >= MAX_CONTENTS)
            )
        if has_room:
            self.size, self.new_bytes = size, self.new_bytes + more
            self.pairs.add(pair)
            self.contents.add(content)
        return has_room

    def after(self) -> Names:
        """The names that the document has then."""
        names = self.names
        return Names(frozenset(self.types), frozenset(self.pairs), self.size, names.is_full)


@dataclass
class DayRollup:
    """What one batch adds to one day's document."""

    day: str
    events: list[ProgressEvent] = field(default_factory=list)

    def fields(self, rules: ProgressRules, names: Names) -> tuple[dict[str, Any], Names]:
        """What is to be added, and the names that the document has after it.

        The names grow only where neither they nor the rules know a type or a content.
        """
        room = _Room(names, rules)
        counted: dict[str, int] = {}
        named: dict[str, dict[str, Sums]] = {}
        other: dict[str, Sums] = {}
        for event in self.events:
            content = event.content_id
            kind = event.event_type if room.takes_type(event.event_type) else OTHER
            counted[kind] = counted.get(kind, 0) + 1
            if content is None or not _is_visit(event):
                continue
            if room.takes(content, kind):
                named.setdefault(content, {}).setdefault(kind, Sums()).add(event)
            else:
                other.setdefault(OTHER if names.is_full else kind, Sums()).add(event)
        fields: dict[str, Any] = {"events": counted}
        if named:
            fields["contents"] = {
                content: {kind: sums.fields() for kind, sums in kinds.items()}
                for content, kinds in named.items()
            }
        if other:
            fields[OTHER] = {kind: sums.fields() for kind, sums in other.items()}
        return fields, room.after()


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


def _is_named(content: str, kind: str, rules: ProgressRules) -> bool:
    return _is_known(kind, rules) and (
        rules.names_content(content) or any(content == each.id for each in rules.achievements)
    )


def named_bytes(rules: ProgressRules) -> int:
    """What a document takes for every content that the rules name, with every known type."""
    done = rules.completion
    contents = {*done.waypoints, *done.quests, *done.items}
    contents |= {each.id for each in rules.achievements}
    types = {*EFFECTS, *rules.xp, *rules.caps, *(each.counter for each in rules.achievements)}
    of_types = bytes_of(None, types)
    return sum(bytes_of(content, ()) + of_types for content in contents)


def bytes_of(content: str | None, kinds: Iterable[str]) -> int:
    """What a content takes of a document: firebase.google.com/docs/firestore/storage-size."""
    own = 0 if content is None else len(content.encode()) + 1 + _MAP_BYTES
    return own + sum(len(each.encode()) + 1 + _SUMS_BYTES for each in kinds)

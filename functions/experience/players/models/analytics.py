"""What players did with each waypoint, quest or item, added up from rollups."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from experience.documents import Document, Request
from experience.ids import DocumentId
from experience.players.models.rollups import OTHER, bytes_of
from experience.progress.rules import ContentName, EventTypeName

MAX_SHOWN_CONTENTS = 100
MAX_FOLDED_CONTENTS = 1000
"""That the rules do not name; the ones visited least count as `other` once a day is folded."""
MAX_FOLDED_TYPES = 400
"""More than rules name; each of 16 shards may have a hundred others, which clients choose."""
MAX_FOLDED_BYTES = 900_000
"""Firestore takes a MiB for each document."""

Tallies = dict[str, dict[str, float]]
"""By event type: how many visits (`count`), how many of them took a known time (`timed`), and
those times together (`seconds`)."""


class GetContentAnalytics(Request):
    """Visits of an experience's contents in the last `days`, which end today in the rules' zone.

    `content_id`: this one alone; otherwise the hundred with the most visits. `event_type`: visits
    of this type alone, of which no unique visitors are kept.
    """

    workspace_id: DocumentId
    experience_id: DocumentId
    content_id: ContentName | None = None
    event_type: EventTypeName | None = None
    days: int = Field(default=7, ge=1, le=365)


class VisitFigures(Document):
    """How often and how long. The average is of the `timed_visits`, and null without any."""

    visits: int
    timed_visits: int
    average_seconds: float | None

    @classmethod
    def of(cls, tally: Mapping[str, float], **more: Any) -> Any:
        """The figures of what was added up."""
        timed = int(tally["timed"])
        average = round(tally["seconds"] / timed, 3) if timed else None
        return cls(visits=int(tally["count"]), timed_visits=timed, average_seconds=average, **more)


class ContentFigures(VisitFigures):
    """One waypoint, quest or item. `unique_visitors`: the players who were there in the window."""

    content_id: str
    unique_visitors: int | None


class ContentAnalytics(Document):
    """The visits of a window of days, most visited first.

    `events`: all events by type, those without a content too. `other`: the visits of all contents
    that are not listed. `unique_visitors` says whether they are exact or not kept.
    """

    workspace_id: str
    experience_id: str
    event_type: str | None
    first_day: str
    last_day: str
    time_zone: str
    events: dict[str, int]
    contents: list[ContentFigures]
    other: VisitFigures
    unique_visitors: Literal["exact", "not_kept_by_event_type"]


class Totals:
    """Rollups added up: each of a day and shard, or of a folded day."""

    def __init__(self) -> None:
        self.events: dict[str, int] = {}
        self.contents: dict[str, Tallies] = {}
        self.other: Tallies = {}

    def add(self, rollup: Mapping[str, Any]) -> None:
        """Add a stored rollup."""
        for event_type, count in rollup.get("events", {}).items():
            self.events[event_type] = self.events.get(event_type, 0) + count
        for content_id, tallies in rollup.get("contents", {}).items():
            _add(self.contents.setdefault(content_id, {}), tallies)
        _add(self.other, rollup.get("other", {}))

    def visits(
        self, event_type: str | None
    ) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
        """The tally of each content with visits, and that of others; of one type or of all."""
        found = {each: _total(tallies, event_type) for each, tallies in self.contents.items()}
        return (
            {each: tally for each, tally in found.items() if tally["count"]},
            _total(self.other, event_type),
        )

    def folded(self, is_named: Callable[[str], bool]) -> dict[str, Any]:
        """The fields of one document for a whole day.

        It holds the types with the most events, the contents that the rules name and the others
        with the most visits, as many as a document can hold. The rest counts as `other`.
        """
        by_count = sorted(self.events, key=lambda each: (-self.events[each], each))
        rare = {*by_count[MAX_FOLDED_TYPES:]}
        events: dict[str, int] = {}
        for event_type, count in self.events.items():
            name = OTHER if event_type in rare else event_type
            events[name] = events.get(name, 0) + count
        visits, _ = self.visits(None)
        ranked = sorted(
            self.contents,
            key=lambda each: (not is_named(each), -visits.get(each, _EMPTY)["count"], each),
        )
        other: Tallies = {}
        _add(other, self.other, rare)
        kept: dict[str, Tallies] = {}
        size, unnamed = bytes_of(None, events) + sum(len(each.encode()) + 9 for each in events), 0
        for content_id in ranked:
            tallies: Tallies = {}
            _add(tallies, self.contents[content_id], rare)
            unnamed += not is_named(content_id)
            size += bytes_of(content_id, tallies)
            if size > MAX_FOLDED_BYTES or unnamed > MAX_FOLDED_CONTENTS:
                _add(other, tallies)
            else:
                kept[content_id] = tallies
        return {"events": events, "contents": kept, "other": other}


_EMPTY = {"count": 0.0, "timed": 0.0, "seconds": 0.0}


def _add(
    sums: Tallies, more: Mapping[str, Mapping[str, float]], rare: Collection[str] = ()
) -> None:
    for kind, tally in more.items():
        event_type = OTHER if kind in rare else kind
        sum_ = sums.get(event_type)
        if sum_ is None:
            sum_ = sums[event_type] = {"count": 0, "timed": 0, "seconds": 0}
        for name, value in tally.items():
            sum_[name] = sum_.get(name, 0) + value


def _total(tallies: Tallies, event_type: str | None) -> dict[str, float]:
    chosen: Iterable[dict[str, float]] = (
        tallies.values() if event_type is None else filter(None, [tallies.get(event_type)])
    )
    total = dict(_EMPTY)
    for tally in chosen:
        for name in total:
            total[name] += tally.get(name, 0)
    return total

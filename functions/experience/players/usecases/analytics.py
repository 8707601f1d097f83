"""What players did with each content, for the operators of an experience."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from google.cloud.firestore import Client

from experience import clients, clock
from experience.players import store
from experience.players.models.analytics import (
    MAX_SHOWN_CONTENTS,
    ContentAnalytics,
    ContentFigures,
    GetContentAnalytics,
    Totals,
    VisitFigures,
)
from experience.progress import calendar
from experience.progress.rules import ProgressRules
from experience.store import require
from experience.workspaces.models import Role
from experience.workspaces.store import find_experiences
from experience.workspaces.usecases.access import require_role

MAX_CONCURRENT_COUNTS = 16


def get_content_analytics(uid: str, request: GetContentAnalytics) -> ContentAnalytics:
    """Visits, average times and unique visitors in a window of days; viewers.

    Two reads, one for each rollup that there is (at most 16 for today and for yesterday, one for
    each day before, and one for each shard in which something came late since the last fold), and,
    without an event type, one for each thousand visitors of each content shown. The contents that
    the rules name are counted while the rollups are read, if there is room to show all of them:
    one that nobody visited costs a read as well. Where a content is named, its fields alone are
    read. NotFound.
    """
    client = clients.firestore()
    workspace_id, experience_id = request.workspace_id, request.experience_id
    require_role(client, workspace_id, uid, Role.VIEWER, what="workspace")
    rules = _published_rules(client, workspace_id, experience_id)
    zone = rules.time_zone if rules else "UTC"
    today = calendar.day_of(clock.now_ms(), zone)
    first = calendar.day_after(today, 1 - request.days)
    with ThreadPoolExecutor(MAX_CONCURRENT_COUNTS) as pool:
        visitors = _Visitors(client, request, first, pool)
        visitors.begin(_likely(request, rules))
        totals = Totals()
        for rollup in store.read_rollups(
            client, workspace_id, experience_id, first, request.content_id
        ):
            totals.add(rollup)
        visits, other = totals.visits(request.event_type)
        if request.content_id is not None:
            nothing = {"count": 0.0, "timed": 0.0, "seconds": 0.0}
            visits = {request.content_id: visits.get(request.content_id, nothing)}
        ranked = sorted(visits, key=lambda each: (-visits[each]["count"], each))
        for content_id in ranked[MAX_SHOWN_CONTENTS:]:
            other = {name: value + visits[content_id][name] for name, value in other.items()}
        shown = ranked[:MAX_SHOWN_CONTENTS]
        uniques = visitors.counts(shown)
    return ContentAnalytics(
        workspace_id=workspace_id,
        experience_id=experience_id,
        event_type=request.event_type,
        first_day=first,
        last_day=today,
        time_zone=zone,
        events=totals.events,
        contents=[
            ContentFigures.of(visits[each], content_id=each, unique_visitors=uniques.get(each))
            for each in shown
        ],
        other=VisitFigures.of(other),
        unique_visitors="exact" if request.event_type is None else "not_kept_by_event_type",
    )


def _published_rules(client: Client, workspace_id: str, experience_id: str) -> ProgressRules | None:
    """The published rules of progress, if there are any. One read."""
    found = find_experiences(client, workspace_id, [experience_id])
    config = require(found.get(experience_id), what="experience").published
    return config.progress if config else None


def _likely(request: GetContentAnalytics, rules: ProgressRules | None) -> list[str]:
    """The contents that will be shown, as far as that is known before any rollup is read."""
    if request.content_id is not None:
        return [request.content_id]
    done = rules.completion if rules else None
    named = [*done.waypoints, *done.quests, *done.items] if done else []
    return named if len(named) <= MAX_SHOWN_CONTENTS else []


class _Visitors:
    """Counts the players who visited each content on the first day or later, side by side."""

    def __init__(
        self, client: Client, request: GetContentAnalytics, first: str, pool: ThreadPoolExecutor
    ) -> None:
        self._client, self._request, self._first, self._pool = client, request, first, pool
        self._begun: dict[str, Future[int]] = {}

    def begin(self, contents: Iterable[str]) -> None:
        """Begin with those that have not begun. There is nothing to count of an event type."""
        if self._request.event_type is None:
            for content_id in contents:
                if content_id not in self._begun:
                    self._begun[content_id] = self._pool.submit(self._count, content_id)

    def counts(self, contents: list[str]) -> dict[str, int]:
        """How many visited each. Empty of an event type."""
        self.begin(contents)
        return {each: self._begun[each].result() for each in contents if each in self._begun}

    def _count(self, content_id: str) -> int:
        where = self._request.workspace_id, self._request.experience_id
        return store.count_visitors(self._client, *where, content_id, self._first)

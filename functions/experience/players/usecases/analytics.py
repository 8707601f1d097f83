"""What players did with each content, for the operators of an experience."""

from concurrent.futures import ThreadPoolExecutor

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
from experience.store import require
from experience.workspaces.models import Role
from experience.workspaces.store import find_experiences
from experience.workspaces.usecases.access import require_role

MAX_CONCURRENT_COUNTS = 16


def get_content_analytics(uid: str, request: GetContentAnalytics) -> ContentAnalytics:
    """Visits, average times and unique visitors in a window of days; viewers.

    Two reads, one for each rollup that there is (at most 16 for today and for yesterday, one for
    each day before, and one for each shard in which something came late since the last fold), and,
    without an event type, one for each thousand visitors of each content shown. Where a content is
    named, its fields alone are read. NotFound.
    """
    client = clients.firestore()
    workspace_id, experience_id = request.workspace_id, request.experience_id
    require_role(client, workspace_id, uid, Role.VIEWER, what="workspace")
    zone = _zone(client, workspace_id, experience_id)
    today = calendar.day_of(clock.now_ms(), zone)
    first = calendar.day_after(today, 1 - request.days)
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
    uniques: dict[str, int] = {}
    if request.event_type is None:
        uniques = _count_visitors(client, workspace_id, experience_id, shown, first)
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


def _zone(client: Client, workspace_id: str, experience_id: str) -> str:
    """The time zone of the published rules. One read."""
    found = find_experiences(client, workspace_id, [experience_id])
    config = require(found.get(experience_id), what="experience").published
    return config.progress.time_zone if config and config.progress else "UTC"


def _count_visitors(
    client: Client, workspace_id: str, experience_id: str, contents: list[str], first: str
) -> dict[str, int]:
    """The players who visited each content on the first day or later, counted side by side."""

    def count(content_id: str) -> int:
        return store.count_visitors(client, workspace_id, experience_id, content_id, first)

    with ThreadPoolExecutor(MAX_CONCURRENT_COUNTS) as pool:
        return dict(zip(contents, pool.map(count, contents), strict=True))

"""Callables of players, and what runs by itself for them."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.pages import Page
from experience.players.models.analytics import ContentAnalytics, GetContentAnalytics
from experience.players.models.near import FindEventsNear, NearEvent
from experience.players.usecases import analytics, near
from experience.players.usecases import fold_rollups as folding


@callable_function(
    GetContentAnalytics,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
    ],
)
def get_content_analytics(caller: Caller, request: GetContentAnalytics) -> ContentAnalytics:
    """Visits, average times and unique visitors of each content in a window of days; viewers."""
    return analytics.get_content_analytics(caller.uid, request)


@callable_function(FindEventsNear, refuses=[reasons.WORKSPACE_NOT_FOUND, reasons.ROLE_REQUIRED])
def find_events_near(caller: Caller, request: FindEventsNear) -> Page[NearEvent]:
    """Events within a radius of a position, the newest first; viewers."""
    return near.find_events_near(caller.uid, request)


@schedule(every="day 04:00", timeout_seconds=1800)
def fold_rollups() -> None:
    """Fold each day of a month ago into one rollup."""
    folding.fold_rollups()

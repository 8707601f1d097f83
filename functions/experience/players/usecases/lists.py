"""Listing the players of an experience and what they did, for its operators."""

from typing import Any

from google.cloud.firestore import FieldFilter, Query

from experience import clients
from experience.ids import fingerprint
from experience.pages import Page, PageOrder, read_page
from experience.players import store
from experience.players.models.event import ProgressEvent
from experience.players.models.lists import (
    ListProgress,
    ListProgressEvents,
    ProgressEventView,
)
from experience.players.models.progress import ExperienceProgress, ProgressSummary
from experience.store import parse_or_log
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

_ORDERS = {"lastPlayedAt": "lastPlayedAt", "completion": "completionPercentage"}


def list_progress(uid: str, request: ListProgress) -> Page[ProgressSummary]:
    """A page of an experience's players; viewers.

    One read, one for each of them, and one more where another page follows.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    query = store.query_progress(client, request.workspace_id, request.experience_id)
    for field, wanted in (
        ("state.inventory", request.holds_item),
        ("state.visitedWaypoints", request.visited),
    ):
        if wanted is not None:
            query = query.where(filter=FieldFilter(field, "array_contains", wanted))
    query = query.select(ProgressSummary.stored_fields())
    order = PageOrder(_ORDERS[request.order_by], _scope(request), client=client)
    shown, token = read_page(query, order, request.page_size, request.page_token)
    items = [
        ProgressSummary.of(store.player_of(each.reference), progress)
        for each in shown
        if (progress := parse_or_log(each, ExperienceProgress))
    ]
    return Page[ProgressSummary](items=items, next_page_token=token)


def list_progress_events(uid: str, request: ListProgressEvents) -> Page[ProgressEventView]:
    """A page of what players did in an experience, the newest first; viewers.

    One read, one for each event, and one more where another page follows.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    workspace_id, experience_id = request.workspace_id, request.experience_id
    if request.player_id is not None:
        progress = store.progress_ref(client, request.player_id, workspace_id, experience_id)
        query: Query = progress.collection("progressEvents")
    else:
        query = store.query_events(client, workspace_id, experience_id)
    filters = {"eventType": request.event_type, "contentId": request.content_id}
    for field, wanted in filters.items():
        if wanted is not None:
            query = query.where(filter=FieldFilter(field, "==", wanted))
    if request.since is not None:
        query = query.where(filter=FieldFilter("timestamp", ">=", request.since))
    order = PageOrder("timestamp", _scope(request), client=client)
    shown, token = read_page(query, order, request.page_size, request.page_token)
    items = [
        ProgressEventView.of(each.id, event)
        for each in shown
        if (event := parse_or_log(each, ProgressEvent))
    ]
    return Page[ProgressEventView](items=items, next_page_token=token)


def _scope(request: Any) -> str:
    """A token is of one list: of the same request but for its pages."""
    about = request.model_dump(exclude={"page_size", "page_token"})
    return fingerprint(type(request).__name__, about)[:16]

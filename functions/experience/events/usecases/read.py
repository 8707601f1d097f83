"""Listing the events of a workspace."""

from experience import clients, pages
from experience.events.models.event import Event
from experience.events.models.requests import ListEvents
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def list_events(uid: str, request: ListEvents) -> pages.Page[Event]:
    """A page of the workspace's events, for its members."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    return pages.newest_first(
        client.collection("events"),
        {"workspaceId": request.workspace_id},
        request.page_size,
        request.page_token,
        Event,
    )

"""Whom an event takes, and until when.

| status | guests | members |
|---|---|---|
| draft | what they have begun | everything |
| live | everything | everything |
| archived | nothing | read, and configure the event |
| any, of a deleted workspace | nothing | nothing |
"""

from google.cloud.firestore import Client, Transaction

from experience.errors import FailedPrecondition
from experience.events.models.event import Event, EventStatus
from experience.events.store import get_status
from experience.workspaces import store


def require_visitable(
    client: Client, event: Event, uid: str, transaction: Transaction | None = None
) -> None:
    """Raise FailedPrecondition unless the event is live or the caller is of its workspace.

    One read, and none for a live event.
    """
    if event.is_live:
        return
    if store.find_role(client, event.workspace_id, uid, transaction) is None:
        raise not_live(event.status)


def require_open(client: Client, event_id: str) -> None:
    """Raise NotFound or FailedPrecondition once an event is archived, or its workspace deleted.

    Two reads in this process within `STATUS_SECONDS`, and none in between.
    """
    require_unarchived(get_status(client, event_id))


def require_unarchived(status: EventStatus) -> None:
    """Raise FailedPrecondition for an event that takes nothing more, not even from its members."""
    if status is EventStatus.ARCHIVED:
        raise not_live(status)


def not_live(status: EventStatus) -> FailedPrecondition:
    """The refusal of a guest at the door."""
    return FailedPrecondition("event_not_live", "This event is not open for guests.", status=status)

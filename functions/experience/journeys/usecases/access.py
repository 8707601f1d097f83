"""Who may read and change an event session, and the order of its steps."""

from google.cloud.firestore import Client, Transaction

from experience.errors import FailedPrecondition, InvalidArgument, NotFound
from experience.events import store as event_store
from experience.events.usecases.access import require_open
from experience.journeys import store
from experience.journeys.models.session import EventSession
from experience.steps import Step
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def require_guest(client: Client, session: EventSession, uid: str) -> None:
    """Raise NotFound unless the caller began this session.

    No read, but once a minute whether the event is still open: FailedPrecondition `event_not_live`.
    """
    if session.created_by != uid:
        raise NotFound("session")
    require_open(client, session.event_id)


def require_reader(client: Client, session: EventSession, uid: str) -> None:
    """Raise NotFound unless the caller began this session or is of the event's workspace.

    As `require_guest` for the guest, and two reads for anybody else. Members read archived events.
    """
    if session.created_by == uid:
        require_open(client, session.event_id)
        return
    event = event_store.get_event(client, session.event_id)
    require_role(client, event.workspace_id, uid, Role.VIEWER, what="session")


def require_step_order(
    client: Client, session: EventSession, transaction: Transaction | None = None
) -> list[str]:
    """The steps that a session goes through, as `find_step_order`.

    Raises FailedPrecondition `no_journey`.
    """
    order = find_step_order(client, session, transaction)
    if order is None:
        raise FailedPrecondition("no_journey", "This session goes through no journey.")
    return order


def find_step_order(
    client: Client, session: EventSession, transaction: Transaction | None = None
) -> list[str] | None:
    """The steps that a session goes through; None without a journey, and where it is gone.

    One that began before the order was kept has that of its journey now: one read.
    """
    if session.step_order is not None or session.journey_id is None:
        return session.step_order
    found = event_store.find_journey(client, session.event_id, session.journey_id, transaction)
    return found.step_order if found else None


def require_capture(client: Client, session: EventSession, step_id: str | None) -> None:
    """Raise InvalidArgument unless a photo can be taken for this step; without one it always can.

    One read.
    """
    if step_id is not None:
        step = require_own_step(client, session, step_id)
        if step is None or not step.takes_media:
            raise InvalidArgument(("stepId", "this step takes no photo"))


def require_own_step(client: Client, session: EventSession, step_id: str) -> Step | None:
    """A step of the session's journey; None where it is gone. One read.

    Raises InvalidArgument for a step of no part of it, and FailedPrecondition `no_journey`.
    """
    if step_id not in require_step_order(client, session):
        raise InvalidArgument(("stepId", f"the journey has no step {step_id!r}"))
    return store.find_steps(client, session.event_id, [step_id]).get(step_id)

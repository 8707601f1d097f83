"""Reading an event session, with what its guest needs to go on."""

from collections.abc import Iterable

from google.cloud.firestore import Client

from experience import clients, pages
from experience.events import store as event_store
from experience.events.models.journey import Journey
from experience.journeys import store
from experience.journeys.models.requests import GetEventSession, ListEventSessions
from experience.journeys.models.session import EventSession, EventSessionView
from experience.journeys.models.views import ExperienceView, JourneySession
from experience.journeys.usecases.access import require_reader
from experience.steps import Step, UnknownStep
from experience.steps.screens import CaptureStep, ExperiencePickerStep
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def get_event_session(uid: str, request: GetEventSession) -> JourneySession:
    """A session with its journey, for its guest and for members of the event's workspace.

    Two reads (session and journey), one more for each step and each experience to choose from, and
    two more for a member. NotFound.
    """
    client = clients.firestore()
    session = store.get_event_session(client, request.event_id, request.session_id)
    require_reader(client, session, uid)
    return view_of(client, session)


def view_of(
    client: Client, session: EventSession, journey: Journey | None = None
) -> JourneySession:
    """The view of a session. One read for its journey, each step, and each experience.

    A caller that has read the `journey` saves its read.
    """
    if journey is None and session.journey_id is not None:
        journey = event_store.find_journey(client, session.event_id, session.journey_id)
    order = session.step_order
    if order is None:
        order = journey.step_order if journey else []
    found = store.find_steps(client, session.event_id, order)
    steps = [found.get(each) or UnknownStep(id=each, type="unknown") for each in order]
    return JourneySession(
        session=EventSessionView.of(session),
        journey=journey,
        steps=steps,
        experiences=_find_experiences(client, session, found.values()),
    )


def _find_experiences(
    client: Client, session: EventSession, steps: Iterable[Step]
) -> list[ExperienceView]:
    """What the steps name and the event's workspace has, in the order of the steps."""
    ids: list[str] = []
    for step in steps:
        if isinstance(step, ExperiencePickerStep):
            ids += step.config.experience_ids
        elif isinstance(step, CaptureStep) and step.config.fallback_experience_id:
            ids.append(step.config.fallback_experience_id)
    if not ids:
        return []
    workspace_id = session.workspace_id
    if workspace_id is None:
        workspace_id = event_store.get_event(client, session.event_id).workspace_id
    found = event_store.find_experiences(client, ids)
    return [
        ExperienceView.of(each)
        for each in found.values()
        if each.is_active and each.workspace_id == workspace_id
    ]


def list_event_sessions(uid: str, request: ListEventSessions) -> pages.Page[EventSessionView]:
    """A page of an event's sessions, for members of its workspace. NotFound.

    Two reads, and one for each session.
    """
    client = clients.firestore()
    event = event_store.get_event(client, request.event_id)
    require_role(client, event.workspace_id, uid, Role.VIEWER, what="event")
    page = pages.newest_first(
        store.event_sessions_ref(client, event.id),
        {"eventId": event.id},
        request.page_size,
        request.page_token,
        EventSession,
        is_sharded=True,
    )
    items = [EventSessionView.of(session) for session in page.items]
    return pages.Page[EventSessionView](items=items, next_page_token=page.next_page_token)

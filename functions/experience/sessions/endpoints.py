"""Callables and triggers of sessions."""

from typing import Any

from experience.calls import Caller, callable_function
from experience.events import DocumentEvent, on_created
from experience.guests.models import GetNextPhase, NextPhase
from experience.schedules import schedule
from experience.sessions import creation, ending, linking, listing, phases, usecases
from experience.sessions.models import (
    AbandonSession,
    CompleteSession,
    CreateSession,
    FailSession,
    GetGuestHistory,
    GetJourneySessions,
    GetSession,
    ListSessions,
    Session,
    UpdateSessionProgress,
)
from experience.workspaces.models import ExperienceConfig


@callable_function(GetNextPhase)
def get_next_phase(caller: Caller, request: GetNextPhase) -> NextPhase:
    """Where the guest goes next: welcome, pregate, main, preshare or share."""
    return phases.get_next_phase(caller.uid, request)


@callable_function(CreateSession)
def create_session(caller: Caller, request: CreateSession) -> dict[str, Any]:
    """Begin an experience, or come back to the session of it that is still active."""
    return _with_steps(*creation.create_session(caller.uid, request))


@callable_function(GetSession)
def get_session(caller: Caller, request: GetSession) -> dict[str, Any]:
    """A session with its steps, for its guest and for the operators of its workspace."""
    return _with_steps(*usecases.get_session(caller.uid, request))


@callable_function(UpdateSessionProgress)
def update_session_progress(caller: Caller, request: UpdateSessionProgress) -> dict[str, Any]:
    """Keep answers and position of an active session; merges by step, so tabs cannot collide."""
    return usecases.update_session_progress(caller.uid, request).view()


@callable_function(CompleteSession)
def complete_session(caller: Caller, request: CompleteSession) -> dict[str, Any]:
    """End a session and learn where to go next; completing twice answers the same."""
    session, following = usecases.complete_session(caller.uid, request)
    return {"session": session.view(), "next": following}


@callable_function(GetJourneySessions)
def get_journey_sessions(caller: Caller, request: GetJourneySessions) -> dict[str, Any]:
    """A main session with the pregate and the preshare that belong to it."""
    found = usecases.get_journey_sessions(caller.uid, request)
    return {phase: session.view() if session else None for phase, session in found.items()}


@callable_function(AbandonSession)
def abandon_session(caller: Caller, request: AbandonSession) -> dict[str, Any]:
    """Give a session up, to start over; abandoning twice answers the same."""
    return ending.abandon_session(caller.uid, request).view()


@callable_function(FailSession)
def fail_session(caller: Caller, request: FailSession) -> dict[str, Any]:
    """Say that the client cannot go on with a session; failing twice answers the same."""
    return ending.fail_session(caller.uid, request).view()


@callable_function(ListSessions)
def list_sessions(caller: Caller, request: ListSessions) -> dict[str, Any]:
    """A project's sessions, the newest first; members of its workspace."""
    page = listing.list_sessions(caller.uid, request)
    items = [session.view() for session in page.items]
    return {"items": items, "nextPageToken": page.next_page_token}


@callable_function(GetGuestHistory)
def get_guest_history(caller: Caller, request: GetGuestHistory) -> dict[str, Any]:
    """What a guest completed, each with its session, the newest first."""
    entries, token = listing.get_guest_history(caller.uid, request)
    items = [
        {**entry.dump(), "session": session.view() if session else None}
        for entry, session in entries
    ]
    return {"items": items, "nextPageToken": token}


@schedule(every="15 minutes")
def sweep_sessions() -> None:
    """Abandon the active sessions that nobody touched for a day."""
    ending.sweep_sessions()


@on_created(document="projects/{projectId}/sessions/{sessionId}")
def on_session_created(event: DocumentEvent) -> None:
    """Link a new main session's pregate to it."""
    if event.after:
        ids = {"id": event.params["sessionId"], "projectId": event.params["projectId"]}
        linking.link_pregate(Session.load({**event.after, **ids}))


def _with_steps(session: Session, config: ExperienceConfig) -> dict[str, Any]:
    """What a guest may see of the config: the steps, never the transform and its prompt.

    Of a step they get the fields that its type has. What else an author's tool may have stored with
    it stays here.
    """
    return {"session": session.view(), "steps": [step.declared() for step in config.steps]}

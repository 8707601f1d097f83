"""Callables and triggers of sessions."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.events import DocumentEvent, on_created
from experience.firebase.schedules import schedule
from experience.pages import Page
from experience.sessions.models.phases import NextPhase
from experience.sessions.models.requests import (
    AbandonSession,
    CompleteSession,
    CreateSession,
    FailSession,
    GetGuestHistory,
    GetJourneySessions,
    GetNextPhase,
    GetSession,
    ListSessions,
    UpdateSessionProgress,
)
from experience.sessions.models.session import Session
from experience.sessions.models.views import (
    CompletedSession,
    HistoryEntry,
    JourneySessions,
    SessionView,
    SessionWithSteps,
)
from experience.sessions.usecases import (
    adopt,
    complete,
    create,
    end,
    next_phase,
    read,
    sweep,
    update,
)


@callable_function(
    GetNextPhase,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_next_phase(caller: Caller, request: GetNextPhase) -> NextPhase:
    """Where the guest goes next: welcome, pregate, main, preshare or share."""
    return next_phase.get_next_phase(caller.uid, request)


@callable_function(
    CreateSession,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.MAIN_SESSION_NOT_FOUND,
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.PROJECT_NOT_LIVE,
        reasons.GUEST_REQUIRED,
        reasons.CONSENT_REQUIRED,
        reasons.EXPERIENCE_UNAVAILABLE,
        reasons.PREGATE_REQUIRED,
        reasons.REQUEST_ID_REUSED,
        reasons.RATE_LIMITED,
        reasons.CONTENTION,
    ],
)
def create_session(caller: Caller, request: CreateSession) -> SessionWithSteps:
    """Begin an experience, or come back to the session of it that is still active."""
    return create.create_session(caller.uid, request)


@callable_function(
    GetSession,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def get_session(caller: Caller, request: GetSession) -> SessionWithSteps:
    """A session with its steps, for its guest and for the operators of its workspace."""
    return read.get_session(caller.uid, request)


@callable_function(
    UpdateSessionProgress,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.SESSION_NOT_ACTIVE,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def update_session_progress(caller: Caller, request: UpdateSessionProgress) -> SessionView:
    """Keep answers and position of an active session; merges by step, so tabs cannot collide."""
    return update.update_session_progress(caller.uid, request)


@callable_function(
    CompleteSession,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.GUEST_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.SESSION_NOT_ACTIVE,
        reasons.STEPS_INCOMPLETE,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def complete_session(caller: Caller, request: CompleteSession) -> CompletedSession:
    """End a session and learn where to go next; completing twice returns the same."""
    return complete.complete_session(caller.uid, request)


@callable_function(
    GetJourneySessions,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.MAIN_SESSION_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def get_journey_sessions(caller: Caller, request: GetJourneySessions) -> JourneySessions:
    """A main session with the pregate and the preshare that belong to it."""
    return read.get_journey_sessions(caller.uid, request)


@callable_function(
    AbandonSession,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.SESSION_NOT_ACTIVE,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def abandon_session(caller: Caller, request: AbandonSession) -> SessionView:
    """Abandon a session, to start over; abandoning twice returns the same."""
    return end.abandon_session(caller.uid, request)


@callable_function(
    FailSession,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.SESSION_NOT_ACTIVE,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def fail_session(caller: Caller, request: FailSession) -> SessionView:
    """Record that the client cannot continue a session; failing twice returns the same."""
    return end.fail_session(caller.uid, request)


@callable_function(
    ListSessions,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
    ],
)
def list_sessions(caller: Caller, request: ListSessions) -> Page[SessionView]:
    """A project's sessions, the newest first; members of its workspace."""
    return read.list_sessions(caller.uid, request)


@callable_function(
    GetGuestHistory,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_guest_history(caller: Caller, request: GetGuestHistory) -> Page[HistoryEntry]:
    """What a guest completed, each with its session, the newest first."""
    return read.get_guest_history(caller.uid, request)


@schedule(every="15 minutes", timeout_seconds=840)
def sweep_sessions() -> None:
    """Abandon sessions that nobody touched for a day; adopt those whose event was lost."""
    sweep.sweep_sessions()


@on_created(document="projects/{projectId}/sessions/{sessionId}")
def on_session_created(event: DocumentEvent) -> None:
    """Adopt a session that its guest wrote; link a new main session's pregate to it."""
    if event.after:
        ids = {"id": event.params["sessionId"], "projectId": event.params["projectId"]}
        adopt.adopt_written(Session.load({**event.after, **ids}), event.written_at)

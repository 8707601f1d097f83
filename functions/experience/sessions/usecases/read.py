"""Reading sessions: one, a journey's, a project's, a guest's history."""

from experience import clients, pages, transactions
from experience.errors import InvalidArgument, NotFound
from experience.guests.store import get_guest
from experience.projects.models import Phase
from experience.projects.store import get_project
from experience.projects.usecases.access import require_open
from experience.sessions import store
from experience.sessions.models.requests import (
    GetGuestHistory,
    GetJourneySessions,
    GetSession,
    ListSessions,
)
from experience.sessions.models.session import Session
from experience.sessions.models.views import (
    HistoryEntry,
    JourneySessions,
    SessionView,
    SessionWithSteps,
)
from experience.sessions.usecases import adopt
from experience.sessions.usecases.access import require_reader
from experience.store import parse_or_log
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def get_session(uid: str, request: GetSession) -> SessionWithSteps:
    """The session and the config that it is answered against, for its guest and for operators.

    One read, one more for an operator, and one where the version is not in memory yet.
    """
    client = clients.firestore()
    session = adopt.get_adopted(client, request.project_id, request.session_id)
    require_reader(client, session, uid)
    return SessionWithSteps.of(session, store.get_pinned_config(client, session))


def get_journey_sessions(uid: str, request: GetJourneySessions) -> JourneySessions:
    """The main session with its pregate and preshare: of several the newest completed one.

    One read, one for each linked session, and one more for an operator.
    """
    client = clients.firestore()
    main = adopt.get_adopted(client, request.project_id, request.main_session_id)
    require_reader(client, main, uid)
    if main.phase is not Phase.MAIN:
        raise NotFound("main session")
    linked = [
        session
        for session in store.find_linked(client, request.project_id, main.id)
        if session.created_by == main.created_by
    ]
    pregate, preshare = _newest(linked, Phase.PREGATE), _newest(linked, Phase.PRESHARE)
    return JourneySessions(
        main=SessionView.of(main),
        pregate=SessionView.of(pregate) if pregate else None,
        preshare=SessionView.of(preshare) if preshare else None,
    )


def _newest(sessions: list[Session], phase: Phase) -> Session | None:
    """Of the sessions of a phase the newest completed one, else the newest."""
    return max(
        (session for session in sessions if session.phase is phase),
        key=lambda session: (session.completed_at or 0, session.created_at),
        default=None,
    )


def list_sessions(uid: str, request: ListSessions) -> pages.Page[SessionView]:
    """A page of a project's sessions, for members of its workspace."""
    filters = {
        "eventId": request.event_id,
        "status": request.status.value if request.status else None,
        "experienceId": request.experience_id,
    }
    named = [field for field, value in filters.items() if value is not None]
    if len(named) > 1:
        raise InvalidArgument(*((field, "only one filter at a time") for field in named))
    client = clients.firestore()
    project = get_project(client, request.project_id)
    require_role(client, project.workspace_id, uid, Role.VIEWER, what="project")
    if request.event_id:
        filters["projectId"] = project.id
    page = pages.newest_first(
        store.sessions_ref(client, project.id),
        filters,
        request.page_size,
        request.page_token,
        Session,
        is_sharded=True,
    )
    items = [SessionView.of(session) for session in page.items]
    return pages.Page[SessionView](items=items, next_page_token=page.next_page_token)


def get_guest_history(uid: str, request: GetGuestHistory) -> pages.Page[HistoryEntry]:
    """What a guest completed, the newest first, each with its session if that is still there.

    One read, one for each entry, and two more for an operator who asks for a guest.
    """
    client = clients.firestore()
    guest_id = request.guest_id or uid
    if guest_id == uid:
        require_open(client, request.project_id)
    else:
        project = get_project(client, request.project_id)
        require_role(client, project.workspace_id, uid, Role.VIEWER, what="guest")
    guest = get_guest(client, request.project_id, guest_id)
    # Entries are only ever appended, so a position counted from the oldest stays where it is.
    entries = guest.completed_experiences[::-1]
    begin = _position(request.page_token, len(entries))
    shown = entries[begin : begin + request.page_size]
    end = begin + len(shown)
    references = [store.session_ref(client, request.project_id, e.session_id) for e in shown]
    snapshots = transactions.read(client, references) if references else []
    loaded = [parse_or_log(snapshot, Session) for snapshot in snapshots]
    token = str(len(entries) - end) if end < len(entries) else None
    items = [HistoryEntry.of(*each) for each in zip(shown, loaded, strict=True)]
    return pages.Page[HistoryEntry](items=items, next_page_token=token)


def _position(token: str | None, count: int) -> int:
    """Where a page begins, from the number of entries that were left to show."""
    if token is None:
        return 0
    if not token.isascii() or not token.isdigit() or int(token) > count:
        raise InvalidArgument(("pageToken", "is not a token of this list"))
    return count - int(token)

"""Adopting sessions that guests wrote themselves: the server admits or refuses each.

The rules let a guest create a session with nothing decided in it. The checks and writes of
`createSession` follow: in the trigger, in a call that comes before it, or in a sweep.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from google.cloud.firestore import Client, Transaction
from pydantic import ValidationError

from experience import clients, clock, logs, transactions
from experience.errors import FailedPrecondition, InvalidArgument, NotFound, Refusal
from experience.guests.models import Guest
from experience.guests.store import guest_ref
from experience.projects.models import Project
from experience.projects.store import project_ref, require_project
from experience.sessions import store
from experience.sessions.models.requests import CreateSession
from experience.sessions.models.session import Session, SessionError, SessionStatus
from experience.sessions.usecases import admission, link
from experience.sessions.usecases.access import Unadopted
from experience.store import parse, parse_versioned

T = TypeVar("T")


def adopt(session: Session) -> Session:
    """A session that its guest wrote, with what the server adds, or in `error`.

    Four reads, one more for a pregate that is still needed and for an active session; two writes,
    one for a refusal. Its guest finds why it was refused in `error`. Safe to repeat, and to do
    many times at once: of two sessions of one experience the first to be adopted stays. Raises
    NotFound for one that is gone.
    """
    client = clients.firestore()
    references = [
        store.session_ref(client, session.project_id, session.id),
        guest_ref(client, session.project_id, str(session.created_by)),
        project_ref(client, session.project_id),
    ]

    def body(transaction: Transaction) -> Session:
        snapshots = transactions.read(client, references, transaction)
        found = parse_versioned(snapshots[0], Session)
        if found is None:
            raise NotFound("session")
        current = found.value
        if not current.awaits_adoption:
            return current
        guest, project = parse(snapshots[1], Guest), parse(snapshots[2], Project)
        now = clock.now_ms()
        # The guest's own clock may be minutes off, and a pregate is linked by what came first.
        created_at = found.create_time
        given = {
            "workspace_id": project.workspace_id if project else None,
            "created_at": int(created_at.timestamp() * 1000) if created_at else now,
            "updated_at": now,
        }
        try:
            added, claiming = _admission(client, transaction, current, project, guest, now)
        except Refusal as refused:
            error = SessionError(code=refused.reason, message=refused.message)
            added, claiming = {"status": SessionStatus.ERROR, "error": error}, {}
        adopted = current.model_copy(update={**given, **added})
        # Its guest may have written null for them: as lists and maps they are read from now on.
        empty: dict[str, Any] = {"answers": [], "capturedMedia": [], "outputs": {}}
        transaction.update(references[0], {**current.difference(adopted), **empty})
        if claiming:
            transaction.update(references[1], claiming)
        return adopted

    adopted = transactions.run_optimistic(client, body)
    if adopted.was_refused and adopted.error:
        logs.warning("session refused", session=adopted.id, reason=adopted.error.code)
    return adopted


def _admission(
    client: Client,
    transaction: Transaction,
    session: Session,
    project: Project | None,
    guest: Guest | None,
    now: int,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that adoption adds to the session and to its guest. Raises the refusal."""
    project = require_project(client, project)
    request = _request(session)
    guest, phase = admission.admit(project, guest, request)
    experience = admission.require_playable(client, transaction, project, guest, phase, request)
    active = admission.find_active_session(client, transaction, guest, phase, request, other="")
    if active:
        raise FailedPrecondition(
            "session_active", "Another session of this experience is active.", sessionId=active.id
        )
    claiming = admission.claim_fields(guest, session, now)
    return {"phase": phase, "experience_version": experience.published_version}, claiming


def _request(session: Session) -> CreateSession:
    """What `createSession` would have been asked for. Raises InvalidArgument."""
    try:
        return CreateSession(
            project_id=session.project_id,
            experience_id=session.experience_id,
            mode=session.mode,
            config_source=session.config_source,
            event_id=session.event_id,
            main_session_id=session.main_session_id,
            pregate_session_id=session.pregate_session_id,
        )
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        issues = [
            (str(each["loc"][0]), each["msg"].removeprefix("Value error, ")) for each in found
        ]
        raise InvalidArgument(*issues) from error


def get_adopted(client: Client, project_id: str, session_id: str) -> Session:
    """One session of any guest, adopted now if need be. One read. NotFound."""
    session = store.get_session(client, project_id, session_id)
    return adopt(session) if session.awaits_adoption else session


def with_adoption(work: Callable[[], T]) -> T:
    """The result of `work`, which runs again if it needs a session that must be adopted first."""
    try:
        return work()
    except Unadopted as met:
        adopt(met.session)
        return work()


def adopt_and_link(session: Session) -> bool:
    """Adopt a new session and link its pregate. Returns whether there was anything to do."""
    adopted = adopt(session) if session.awaits_adoption else session
    return link.link_pregate(adopted) or session.awaits_adoption

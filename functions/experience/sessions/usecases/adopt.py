"""Adopting sessions that guests wrote themselves: the server admits or refuses each.

The rules let a guest create a session with nothing decided in it. The checks and writes of
`createSession` follow: in the trigger, in a call that comes before it, or in a sweep.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from google.api_core import exceptions
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
from experience.store import Memory, parse, parse_versioned

T = TypeVar("T")

EMPTY: dict[str, Any] = {"answers": [], "capturedMedia": [], "outputs": {}}
"""Its guest may have written null for them: as lists and maps they are read from now on."""
REFUSED_FOR = timedelta(hours=1)
MAX_REFUSED = 10
"""How many sessions of one guest an instance refuses before it refuses them without a look, until
none has come for a minute."""
_refused = Memory[int](1000, lambda: 60)


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
            added, claiming = _refusal(refused.reason, refused.message, now), {}
        adopted = current.model_copy(update={**given, **added})
        transaction.update(references[0], {**current.difference(adopted), **_added(current)})
        if claiming:
            transaction.update(references[1], claiming)
        return adopted

    adopted = transactions.run_optimistic(client, body)
    if adopted.was_refused and adopted.error:
        logs.warning("session refused", session=adopted.id, reason=adopted.error.code)
        _refused.keep(_flood_of(adopted), (_refused.get(_flood_of(adopted)) or 0) + 1)
    return adopted


def refuse_flood(session: Session, written_at: Any) -> bool:
    """Refuse a new session of a guest who floods the project, and return whether it was refused.

    One write and no read, so that other guests' events wait as little as can be. Only a session
    that nobody has changed since `written_at`, its first write.
    """
    if (_refused.get(_flood_of(session)) or 0) < MAX_REFUSED:
        return False
    client = clients.firestore()
    reference = store.session_ref(client, session.project_id, session.id)
    refusal = _refusal("rate_limited", "Too many refused sessions.", clock.now_ms())
    refused = session.model_copy(update=refusal)
    option = client.write_option(last_update_time=written_at)
    changes = {**session.difference(refused), **_added(session)}
    try:
        transactions.retry(lambda: reference.update(changes, option=option))
    except (exceptions.FailedPrecondition, exceptions.NotFound):
        return False  # a call has adopted it already
    return True


def _refusal(code: str, message: str, now: int) -> dict[str, Any]:
    """The fields of a refused session, which Firestore deletes after an hour."""
    return {
        "status": SessionStatus.ERROR,
        "error": SessionError(code=code, message=message),
        "expire_at": datetime.fromtimestamp(now / 1000, UTC) + REFUSED_FOR,
        "updated_at": now,
    }


def _added(session: Session) -> dict[str, Any]:
    """What its guest did not write, or may have written as null."""
    return {**EMPTY, "shard": session.shard}


def _flood_of(session: Session) -> str:
    return f"{session.project_id}/{session.created_by}"


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


def adopt_written(session: Session, written_at: Any) -> None:
    """Adopt a session that was written just now and link its pregate, unless its guest floods."""
    if not (session.awaits_adoption and refuse_flood(session, written_at)):
        adopt_and_link(session)


def adopt_and_link(session: Session) -> bool:
    """Adopt a new session and link its pregate. Returns whether there was anything to do."""
    adopted = adopt(session) if session.awaits_adoption else session
    return link.link_pregate(adopted) or session.awaits_adoption

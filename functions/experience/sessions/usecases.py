"""What guests do in a session, each in one transaction, and how sessions are read."""

from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, Transaction

from experience import clients, clock, logs, transactions
from experience.errors import FailedPrecondition, NotFound
from experience.guests import models as guests
from experience.guests.store import active_session_path, guest_ref, read_guest
from experience.projects.models import Phase, Project
from experience.projects.store import existing as existing_project
from experience.projects.store import project_ref
from experience.sessions import adoption, progress, store
from experience.sessions.models import (
    CompleteSession,
    GetJourneySessions,
    GetSession,
    Session,
    SessionStatus,
    UpdateSessionProgress,
)
from experience.workspaces import store as workspaces
from experience.workspaces.models import ExperienceConfig, Role
from experience.workspaces.usecases import require_role


def get_session(uid: str, request: GetSession) -> tuple[Session, ExperienceConfig]:
    """The session and what it is answered against, for its owner and for operators.

    One read, one more for an operator, and one where the version is not in memory yet.
    """
    client = clients.firestore()
    session = adoption.load_adopted(client, request.project_id, request.session_id)
    require_reader(client, session, uid)
    return session, store.pinned_config(client, session)


def get_journey_sessions(uid: str, request: GetJourneySessions) -> dict[str, Session | None]:
    """The main session with its pregate and preshare: of several the newest completed one.

    One read, one for each linked session, and one more for an operator.
    """
    client = clients.firestore()
    main = adoption.load_adopted(client, request.project_id, request.main_session_id)
    require_reader(client, main, uid)
    if main.phase is not Phase.MAIN:
        raise NotFound("main session")
    linked = [
        session
        for session in store.find_linked(client, request.project_id, main.id)
        if session.created_by == main.created_by
    ]
    return {
        "main": main,
        "pregate": _newest(linked, Phase.PREGATE),
        "preshare": _newest(linked, Phase.PRESHARE),
    }


def update_session_progress(uid: str, request: UpdateSessionProgress) -> Session:
    """Merge answers, outputs and the position into an active session. One read, one write.

    Nothing is written where nothing changed. Raises FailedPrecondition `session_not_active` and
    InvalidArgument for values that do not fit their steps.
    """
    client = clients.firestore()
    reference = store.session_ref(client, request.project_id, request.session_id)

    def body(transaction: Transaction) -> Session:
        session = store.load_session(client, request.project_id, request.session_id, transaction)
        require_owner(client, session, uid)
        require_active(session)
        now = clock.now_ms()
        changed = progress.apply(session, store.pinned_config(client, session), request, now)
        if difference := session.difference(changed):
            transaction.update(reference, {**difference, "updatedAt": now})
            changed = changed.model_copy(update={"updated_at": now})
        return changed

    return adoption.adopting(lambda: transactions.run_optimistic(client, body))


def complete_session(uid: str, request: CompleteSession) -> tuple[Session, guests.NextPhase]:
    """End a session whose required steps are answered, and say where the guest goes next.

    Four reads (session, guest, project, and the experience of the next phase), two writes.
    Completing again answers the same and writes nothing. Raises FailedPrecondition
    `steps_incomplete` and `session_not_active`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> tuple[Session, guests.NextPhase]:
        session_snapshot, guest_snapshot, project_snapshot = transactions.read(
            client,
            [
                store.session_ref(client, request.project_id, request.session_id),
                guest_ref(client, request.project_id, uid),
                project_ref(client, request.project_id),
            ],
            transaction,
        )
        session = store.existing(transactions.fields(session_snapshot))
        require_owner(client, session, uid)
        guest = read_guest(transactions.fields(guest_snapshot))
        if guest is None:
            raise NotFound("guest")
        project = existing_project(transactions.fields(project_snapshot))
        if session.status is SessionStatus.COMPLETED:
            return session, _next(client, transaction, session, guest, project, request)
        require_active(session)

        now = clock.now_ms()
        pinned = store.pinned_config(client, session)
        done = progress.with_answers(session, pinned, request.answers, now)
        progress.require_complete(done, pinned)
        done = done.model_copy(
            update={"status": SessionStatus.COMPLETED, "completed_at": now, "updated_at": now}
        )
        guest, changes = _with_completion(guest, done, now)
        following = _next(client, transaction, done, guest, project, request)
        transaction.update(session_snapshot.reference, session.difference(done))
        if changes:
            transaction.update(guest_snapshot.reference, changes)
        return done, following

    return adoption.adopting(lambda: transactions.run_optimistic(client, body))


def require_owner(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound unless the caller began this session, and may still do so.

    No read for a visit. Previews and drafts are for editors, so their sessions are too: one read.
    """
    if session.created_by != uid:
        raise NotFound("session")
    if not session.is_visit:
        _require_role(client, session, uid, Role.EDITOR)


def require_reader(client: Client, session: Session, uid: str) -> None:
    """Raise NotFound unless the caller began this session or is of its workspace."""
    if session.created_by != uid or not session.is_visit:
        _require_role(client, session, uid, Role.VIEWER)


def _require_role(client: Client, session: Session, uid: str, role: Role) -> None:
    if session.workspace_id is None:
        raise NotFound("session")
    require_role(client, session.workspace_id, uid, role, what="session")


def require_active(session: Session) -> None:
    """Raise FailedPrecondition, with the status, unless the session still takes answers.

    Raises Unadopted where its guest wrote it, and the server has yet to look at it.
    """
    if session.awaits_adoption:
        raise adoption.Unadopted(session)
    if not session.is_active:
        raise FailedPrecondition(
            "session_not_active", f"This session is {session.status}.", status=session.status
        )


def _with_completion(
    guest: guests.Guest, session: Session, now: int
) -> tuple[guests.Guest, dict[str, Any]]:
    """The guest after completing a session, and the fields that this changes."""
    entry = guests.CompletedExperience(
        experience_id=session.experience_id, completed_at=now, session_id=session.id
    )
    entries = guest.completed_experiences
    if all(known.session_id != session.id for known in entries):
        entries = [*entries, entry]
    changes: dict[str, Any] = {}
    if session.is_visit:  # a preview leads its operator on, and leaves no trace
        changes["completedExperiences"] = [known.dump() for known in entries]
    active = dict(guest.active_sessions)
    claim = active.get(session.claim)
    if claim and claim.session_id == session.id:
        del active[session.claim]
        changes[active_session_path(session.claim)] = DELETE_FIELD
    update = {"completed_experiences": entries, "active_sessions": active}
    return guest.model_copy(update=update), changes


def _next(
    client: Client,
    transaction: Transaction,
    session: Session,
    guest: guests.Guest,
    project: Project,
    request: CompleteSession,
) -> guests.NextPhase:
    """Where a guest goes from a completed session. At most one read."""
    experiences = project.config(session.config_source).experiences
    if session.phase is Phase.PREGATE:
        chosen = request.experience_id or experiences.only_main
        playable = load_playable(client, project.workspace_id, [chosen], transaction)
        return guests.before_main(guest, experiences, chosen, playable, replace=True)
    if session.phase is Phase.PRESHARE and session.main_session_id:
        return guests.after_main(guest, experiences, session.main_session_id, ())
    wanted = experiences.preshare
    preshare = wanted.experience_id if wanted and guest.needs(wanted) else None
    playable = load_playable(client, project.workspace_id, [preshare], transaction)
    return guests.after_main(guest, experiences, session.id, playable)


def load_playable(
    client: Client,
    workspace_id: str,
    experience_ids: list[str | None],
    transaction: Transaction | None = None,
) -> set[str]:
    """Those of these experiences that a guest can be led into; one read each.

    The others are passed over, and an operator finds them in the log.
    """
    wanted = [each for each in experience_ids if each]
    found = workspaces.load_experiences(client, workspace_id, wanted, transaction)
    playable = {each for each in wanted if each in found and found[each].is_playable}
    for skipped in set(wanted) - playable:
        logs.warning("experience skipped", workspace=workspace_id, experience=skipped)
    return playable


def _newest(sessions: list[Session], phase: Phase) -> Session | None:
    """Of the sessions of a phase the newest completed one, else the newest."""
    return max(
        (session for session in sessions if session.phase is phase),
        key=lambda session: (session.completed_at or 0, session.created_at),
        default=None,
    )

"""Completing a session."""

from typing import Any

from google.cloud.firestore import DELETE_FIELD, Client, Transaction

from experience import clients, clock, transactions
from experience.guests.models import CompletedExperience, Guest
from experience.guests.store import active_session_path, guest_ref
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref, require_project
from experience.sessions import store
from experience.sessions.models import phases, progress
from experience.sessions.models.requests import CompleteSession
from experience.sessions.models.session import Session, SessionStatus
from experience.sessions.models.views import CompletedSession, SessionView
from experience.sessions.usecases import adopt
from experience.sessions.usecases.access import require_active, require_owner
from experience.sessions.usecases.next_phase import find_playable
from experience.store import find, parse, require


def complete_session(uid: str, request: CompleteSession) -> CompletedSession:
    """End a session whose required steps are answered, and decide where the guest goes next.

    Four reads (session, guest, project, and the experience of the next phase), two writes.
    Completing again returns the same and writes nothing. A visit to an experience with rules of
    progress is marked, so that `onSessionCompleted` or a sweep counts it for its guest. A preshare
    with an e-mail address costs a read and a write more. Raises FailedPrecondition
    `steps_incomplete` and `session_not_active`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> tuple[Session, phases.NextPhase]:
        session_snapshot, guest_snapshot, project_snapshot = transactions.read(
            client,
            [
                store.session_ref(client, request.project_id, request.session_id),
                guest_ref(client, request.project_id, uid),
                project_ref(client, request.project_id),
            ],
            transaction,
        )
        session = require(parse(session_snapshot, Session), what="session")
        require_owner(client, session, uid)
        guest = require(parse(guest_snapshot, Guest), what="guest")
        project = require_project(client, parse(project_snapshot, Project))
        if session.status is SessionStatus.COMPLETED:
            return session, _next_phase(client, transaction, session, guest, project, request)
        require_active(session)

        now = clock.now_ms()
        pinned = store.get_pinned_config(client, session)
        done = progress.with_progress(session, pinned, request, now)
        progress.require_complete(done, pinned)
        done = done.model_copy(
            update={
                "status": SessionStatus.COMPLETED,
                "progress_pending": session.is_visit and pinned.progress is not None,
                "has_email": _has_email(done, guest),
                "completed_at": now,
                "updated_at": now,
            }
        )
        guest, changes = _with_completion(guest, done, now)
        following = _next_phase(client, transaction, done, guest, project, request)
        transaction.update(session_snapshot.reference, session.difference(done))
        if changes:
            transaction.update(guest_snapshot.reference, changes)
        if done.has_email and done.phase is Phase.PRESHARE:
            _mark_main(client, transaction, done, now)
        return done, following

    session, following = adopt.with_adoption(lambda: transactions.run_optimistic(client, body))
    return CompletedSession(session=SessionView.of(session), next=following)


def _has_email(session: Session, guest: Guest) -> bool:
    """Whether a visit has an e-mail address by now: a main session may have it in its pregate."""
    before = session.phase is Phase.MAIN and guest.has_email
    return session.is_visit and (session.email is not None or before)


def _mark_main(client: Client, transaction: Transaction, preshare: Session, now: int) -> None:
    """Mark the main session of a preshare with an e-mail address. One read, one write.

    If its picture is ready, the mail with it is due from now on, and else once it is.
    """
    reference = store.session_ref(client, preshare.project_id, str(preshare.main_session_id))
    main = find(client, reference, Session, transaction)
    if main is not None:
        due = {"mail_due_at": now} if main.result_media else {}
        marked = main.model_copy(update={"has_email": True, **due})
        if difference := main.difference(marked):
            transaction.update(reference, difference)


def _with_completion(guest: Guest, session: Session, now: int) -> tuple[Guest, dict[str, Any]]:
    """The guest after completing a session, and the fields that this changes."""
    entry = CompletedExperience(
        experience_id=session.experience_id, completed_at=now, session_id=session.id
    )
    entries = guest.completed_experiences
    if all(known.session_id != session.id for known in entries):
        entries = [*entries, entry]
    changes: dict[str, Any] = {}
    if session.is_visit:  # a preview leads its operator on, and leaves no trace
        changes["completedExperiences"] = [known.dump() for known in entries]
        if session.has_email and not guest.has_email:
            changes["hasEmail"] = True
    active = dict(guest.active_sessions)
    claim = active.get(session.claim)
    if claim and claim.session_id == session.id:
        del active[session.claim]
        changes[active_session_path(session.claim)] = DELETE_FIELD
    update = {"completed_experiences": entries, "active_sessions": active}
    return guest.model_copy(update=update), changes


def _next_phase(
    client: Client,
    transaction: Transaction,
    session: Session,
    guest: Guest,
    project: Project,
    request: CompleteSession,
) -> phases.NextPhase:
    """Where a guest goes from a completed session. At most one read."""
    experiences = project.config(session.config_source).experiences
    if session.phase is Phase.PREGATE:
        chosen = request.experience_id or experiences.only_main
        playable = find_playable(client, project.workspace_id, [chosen], transaction)
        return phases.before_main(guest, experiences, chosen, playable, replace=True)
    if session.phase is Phase.PRESHARE and session.main_session_id:
        return phases.after_main(guest, experiences, session.main_session_id, ())
    wanted = experiences.preshare
    preshare = wanted.experience_id if wanted and guest.needs(wanted) else None
    playable = find_playable(client, project.workspace_id, [preshare], transaction)
    return phases.after_main(guest, experiences, session.id, playable)

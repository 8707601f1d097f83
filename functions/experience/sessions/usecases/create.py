"""Beginning a session, once for each request id and for each experience that is active."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.errors import AlreadyExists, NotFound, PermissionDenied
from experience.guests.models import Guest, JoinedRequest, with_request
from experience.guests.store import guest_ref
from experience.ids import derived_id, fingerprint, new_id
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref, require_project
from experience.sessions import store
from experience.sessions.models.requests import CreateSession
from experience.sessions.models.session import Mode, Session
from experience.sessions.models.views import SessionWithSteps
from experience.sessions.usecases.admission import (
    ClaimedForAnother,
    admit,
    claim_fields,
    find_active_session,
    require_playable,
)
from experience.store import parse
from experience.workspaces import store as workspace_store
from experience.workspaces.models import Experience, ExperienceConfig, Role


def create_session(uid: str, request: CreateSession) -> SessionWithSteps:
    """The caller's active session of an experience, begun now if there is none.

    Three reads (project, guest, experience) and two writes; one read more for each of: a request
    id, a main session, an active session, a pregate that is still needed, an operator's role.
    """
    client = clients.firestore()

    def begin(other: str | None) -> tuple[Session, Experience | None]:
        return transactions.run_optimistic(
            client, lambda each: _begin(client, each, uid, request, other)
        )

    try:
        session, experience = begin(None)
    except ClaimedForAnother:
        # A guest with two visits open in two tabs. No query may run inside a transaction.
        found = store.find_active_preshares(
            client,
            request.project_id,
            uid,
            request.experience_id,
            str(request.main_session_id),
        )
        session, experience = begin(found[0].id if found else "")
    return SessionWithSteps.of(session, _config(client, session, experience))


def _config(client: Client, session: Session, experience: Experience | None) -> ExperienceConfig:
    """What the session is answered against, without a read where the transaction has seen it."""
    if experience and session.config_source == "draft":
        return experience.draft
    if experience and experience.published_version == session.experience_version:
        return experience.published or ExperienceConfig()
    return store.get_pinned_config(client, session)


def _begin(
    client: Client, transaction: Transaction, uid: str, request: CreateSession, other: str | None
) -> tuple[Session, Experience | None]:
    """Read, decide and write.

    `other` is None before a query was needed; then the id of the active session that it found, or
    "" for none.
    """
    session_id = _session_id(uid, request)
    project_reference = project_ref(client, request.project_id)
    guest_reference = guest_ref(client, request.project_id, uid)
    own = store.session_ref(client, request.project_id, session_id)
    main = store.session_ref(client, request.project_id, request.main_session_id or session_id)
    wanted = [project_reference, guest_reference]
    wanted += [own] if request.request_id else []
    wanted += [main] if request.main_session_id else []
    found = {each.reference.path: each for each in transactions.read(client, wanted, transaction)}

    project = require_project(client, parse(found[project_reference.path], Project))
    guest = parse(found[guest_reference.path], Guest)
    _require_mode(client, transaction, project, uid, request)
    if request.request_id:
        own_session = parse(found[own.path], Session)
        if earlier := _earlier(client, transaction, own_session, guest, request):
            return earlier, None
    guest, phase = admit(project, guest, request)
    if request.main_session_id:
        _require_main(parse(found[main.path], Session), uid, request.mode)
    experience = require_playable(client, transaction, project, guest, phase, request)
    now = clock.now_ms()
    if active := find_active_session(client, transaction, guest, phase, request, other):
        if request.request_id:
            joined = JoinedRequest(session_id=active.id, fingerprint=_fingerprint(request), at=now)
            requests = with_request(guest.requests, request.request_id, joined)
            shown = {request_id: each.dump() for request_id, each in requests.items()}
            transaction.update(guest_reference, {"requests": shown})
        return active, experience

    version = experience.published_version
    session = Session(
        id=session_id,
        project_id=project.id,
        workspace_id=project.workspace_id,
        event_id=request.event_id,
        experience_id=experience.id,
        experience_version=(version if request.config_source == "published" else None)
        or experience.draft_version,
        mode=request.mode,
        config_source=request.config_source,
        phase=phase,
        main_session_id=request.main_session_id,
        pregate_session_id=request.pregate_session_id,
        created_by=uid,
        request_fingerprint=_fingerprint(request) if request.request_id else None,
        created_at=now,
        updated_at=now,
    )
    claiming = claim_fields(guest, session, now)
    transaction.create(own, session.dump())
    transaction.update(guest_reference, claiming)
    return session, experience


def _session_id(uid: str, request: CreateSession) -> str:
    """The same for the same caller and request id, random without one."""
    if request.request_id is None:
        return new_id()
    return derived_id("session", uid, request.project_id, request.request_id)


def _fingerprint(request: CreateSession) -> str:
    return fingerprint(request.model_dump(mode="json"))


def _earlier(
    client: Client,
    transaction: Transaction,
    session: Session | None,
    guest: Guest | None,
    request: CreateSession,
) -> Session | None:
    """What this request id led to the first time. Raises AlreadyExists for another request."""
    joined = guest.requests.get(request.request_id or "") if guest else None
    if session is None and joined is None:
        return None
    # A guest may have written a session under this very id: it was made by no request.
    made_by = session.request_fingerprint if session else joined and joined.fingerprint
    if made_by != _fingerprint(request):
        raise AlreadyExists(
            "request_id_reused", "This requestId was used before, for another request."
        )
    if session is None and joined:
        return store.get_session(client, request.project_id, joined.session_id, transaction)
    return session


def _require_mode(
    client: Client, transaction: Transaction, project: Project, uid: str, request: CreateSession
) -> None:
    """Guests play what is published; the rest is for editors."""
    if request.mode is Mode.PREVIEW or request.config_source == "draft":
        role = workspace_store.find_role(client, project.workspace_id, uid, transaction)
        if role is None or not role.includes(Role.EDITOR):
            raise PermissionDenied(
                "role_required", "Previews and drafts are for editors.", required=Role.EDITOR
            )


def _require_main(main: Session | None, uid: str, mode: Mode) -> None:
    """Raise NotFound unless this is a main session of the caller, in the same mode."""
    if not main or (main.created_by, main.phase, main.mode) != (uid, Phase.MAIN, mode):
        raise NotFound("main session")

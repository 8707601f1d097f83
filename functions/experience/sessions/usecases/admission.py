"""Whether a session may begin: the guest, the phase, the experience, the active session."""

from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import config
from experience.errors import FailedPrecondition, InvalidArgument
from experience.guests.models import ActiveSession, Guest, next_rate
from experience.guests.store import active_session_path
from experience.guests.usecases import require_consent
from experience.projects.models import Phase, Project, ProjectConfig
from experience.projects.usecases.access import not_live, require_unarchived
from experience.sessions import store
from experience.sessions.models.requests import CreateSession
from experience.sessions.models.session import Mode, Session, claim_of
from experience.store import find
from experience.workspaces import store as workspace_store
from experience.workspaces.models import Experience


class ClaimedForAnother(Exception):  # noqa: N818  (control flow, not an error)
    """The guest's claim on this preshare is for another main session: a query is needed."""


def claim_fields(guest: Guest, session: Session, now: int) -> dict[str, Any]:
    """The fields by which a guest claims their new session. Raises ResourceExhausted."""
    rate = next_rate(guest.rates.get("sessions"), config.SESSIONS_PER_GUEST_AND_HOUR.value, now)
    claim = ActiveSession(session_id=session.id, main_session_id=session.main_session_id)
    return {active_session_path(session.claim): claim.dump(), "rates.sessions": rate.dump()}


def admit(project: Project, guest: Guest | None, request: CreateSession) -> tuple[Guest, Phase]:
    """The guest, if they may begin here, and the phase of the session. Raises the refusal."""
    if request.mode is Mode.GUEST and not project.is_live:
        raise not_live(project.status)
    require_unarchived(project.status)
    if guest is None:
        raise FailedPrecondition("guest_required", "Call ensureGuest for this project first.")
    if request.mode is Mode.GUEST:
        require_consent(project, guest)
    return guest, _phase(project.config(request.config_source), request)


def _phase(config: ProjectConfig, request: CreateSession) -> Phase:
    """Where the project has this experience. The links that the request names must fit it."""
    previewed = request.mode is Mode.PREVIEW
    phase = config.experiences.phase_of(request.experience_id, even_disabled=previewed)
    if phase is None:
        raise _unavailable("disabled")
    if phase is Phase.MAIN and request.main_session_id:
        raise InvalidArgument(("mainSessionId", "a main session has none"))
    if phase is Phase.PRESHARE and not request.main_session_id:
        raise InvalidArgument(("mainSessionId", "is required for a preshare"))
    if phase is not Phase.MAIN and request.pregate_session_id:
        raise InvalidArgument(("pregateSessionId", "is for main sessions only"))
    return phase


def require_playable(
    client: Client,
    transaction: Transaction,
    project: Project,
    guest: Guest,
    phase: Phase,
    request: CreateSession,
) -> Experience:
    """The experience, if it can be played now, and not before a pregate that is still needed."""
    pregate = project.config(request.config_source).experiences.pregate
    asks = request.mode is Mode.GUEST and phase is Phase.MAIN and guest.needs(pregate)
    gate = pregate.experience_id if pregate and asks else None
    ids = [request.experience_id, *([gate] if gate else [])]
    found = workspace_store.find_experiences(client, project.workspace_id, ids, transaction)
    experience = found.get(request.experience_id)
    if experience is None:
        raise _unavailable("missing")
    if experience.status != "active":
        raise _unavailable(experience.status)
    if request.config_source == "published" and experience.published_version is None:
        raise _unavailable("unpublished")
    if gate and gate in found and found[gate].is_playable:
        raise FailedPrecondition("pregate_required", "The pregate comes first.", experienceId=gate)
    return experience


def _unavailable(state: str) -> FailedPrecondition:
    return FailedPrecondition("experience_unavailable", f"This experience is {state}.", state=state)


def find_active_session(
    client: Client,
    transaction: Transaction,
    guest: Guest,
    phase: Phase,
    request: CreateSession,
    other: str | None,
) -> Session | None:
    """The session that is active already, for this experience and, for a preshare, main session."""
    name = claim_of(request.experience_id, request.mode, request.config_source)
    claim = guest.active_sessions.get(name)
    if claim is None:
        return None
    session_id = claim.session_id
    if phase is Phase.PRESHARE and claim.main_session_id != request.main_session_id:
        if other is None:
            raise ClaimedForAnother
        session_id = other
    if not session_id:
        return None
    reference = store.session_ref(client, request.project_id, session_id)
    session = find(client, reference, Session, transaction)
    return session if session and session.is_active else None

"""Where a guest goes next, asked from the welcome page or on the way out of a main session."""

from experience import clients, transactions
from experience.guests.models import GetNextPhase, NextPhase, after_main, before_main, welcome
from experience.guests.store import guest_ref, read_guest
from experience.projects.models import Phase
from experience.projects.store import existing as existing_project
from experience.projects.store import project_ref
from experience.projects.usecases import require_visitable
from experience.sessions import store
from experience.sessions.models import Session, SessionStatus
from experience.sessions.usecases import load_playable


def get_next_phase(uid: str, request: GetNextPhase) -> NextPhase:
    """The phase that the rules of the project lead this guest to.

    Two reads, one for a main session, and one for each experience that could be next. Whoever
    is no guest yet, and whoever names what leads nowhere, is sent to the welcome.
    """
    client = clients.firestore()
    wanted = [
        project_ref(client, request.project_id),
        guest_ref(client, request.project_id, uid),
    ]
    if request.main_session_id:
        wanted.append(store.session_ref(client, request.project_id, request.main_session_id))
    snapshots = transactions.read(client, wanted)
    project_data, guest_data, *rest = (transactions.fields(snapshot) for snapshot in snapshots)
    project = existing_project(project_data)
    require_visitable(client, project, uid)
    guest = read_guest(guest_data)
    experiences = (project.published_config or project.draft_config).experiences
    moving_on = request.main_session_id is not None
    if guest is None:
        return welcome(replace=moving_on)

    if moving_on:
        main = Session.load(rest[0]) if rest[0] else None
        if main is None or not _is_completed_main(main, uid):
            return welcome(replace=True)
        preshare = experiences.preshare
        needed = preshare.experience_id if preshare and guest.needs(preshare) else None
        playable = load_playable(client, project.workspace_id, [needed])
        return after_main(guest, experiences, main.id, playable)

    if request.experience_id is None:
        return welcome(replace=False)
    pregate = experiences.pregate
    gate = pregate.experience_id if pregate and guest.needs(pregate) else None
    playable = load_playable(client, project.workspace_id, [request.experience_id, gate])
    return before_main(guest, experiences, request.experience_id, playable, replace=False)


def _is_completed_main(session: Session, uid: str) -> bool:
    return (
        session.created_by == uid
        and session.phase is Phase.MAIN
        and session.status is SessionStatus.COMPLETED
    )

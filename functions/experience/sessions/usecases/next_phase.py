"""Where a guest goes next, asked from the welcome page or on the way out of a main session."""

from google.cloud.firestore import Client, Transaction

from experience import clients, logs, transactions
from experience.guests.models import Guest
from experience.guests.store import guest_ref
from experience.projects.models import Phase, Project
from experience.projects.store import project_ref, require_project
from experience.projects.usecases.access import require_visitable
from experience.sessions import store
from experience.sessions.models.phases import NextPhase, after_main, before_main, welcome
from experience.sessions.models.requests import GetNextPhase
from experience.sessions.models.session import Session, SessionStatus
from experience.store import parse
from experience.workspaces import store as workspace_store


def get_next_phase(uid: str, request: GetNextPhase) -> NextPhase:
    """The phase that the rules of the project lead this guest to.

    Two reads, one for a main session, and one for each experience that could be next. A
    visitor who is no guest yet, or who names something else, is sent to the welcome.
    """
    client = clients.firestore()
    wanted = [
        project_ref(client, request.project_id),
        guest_ref(client, request.project_id, uid),
    ]
    if request.main_session_id:
        wanted.append(store.session_ref(client, request.project_id, request.main_session_id))
    snapshots = transactions.read(client, wanted)
    project = require_project(client, parse(snapshots[0], Project))
    require_visitable(client, project, uid)
    guest = parse(snapshots[1], Guest)
    experiences = (project.published_config or project.draft_config).experiences
    moving_on = request.main_session_id is not None
    if guest is None:
        return welcome(replace=moving_on)

    if moving_on:
        main = parse(snapshots[2], Session)
        if main is None or not _is_completed_main(main, uid):
            return welcome(replace=True)
        preshare = experiences.preshare
        needed = preshare.experience_id if preshare and guest.needs(preshare) else None
        playable = find_playable(client, project.workspace_id, [needed])
        return after_main(guest, experiences, main.id, playable)

    if request.experience_id is None:
        return welcome(replace=False)
    pregate = experiences.pregate
    gate = pregate.experience_id if pregate and guest.needs(pregate) else None
    playable = find_playable(client, project.workspace_id, [request.experience_id, gate])
    return before_main(guest, experiences, request.experience_id, playable, replace=False)


def find_playable(
    client: Client,
    workspace_id: str,
    experience_ids: list[str | None],
    transaction: Transaction | None = None,
) -> set[str]:
    """Those of these experiences that a guest can be led into; one read each.

    The others are passed over, and an operator finds them in the log.
    """
    wanted = [each for each in experience_ids if each]
    found = workspace_store.find_experiences(client, workspace_id, wanted, transaction)
    playable = {each for each in wanted if each in found and found[each].is_playable}
    for skipped in set(wanted) - playable:
        logs.warning("experience skipped", workspace=workspace_id, experience=skipped)
    return playable


def _is_completed_main(session: Session, uid: str) -> bool:
    return (
        session.created_by == uid
        and session.phase is Phase.MAIN
        and session.status is SessionStatus.COMPLETED
    )

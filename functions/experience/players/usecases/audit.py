"""Whether a player's progress is what the log of their events says."""

from collections.abc import Iterator

from google.cloud.firestore import Client, DocumentReference

from experience import clients, transactions
from experience.errors import Contention
from experience.players import store
from experience.players.models.audit import AuditProgress, History, ProgressAudit
from experience.players.models.effects import Arrival
from experience.players.models.event import ProgressEvent
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.players.usecases import access
from experience.store import find, parse, parse_versioned, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

PAGE_SIZE = 1000
MAX_READINGS = 5


def audit_progress(uid: str, request: AuditProgress) -> ProgressAudit:
    """Recompute a player's progress from the log, and report each drift: there is none.

    Reads the member, the profile, the progress twice and every event of the log once, of those whom
    the player took over each progress and every event too, and all of it again if the player does
    something meanwhile; writes nothing. Raises NotFound, PermissionDenied `role_required` and
    Contention.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    own = _progress_of(client, request, request.player_id)
    for _ in range(MAX_READINGS):
        [before] = transactions.read(client, [own])
        progress = require(parse_versioned(before, ExperienceProgress), what="progress").value
        history = _history(client, request, progress)
        [after] = transactions.read(client, [own])
        if after.update_time == before.update_time:
            return history.audit()
    raise Contention


def _progress_of(client: Client, request: AuditProgress, uid: str) -> DocumentReference:
    return store.progress_ref(client, uid, request.workspace_id, request.experience_id)


def _history(client: Client, request: AuditProgress, own: ExperienceProgress) -> History:
    """What is stored of the player, and of all who became a part of them, one after the other.

    Nothing is written to a progress that was taken over, so that of the account alone tells whether
    another one was meanwhile.
    """
    profile = find(client, store.player_ref(client, request.player_id), PlayerProfile)
    family = profile.merged_from if profile else []
    wanted = [_progress_of(client, request, each) for each in family]
    found = transactions.read(client, wanted) if wanted else []
    stored = {
        uid: progress
        for uid, snapshot in zip(family, found, strict=True)
        if (progress := parse(snapshot, ExperienceProgress))
    }

    def history(uid: str, progress: ExperienceProgress) -> History:
        kept = progress.model_copy(update={"experience_id": request.experience_id})
        return History(
            uid=uid,
            experience_id=request.experience_id,
            stored=progress,
            rules=access.rules_of(client, kept),
            log=list(_log(_progress_of(client, request, uid))),
            taken=[history(*each) for each in stored.items() if each[1].merged_into == uid],
        )

    return history(request.player_id, own)


def _log(progress: DocumentReference) -> Iterator[Arrival]:
    """Every event of the log, a page at a time, in the order of their ids."""
    events = progress.collection("progressEvents").order_by("__name__").limit(PAGE_SIZE)
    last = None
    while True:
        page = list((events.start_after({"__name__": last}) if last else events).stream())
        for snapshot in page:
            yield Arrival(snapshot.id, ProgressEvent.load(snapshot.to_dict() or {}))
        if len(page) < PAGE_SIZE:
            return
        last = page[-1].reference

"""Whether a player's progress is what the log of their events says."""

from collections.abc import Iterator

from google.cloud.firestore import DocumentReference

from experience import clients, transactions
from experience.errors import Contention
from experience.players import store
from experience.players.models.audit import AuditProgress, ProgressAudit, drifts_of
from experience.players.models.effects import Arrival
from experience.players.models.event import ProgressEvent
from experience.players.models.progress import ExperienceProgress
from experience.players.usecases import access
from experience.store import parse_versioned, require
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

PAGE_SIZE = 1000
MAX_READINGS = 5


def audit_progress(uid: str, request: AuditProgress) -> ProgressAudit:
    """Recompute a player's progress from the log, and report each drift: there is none.

    Reads the member, the progress twice and every event of the log once, again if the player does
    something meanwhile; writes nothing. Raises NotFound, PermissionDenied `role_required` and
    Contention.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    own = store.progress_ref(client, request.player_id, request.workspace_id, request.experience_id)
    for _ in range(MAX_READINGS):
        [before] = transactions.read(client, [own])
        progress = require(parse_versioned(before, ExperienceProgress), what="progress").value
        log = list(_log(own))
        [after] = transactions.read(client, [own])
        if after.update_time == before.update_time:
            rules = access.rules_of(client, progress)
            return ProgressAudit(events=len(log), drifts=drifts_of(progress, rules, log))
    raise Contention


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

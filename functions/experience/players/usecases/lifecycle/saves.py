"""Free saves of a game: ten slots for each player and experience."""

import json

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import VersionConflict
from experience.players import store
from experience.players.models.lifecycle.own import GetState, SavedState, SavedStateView, SaveState
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.players.usecases import access
from experience.players.usecases.lifecycle.gate import require_writable
from experience.store import get, parse, require


def save_state(uid: str, request: SaveState) -> SavedStateView:
    """What is saved in the slot now. Three reads, at most one write.

    Raises NotFound before the caller has begun the experience, FailedPrecondition
    `experience_unavailable` where that was deleted, `player_erased` or `player_merged`, and
    VersionConflict with the current version, 0 for an empty slot. The same data once more changes
    nothing, so that a repeat with the version before is no conflict.
    """
    client = clients.firestore()
    access.require_kept(client, request.workspace_id, request.experience_id)
    progress = store.progress_ref(client, uid, request.workspace_id, request.experience_id)
    reference = store.save_ref(progress, str(request.slot))
    data = json.dumps(request.data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def body(transaction: Transaction) -> SavedStateView:
        wanted = [store.player_ref(client, uid), progress, reference]
        player, experience, saved = transactions.read(client, wanted, transaction)
        require_writable(client, uid, parse(player, PlayerProfile), transaction)
        require(parse(experience, ExperienceProgress), what="progress")
        stored = parse(saved, SavedState)
        current = stored.version if stored else 0
        if stored and stored.data == data and request.expected_version in (
            None, current - 1, current,
        ):  # fmt: skip
            return SavedStateView.of(request.slot, stored)
        if request.expected_version not in (None, current):
            raise VersionConflict(current)
        now = clock.now_ms()
        changed = SavedState(
            data=data,
            version=current + 1,
            created_at=stored.created_at if stored else now,
            updated_at=now,
        )
        transaction.set(reference, changed.dump())
        return SavedStateView.of(request.slot, changed)

    return transactions.run(client, body)


def get_state(uid: str, request: GetState) -> SavedStateView:
    """What the caller saved in the slot. One read. NotFound."""
    client = clients.firestore()
    access.require_kept_workspace(client, request.workspace_id)
    progress = store.progress_ref(client, uid, request.workspace_id, request.experience_id)
    reference = store.save_ref(progress, str(request.slot))
    found = get(client, reference, SavedState, what="save")
    return SavedStateView.of(request.slot, found)

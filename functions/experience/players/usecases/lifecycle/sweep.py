"""Finishing erasures and merges that were broken off, and deleting old exports."""

from google.cloud.firestore import FieldFilter

from experience import clients, sweeps
from experience.players.models.lifecycle.erasure import PlayerTombstone
from experience.players.usecases.lifecycle import erase, export, merge

ERASE_MS = 600_000


def sweep_players(
    milliseconds: int = sweeps.LONG_RUN_MS, rest: sweeps.Rest | None = None
) -> dict[str, int]:
    """Finish what a call could not, and delete exports of yesterday; how many of each.

    As `sweeps.run` with two queries that mostly find nothing, and a listing of the exports. Safe to
    repeat, and to run twice at once: what fails is logged and stays for the next run.
    """
    client = clients.firestore()

    def finish_erasure(found: sweeps.Found) -> int:
        tombstone = PlayerTombstone.load(found.to_dict() or {})
        own = (tombstone.pending or [])[:1]  # the player's own; the others follow
        for uid in own:
            erase.erase(client, uid, min(ERASE_MS, milliseconds), even_if_merged=True)
        return len(own)

    def finish_merge(found: sweeps.Found) -> bool:
        merge.finish(client, str(found.get("mergedInto")), found.id)
        return True

    pending = client.collection("playerTombstones").where(
        filter=FieldFilter("status", "==", "pending")
    )
    merging = client.collection("players").where(filter=FieldFilter("mergePending", "==", True))
    exports = export.delete_old_exports()
    done = sweeps.run(
        "sweepPlayers",
        sweeps.Part("erasures", pending.order_by("__name__"), finish_erasure, ("__name__",)),
        sweeps.Part("merges", merging.order_by("__name__"), finish_merge, ("__name__",)),
        milliseconds=milliseconds,
        rest=rest,
        is_daily=True,
        also={"exports": exports},
    )
    return {kind: done[kind] for kind in ("erasures", "merges", "exports")}

"""Finishing erasures and merges that were broken off, and deleting old exports."""

from google.cloud.firestore import FieldFilter

from experience import clients, logs, sweeps
from experience.players.models.lifecycle.erasure import PlayerTombstone
from experience.players.usecases.lifecycle import erase, export, merge

ERASE_MS = 600_000


def sweep_players() -> dict[str, int]:
    """Finish what a call could not, and delete exports of yesterday; how many of each.

    Two queries that mostly find nothing, and a listing of the exports. Safe to repeat, and to run
    twice at once: what fails is logged and stays for the next run.
    """
    client = clients.firestore()
    done = {"erasures": 0, "merges": 0, "exports": 0}
    pending = FieldFilter("status", "==", "pending")
    for found in list(client.collection("playerTombstones").where(filter=pending).stream()):
        with sweeps.logging_failure(found):
            tombstone = PlayerTombstone.load(found.to_dict() or {})
            for uid in (tombstone.pending or [])[:1]:  # the player's own; the others follow
                erase.erase(client, uid, ERASE_MS, even_if_merged=True)
                done["erasures"] += 1
    merging = FieldFilter("mergePending", "==", True)
    for found in list(client.collection("players").where(filter=merging).stream()):
        with sweeps.logging_failure(found):
            merge.finish(client, str(found.get("mergedInto")), found.id)
            done["merges"] += 1
    done["exports"] = export.delete_old_exports()
    if any(done.values()):
        logs.info("players", **done)
    return done

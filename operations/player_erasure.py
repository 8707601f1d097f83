"""Erasing again whom a restored backup has brought back."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator

from google.cloud.firestore import Client

from experience import clock, storage
from experience.players.models.lifecycle.erasure import PlayerTombstone
from experience.players.store import player_hash
from experience.players.usecases.lifecycle.erase import erase, erasure_path

MAX_MS = 10 * 60_000
MAX_BATCH = 500


def reapply_erasures(client: Client, bucket: str) -> tuple[int, int]:
    """How many erasures the bucket remembers, and how many players it had to erase again.

    Each erasure left an object named by the hash of the uid. The tombstones are written first, so
    that nobody comes back while it works; then each player of the database is held against the
    hashes, also those of whom only documents below are left. One read for each player. Safe to
    repeat. Raises Contention.
    """
    os.environ["GCLOUD_PROJECT"] = client.project
    os.environ["FIREBASE_CONFIG"] = json.dumps({"storageBucket": bucket})
    erased = dict(_remembered())
    _write_tombstones(client, erased)
    found = 0
    with contextlib.redirect_stdout(sys.stderr):  # the functions' log
        for player in client.collection("players").list_documents():
            if player_hash(player.id) in erased:
                erase(client, player.id, MAX_MS, even_if_merged=True)
                found += 1
    return len(erased), found


def _remembered() -> Iterator[tuple[str, int]]:
    """The hash of each erased uid, and when it was erased (Unix ms)."""
    folder = erasure_path("")
    for blob in storage.bucket().list_blobs(prefix=folder, retry=storage.retry()):
        yield blob.name.removeprefix(folder), int(blob.time_created.timestamp() * 1000)


def _write_tombstones(client: Client, erased: dict[str, int]) -> None:
    """A tombstone for each of them, where the backup has none."""
    hashes = list(erased)
    for start in range(0, len(hashes), MAX_BATCH):
        references = [
            client.document("playerTombstones", each) for each in hashes[start : start + MAX_BATCH]
        ]
        batch = client.batch()
        for snapshot in client.get_all(references):
            if not snapshot.exists:
                erased_at = min(erased[snapshot.id], clock.now_ms())
                batch.set(snapshot.reference, PlayerTombstone(erased_at=erased_at).dump())
        batch.commit()

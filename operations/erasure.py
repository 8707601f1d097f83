"""Erasing a guest from a terminal, as `eraseGuest` does for the guest and for admins."""

import contextlib
import json
import os
import sys

from google.cloud.firestore import Client

from experience.errors import Contention
from experience.retention.models import Erasure
from experience.retention.usecases import erase

__all__ = ["Contention", "erase_guest"]

MAX_MS = 10 * 60_000


def erase_guest(client: Client, bucket: str, project_id: str, guest_id: str) -> Erasure:
    """Erase a guest of one of the runtime's projects, and verify it. Raises Contention."""
    # What the Firebase runtime tells the functions.
    os.environ["GCLOUD_PROJECT"] = client.project
    os.environ["FIREBASE_CONFIG"] = json.dumps({"storageBucket": bucket})
    with contextlib.redirect_stdout(sys.stderr):  # the functions' log
        return erase.erase(client, project_id, guest_id, MAX_MS)

"""Erasing a guest from a terminal, as `eraseGuest` does for the guest and for admins."""

import contextlib
import json
import os
import sys

from google.cloud.firestore import Client

from experience import storage
from experience.errors import Contention
from experience.media.models import bucket_in
from experience.retention import store
from experience.retention.models import Erasure
from experience.retention.usecases import erase

__all__ = ["Contention", "WrongBucketError", "erase_guest"]

MAX_MS = 10 * 60_000


class WrongBucketError(Exception):
    """The guest's photos are in the bucket of this name, which is another one."""


def erase_guest(client: Client, bucket: str, project_id: str, guest_id: str) -> Erasure:
    """Erase a guest of one of the runtime's projects, and verify it. Raises Contention.

    Nothing is deleted before the bucket has been found right: the documents alone say which photos
    are the guest's. Raises WrongBucketError, and NotFound of the storage's client.
    """
    # What the Firebase runtime tells the functions.
    os.environ["GCLOUD_PROJECT"] = client.project
    os.environ["FIREBASE_CONFIG"] = json.dumps({"storageBucket": bucket})
    next(iter(storage.bucket().list_blobs(max_results=1)), None)
    for other in _buckets_of(client, project_id, guest_id) - {bucket}:
        raise WrongBucketError(other)
    with contextlib.redirect_stdout(sys.stderr):  # the functions' log
        return erase.erase(client, project_id, guest_id, MAX_MS)


def _buckets_of(client: Client, project_id: str, guest_id: str) -> set[str]:
    """The buckets that the addresses of a guest's photos and pictures name."""
    found: set[str] = set()
    for session in store.query_sessions_of(client, project_id, guest_id).stream():
        fields = session.to_dict()
        media = [*(fields.get("capturedMedia") or []), fields.get("resultMedia") or {}]
        found |= {bucket_in(each["url"]) for each in media if each.get("url")}
    return found

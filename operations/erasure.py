"""Erasing a guest from a terminal, as `eraseGuest` does for the guest and for admins."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client

from experience import storage
from experience.errors import Contention
from experience.media.models import bucket_in
from experience.retention import store
from experience.retention.models import Erasure
from experience.retention.usecases import erase

__all__ = ["Contention", "Visited", "WrongBucketError", "erase_guest"]

MAX_MS = 10 * 60_000


class WrongBucketError(Exception):
    """The guest's photos are in the bucket of this name, which is another one."""


@dataclass(frozen=True)
class Visited:
    """The project or the event that a guest visited."""

    id: str
    is_event: bool = False


def erase_guest(client: Client, bucket: str, visited: Visited, guest_id: str) -> Erasure:
    """Erase a guest of a project or an event, and verify it. Raises Contention.

    Nothing is deleted before the bucket has been found right: the documents alone say which photos
    are the guest's. Raises WrongBucketError, and NotFound of the storage's client.
    """
    # What the Firebase runtime tells the functions.
    os.environ["GCLOUD_PROJECT"] = client.project
    os.environ["FIREBASE_CONFIG"] = json.dumps({"storageBucket": bucket})
    next(iter(storage.bucket().list_blobs(max_results=1)), None)
    for other in _buckets_of(client, visited, guest_id) - {bucket}:
        raise WrongBucketError(other)
    erase_all = erase.erase_from_event if visited.is_event else erase.erase
    with contextlib.redirect_stdout(sys.stderr):  # the functions' log
        return erase_all(client, visited.id, guest_id, MAX_MS)


def _buckets_of(client: Client, visited: Visited, guest_id: str) -> set[str]:
    """The buckets that the addresses of a guest's photos and pictures name."""
    query = store.query_event_sessions_of if visited.is_event else store.query_sessions_of
    urls = _urls_in_event_session if visited.is_event else _urls_in_session
    sessions = query(client, visited.id, guest_id).stream()
    return {bucket_in(url) for each in sessions for url in urls(each.to_dict())}


def _urls_in_session(fields: dict[str, Any]) -> Iterator[str]:
    for each in (*(fields.get("capturedMedia") or []), fields.get("resultMedia") or {}):
        if each.get("url"):
            yield each["url"]


def _urls_in_event_session(fields: dict[str, Any]) -> Iterator[str]:
    held = (fields.get("data") or {}).values()
    photos = [each["url"] for each in held if isinstance(each, dict) and each.get("url")]
    for url in (*photos, fields.get("resultImagePath") or ""):
        if "/o/" in url:  # what an older client stored may be of another form, without a bucket
            yield url

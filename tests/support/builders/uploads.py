"""Guests who upload photos and videos, as their phones do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from google.cloud import firestore

from emulator.demo.client import Client
from experience.ids import new_id
from experience.media.store import objects
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_photo
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import Venue

SignIn = Callable[[str | None], Client]

PHOTO = a_photo()


@dataclass(frozen=True)
class UploadingGuest:
    """A guest with an active session at a booth of two captures and a question."""

    client: Client
    db: firestore.Client
    venue: Venue
    uid: str
    session: str

    def create(self, content_type: str = "image/jpeg", size: int = len(PHOTO), **ids: str) -> Any:
        sent = {"contentType": content_type, "sizeBytes": size}
        return self.client.call("createUpload", **self._ids() | sent | ids)

    def upload(self, data: bytes = PHOTO, content_type: str = "image/jpeg", **ids: str) -> str:
        """The asset id of bytes that were uploaded under this type."""
        upload = self.create(content_type, len(data), **ids)
        self.client.upload(upload, data).raise_for_status()
        return str(upload["assetId"])

    def confirm(self, asset: str, **ids: str) -> Any:
        return self.client.call("confirmUpload", **self._ids() | {"assetId": asset} | ids)

    def put_there(self, data: bytes, content_type: str) -> str:
        """The asset id of an object that no signed URL would have let through."""
        asset = new_id()
        objects.write_once(self.path_of(asset), data, content_type)
        return asset

    def path_of(self, asset: str) -> str:
        return objects.input_path(self.venue.project, self.session, "photo", asset)

    def download(self, asset: str) -> requests.Response:
        ids = {"projectId": self.venue.project, "sessionId": self.session}
        return get(self.client.call("getDownloadUrl", **ids, assetId=asset)["url"])

    def stored(self) -> dict[str, Any]:
        return stored_session(self.db, self.venue.project, self.session)

    def end(self, status: str) -> None:
        session_ref(self.db, self.venue.project, self.session).update({"status": status})

    def _ids(self) -> dict[str, Any]:
        project = self.venue.project
        return {"projectId": project, "sessionId": self.session, "stepId": "photo"}


def another(db: firestore.Client, booth: Venue, signed_in: SignIn) -> UploadingGuest:
    uid = a_guest(db, booth.project)
    session = a_session(db, booth.project, uid, booth.main, workspaceId=booth.workspace)
    return UploadingGuest(signed_in(uid), db, booth, uid, session)


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=10)

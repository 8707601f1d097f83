"""Uploads: where a client sends a file, and the ones that nobody confirmed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experience import clock, config, storage
from experience.media.models import SignedUpload, Upload
from experience.media.store.download_urls import changes
from experience.media.store.objects import (
    CONFIRMED,
    SUSPENDED,
    TOKENS,
    list_pages,
)
from experience.storage import retry, signed_url

if TYPE_CHECKING:
    from google.cloud.storage import Blob


def signed_upload(path: str, content_type: str, size_bytes: int, asset_id: str) -> Upload:
    """A V4 signed PUT that takes this type, at most this size, and only once."""
    signed = signed_put(path, content_type, size_bytes)
    return Upload(asset_id=asset_id, **dict(signed))


def signed_put(path: str, content_type: str, size_bytes: int, generation: int = 0) -> SignedUpload:
    """A V4 signed PUT that takes this type and at most this size, in place of this generation.

    https://cloud.google.com/storage/docs/xml-api/reference-headers. Under the Firebase CLI's
    emulator it is a resumable upload, which takes a PUT too: it has no other route for one.
    """
    headers = {
        "content-type": content_type,
        "x-goog-content-length-range": f"1,{size_bytes}",
        "x-goog-if-generation-match": str(generation),
    }
    seconds = config.UPLOAD_URL_SECONDS.value
    # Signing adds a Host to the headers that it gets.
    if storage.is_cli_emulator():
        blob = storage.bucket().blob(path)
        url = blob.create_resumable_upload_session(content_type=content_type, retry=retry())
    else:
        url = signed_url(path, "PUT", seconds, headers=dict(headers))
    expires_at = clock.now_ms() + seconds * 1000
    return SignedUpload(path=path, url=url, headers=headers, expires_at=expires_at)


def resumable_upload(
    path: str, content_type: str, size_bytes: int, asset_id: str, origin: str | None
) -> Upload:
    """A resumable upload of exactly this size, begun by the server for a page of this origin."""
    blob = storage.bucket().blob(path)
    url = blob.create_resumable_upload_session(
        content_type=content_type,
        size=size_bytes,
        origin=origin,
        if_generation_match=0,
        retry=retry(),
    )
    return Upload(
        asset_id=asset_id,
        path=path,
        url=url,
        headers={"content-type": content_type},
        # The service keeps an unfinished session for a week.
        expires_at=clock.now_ms() + 7 * 24 * 3600 * 1000,
    )


@dataclass(frozen=True)
class Listed:
    """An object of a guest's, as a listing shows it. Times are in Unix milliseconds."""

    blob: "Blob"
    session_id: str
    created_at: int
    updated_at: int

    @property
    def parent(self) -> str:
        """The path of the project or event that it belongs to."""
        raise NotImplementedError

    @property
    def has_urls(self) -> bool:
        """Whether it has a download URL, which may be suspended."""
        return bool({TOKENS, SUSPENDED} & (self.blob.metadata or {}).keys())

    def is_due(self, *, is_open: bool) -> bool:
        """Whether its URLs are not as they must be in a project that is open, or is not."""
        return bool(changes(self.blob.metadata or {}, is_open=is_open))


@dataclass(frozen=True)
class ListedObject(Listed):
    """An object of a session of a project."""

    path: str
    project_id: str
    is_unconfirmed: bool
    """Whether it is an upload that was never confirmed, or that a retake replaced."""

    @property
    def asset_id(self) -> str:
        """Of an upload."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The path of its project."""
        return f"projects/{self.project_id}"


def list_objects(project: str, since: int, until: int) -> Iterator[tuple[list[ListedObject], int]]:
    """The objects of a project's sessions in a range, and the position that was reached.

    `project`: its path. In pages; one request for a thousand objects. Positions are those of
    `storage.position_of` of the session's id.
    """
    folder = f"{project}/sessions/"
    for blobs, reached in _list_range(folder, since, until):
        yield [each for blob in blobs if (each := _listed_object(blob))], reached


def _list_range(folder: str, since: int, until: int) -> "Iterator[tuple[list[Blob], int]]":
    before = storage.name_at(until + 1)
    for blobs in list_pages(
        folder, folder + storage.name_at(since), folder + before if before else ""
    ):
        yield blobs, storage.position_of(str(blobs[-1].name).removeprefix(folder))


def _listed_object(blob: "Blob") -> ListedObject | None:
    match blob.name.split("/"):
        case ["projects", project_id, "sessions", session_id, folder, *_]:
            marks = {TOKENS, SUSPENDED, CONFIRMED} & (blob.metadata or {}).keys()
            return ListedObject(
                blob=blob,
                path=blob.name,
                project_id=project_id,
                session_id=session_id,
                created_at=int(blob.time_created.timestamp() * 1000),
                updated_at=int(blob.updated.timestamp() * 1000),
                is_unconfirmed=folder == "inputs" and not marks,
            )
    return None


@dataclass(frozen=True)
class ListedEventObject(Listed):
    """A photo or a picture of a session of an event."""

    event_id: str
    generation: int
    is_unconfirmed: bool
    """Whether it is an upload that was never saved."""

    @property
    def parent(self) -> str:
        """The path of its event."""
        return f"events/{self.event_id}"


def list_event_objects(
    parent: str, since: int, until: int
) -> Iterator[tuple[list[ListedEventObject], int]]:
    """The photos or pictures of an event's sessions in a range, and the position that was reached.

    `parent`: their folder, such as `captures/e`. As `list_objects`.
    """
    for blobs, reached in _list_range(f"{parent}/", since, until):
        yield [each for blob in blobs if (each := _listed_event_object(blob))], reached


def _listed_event_object(blob: "Blob") -> ListedEventObject | None:
    match blob.name.split("/"):
        case [_, event_id, session_id, _]:
            return ListedEventObject(
                blob=blob,
                event_id=event_id,
                session_id=session_id,
                generation=int(blob.generation),
                created_at=int(blob.time_created.timestamp() * 1000),
                updated_at=int(blob.updated.timestamp() * 1000),
                is_unconfirmed=not {TOKENS, SUSPENDED} & (blob.metadata or {}).keys(),
            )
    return None


def delete_unchanged(found: Iterable[Listed]) -> int:
    """Delete objects, but none that somebody confirms or replaces at this moment."""
    return storage.delete_objects((each.blob for each in found), if_unchanged=True)

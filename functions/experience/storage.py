"""The bucket: access to it, how long a failing storage is retried, signed URLs, and batches."""

import functools
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import google.auth
import google.auth.credentials

from experience.clients import project_id

if TYPE_CHECKING:
    import requests
    from google.api_core.retry import Retry
    from google.cloud.storage import Blob, Bucket

T = TypeVar("T")


_making = threading.Lock()


def bucket() -> "Bucket":
    """The project's default bucket. All threads have the same: a batch holds its client's calls."""
    with _making:
        return made_bucket()


@functools.cache
def made_bucket() -> "Bucket":
    """The bucket on a new client, unless there is one. From one thread."""
    # Left to itself the client asks for the bucket's metadata, for traces that nobody collects:
    # a billed request, and a permission that the runtime does not need otherwise.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    from google.cloud import storage  # heavy, and most functions never touch an object

    session = _cli_session() if is_cli_emulator() else None
    made: Bucket = storage.Client(project=project_id(), _http=session).bucket(bucket_name())
    return made


def _cli_session() -> "requests.Session":
    """Asks the Firebase CLI's emulator at `/b/`, where it can change metadata and copy too.

    At `/storage/v1/b/`, which the client knows, it reads, lists and deletes only.
    https://github.com/firebase/firebase-tools, src/emulator/storage/apis/gcloud.ts
    """
    import requests

    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
            path = urlsplit(request.url or "").path
            if request.url and path.startswith("/storage/v1/b/"):
                request.url = request.url.replace("/storage/v1/b/", "/b/", 1)
            return super().send(request, **options)

    session = requests.Session()
    session.mount("http://", Adapter())
    return session


def bucket_name() -> str:
    """The name of the default bucket, from FIREBASE_CONFIG, which the Firebase runtime sets."""
    configured = json.loads(os.environ.get("FIREBASE_CONFIG") or "{}")
    return str(configured.get("storageBucket") or f"{project_id()}.appspot.com")


@functools.cache
def signer() -> google.auth.credentials.Signing:
    """What signs URLs: the key file where there is one, else the service account through IAM.

    Locally the suite makes a key and names it in GOOGLE_APPLICATION_CREDENTIALS. In production
    the runtime's account holds no key, and `iam.serviceAccounts.signBlob` signs in its name.
    """
    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    if isinstance(credentials, google.auth.credentials.Signing):
        return credentials
    return _iam_signer(credentials)


def _iam_signer(credentials: Any) -> google.auth.credentials.Signing:
    import google.auth.iam
    from google.auth.transport.requests import Request
    from google.oauth2 import service_account

    request = Request()
    credentials.refresh(request)  # on Cloud Run this sets the account's own address
    address = credentials.service_account_email
    return service_account.Credentials(
        google.auth.iam.Signer(request, credentials, address),
        address,
        "https://oauth2.googleapis.com/token",
    )


def storage_endpoint() -> str:
    """Where signed URLs point."""
    return emulator_url() or "https://storage.googleapis.com"


def download_endpoint() -> str:
    """Where Firebase's download-token URLs point."""
    return emulator_url() or "https://firebasestorage.googleapis.com"


def emulator_url() -> str | None:
    """Where pages reach the emulator, which may be another address than this process uses."""
    return os.environ.get("STORAGE_PUBLIC_URL") or os.environ.get("STORAGE_EMULATOR_HOST")


def is_cli_emulator() -> bool:
    """Whether the storage is the Firebase CLI's emulator, which alone sets this variable.

    It verifies no signature, and takes no PUT to an object's own address and no batch.
    """
    return "FIREBASE_STORAGE_EMULATOR_HOST" in os.environ


RETRY_SECONDS = 10
"""How long a storage that fails is asked again. The client's own two minutes outlast a guest's
patience and a worker's lease; past this a callable's caller or the task queue tries again."""


def retry() -> "Retry":
    """How long a storage that fails is asked again."""
    from google.cloud.storage.retry import DEFAULT_RETRY  # heavy, like the client that it is for

    return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)


def signed_url(path: str, method: str, seconds: int, **options: Any) -> str:
    """A V4 signed URL of an object. Under the CLI's emulator it needs no signature."""
    if is_cli_emulator():
        return f"{storage_endpoint()}/{bucket_name()}/{quote(path)}"
    url: str = (
        bucket()
        .blob(path)
        .generate_signed_url(
            version="v4",
            method=method,
            expiration=timedelta(seconds=seconds),
            credentials=signer(),
            api_access_endpoint=storage_endpoint(),
            **options,
        )
    )
    return url


MAX_BATCH = 100
"""Calls of one batch request. https://cloud.google.com/storage/docs/batch"""
MAX_BATCHES = 8
"""How many batch requests are sent side by side."""


def delete_objects(blobs: "Iterable[Blob]", *, if_unchanged: bool = False) -> int:
    """Delete objects as they were listed, and return how many of them were there.

    `if_unchanged`: only those that nobody has written to since. A hundred are one request, and
    eight requests are sent side by side. What fails is raised after all others are deleted. Safe
    to repeat.
    """

    def delete(blob: "Blob") -> None:
        seen = (blob.generation, blob.metageneration) if if_unchanged else (None, None)
        blob.delete(if_generation_match=seen[0], if_metageneration_match=seen[1], retry=None)

    return sum(status < 300 for status in _send_batches(delete, list(blobs)))


def list_folders(prefix: str) -> Iterator[str]:
    """The folders right below a folder, with the slash at their end. One request for a thousand."""
    listed = bucket().list_blobs(
        prefix=prefix, delimiter="/", fields="prefixes,nextPageToken", retry=retry()
    )
    for page in listed.pages:
        yield from sorted(page.prefixes)


DIGITS, FIRST_DIGIT, MAX_DIGITS = 96, 0x20, 4
LAST_POSITION = DIGITS**MAX_DIGITS - 1


def position_of(name: str) -> int:
    """Where a name stands in the order of names, by its first letters: what a range is made of."""
    digits = [min(max(ord(each) - FIRST_DIGIT, 0), DIGITS - 1) for each in name[:MAX_DIGITS]]
    position = 0
    for digit in digits + [0] * (MAX_DIGITS - len(digits)):
        position = position * DIGITS + digit
    return position


def name_at(position: int) -> str:
    """The first name of a position; none, which is after all others, past the last position."""
    name = ""
    for _ in range(MAX_DIGITS if position <= LAST_POSITION else 0):
        position, digit = divmod(position, DIGITS)
        name = chr(FIRST_DIGIT + digit) + name
    return name.rstrip()


def delete_older(prefix: str, before: int) -> int:
    """Delete the objects below a folder that were made until then; how many.

    `before` is in Unix milliseconds. One request for a thousand.
    """
    listed = bucket().list_blobs(prefix=prefix, retry=retry())
    return delete_objects(
        [each for each in listed if each.time_created.timestamp() * 1000 <= before]
    )


def change_metadata(changes: "Sequence[tuple[Blob, Mapping[str, str | None]]]") -> "list[Blob]":
    """Change keys of the metadata of objects as they were listed; None removes a key.

    In batches, as `delete_objects`. Returns the objects that somebody has written to since, which
    stay as they are. An object that is gone is passed over. Safe to repeat.
    """

    def change(each: "tuple[Blob, Mapping[str, str | None]]") -> None:
        blob, metadata = each
        changed = blob.bucket.blob(blob.name)  # of its own, because it becomes what is answered
        changed.metadata = metadata
        changed.patch(
            if_generation_match=blob.generation,
            if_metageneration_match=blob.metageneration,
            retry=None,
        )

    statuses = _send_batches(change, changes)
    return [blob for (blob, _), status in zip(changes, statuses, strict=True) if status == 412]


def _send_batches(call: Callable[[T], None], items: Sequence[T]) -> list[int]:
    """Make a call for each item, and return the status of each, in order."""
    if is_cli_emulator():
        return [_send_alone(call, item) for item in items]
    batches = [items[start : start + MAX_BATCH] for start in range(0, len(items), MAX_BATCH)]
    if len(batches) == 1:
        return _send_batch(call, batches[0])
    with ThreadPoolExecutor(MAX_BATCHES) as pool:
        sent = [pool.submit(_send_batch, call, batch) for batch in batches]
    return [status for each in sent for status in each.result()]


def _send_alone(call: Callable[[T], None], item: T) -> int:
    from google.api_core.exceptions import NotFound, PreconditionFailed

    try:
        call(item)
    except (NotFound, PreconditionFailed) as said:  # as in a batch
        return int(said.code)
    return int(HTTPStatus.OK)


def _send_batch(call: Callable[[T], None], items: Sequence[T]) -> list[int]:
    from google.api_core.exceptions import from_http_response
    from google.cloud.storage.batch import Batch

    class AnsweredBatch(Batch):
        """A batch that keeps the answer to each of its calls."""

        def finish(self, raise_exception: bool = True) -> Any:  # noqa: ARG002
            self.answers = super().finish(raise_exception=False)  # type: ignore[no-untyped-call]
            return self.answers

    def send() -> list[int]:
        with AnsweredBatch(bucket().client) as batch:  # type: ignore[no-untyped-call]
            for item in items:
                call(item)
        for answer in batch.answers:
            # 404: it is gone already. 412: somebody has written to it since.
            if answer.status_code >= 300 and answer.status_code not in (404, 412):
                raise from_http_response(answer)
        return [answer.status_code for answer in batch.answers]

    return retry()(send)()

"""The clients of Google's services, built on first use and shared by everything in the process.

Each finds its emulator by the variable that its library reads (`FIRESTORE_EMULATOR_HOST`,
`STORAGE_EMULATOR_HOST`, `CLOUD_TASKS_EMULATOR_HOST`, `FIREBASE_AUTH_EMULATOR_HOST`).
"""

import contextlib
import functools
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import firebase_admin
import google.auth
import google.auth.credentials
import grpc.experimental
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from experience import config

if TYPE_CHECKING:
    from google.cloud.storage import Bucket


@functools.cache
def app() -> firebase_admin.App:
    """The Firebase app that verifies tokens and reaches the task queues."""
    with contextlib.suppress(ValueError):  # made before: the SDK does so too, to read events
        firebase_admin.initialize_app()
    made: firebase_admin.App = firebase_admin.get_app()
    return made


# What the library opens its channels with.
_MESSAGE_SIZES = (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1))
_KEEPALIVE = ("grpc.keepalive_time_ms", 30000)
# docs/decisions/0022-streams-on-one-thread.md
_ONE_THREAD = (grpc.experimental.ChannelOptions.SingleThreadedUnaryStream, 1)


class _FinishedStream:
    """A call that is over, with all its responses."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._responses = iter(list(call))

    def __iter__(self) -> "_FinishedStream":
        return self

    def __next__(self) -> Any:
        return next(self._responses)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


class _ReadToTheEnd(grpc.UnaryStreamClientInterceptor):
    """Reads each stream as a whole. gRPC keeps an unfinished one for as long as its channel."""

    def intercept_unary_stream(
        self, continuation: Any, details: Any, request: Any
    ) -> _FinishedStream:
        return _FinishedStream(continuation(details, request))


class Firestore(Client):
    """The library's client on a channel of its own: the thread that asks reads the response.

    The channel opens with the client. The library opens it at the first request and gives each of
    the threads that come first its own, but a stream that only one thread reads ends as soon as
    its channel is replaced.
    """

    def __init__(
        self, project: str, credentials: google.auth.credentials.Credentials | None = None
    ) -> None:
        emulator = os.environ.get("FIRESTORE_EMULATOR_HOST")
        if credentials is None and not emulator:
            credentials, _ = google.auth.default(scopes=self.SCOPE)
        super().__init__(project, credentials)
        host = emulator or FirestoreClient.DEFAULT_ENDPOINT
        channel = _emulator_channel(host) if emulator else _service_channel(host, credentials)
        whole = grpc.intercept_channel(channel, _ReadToTheEnd())  # type: ignore[no-untyped-call]
        self._api = FirestoreClient(transport=FirestoreGrpcTransport(host=host, channel=whole))

    @property
    def _firestore_api(self) -> FirestoreClient:
        """Replaces what the library sends every request through: it has no argument for it."""
        return self._api


def _emulator_channel(host: str) -> grpc.Channel:
    options = [*_MESSAGE_SIZES, _ONE_THREAD]
    channel: grpc.Channel = grpc.insecure_channel(host, options=options)  # type: ignore[no-untyped-call]
    return channel


def _service_channel(host: str, credentials: Any) -> grpc.Channel:
    options = [_KEEPALIVE, *_MESSAGE_SIZES, _ONE_THREAD]
    return FirestoreGrpcTransport.create_channel(host, credentials=credentials, options=options)


@functools.cache
def firestore() -> Client:
    """The default database of the project."""
    return Firestore(project_id())


def project_id() -> str:
    """The Firebase project that this process runs in."""
    for variable in ("GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        if value := os.environ.get(variable):
            return value
    return str(app().project_id)


@functools.cache
def bucket() -> "Bucket":
    """The project's default bucket."""
    # Left to itself the client asks for the bucket's metadata, for traces that nobody collects:
    # a billed request, and a permission that the runtime does not need otherwise.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    from google.cloud import storage  # heavy, and most functions never touch an object

    made: Bucket = storage.Client(project=project_id()).bucket(bucket_name())
    return made


def bucket_name() -> str:
    """The name of the default bucket, as the Firebase runtime tells it in FIREBASE_CONFIG."""
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
    credentials.refresh(request)  # an account on Cloud Run learns its own address only here
    address = credentials.service_account_email
    return service_account.Credentials(
        google.auth.iam.Signer(request, credentials, address),
        address,
        "https://oauth2.googleapis.com/token",
    )


def storage_endpoint() -> str:
    """Where signed URLs point."""
    return os.environ.get("STORAGE_EMULATOR_HOST") or "https://storage.googleapis.com"


def download_endpoint() -> str:
    """Where Firebase's download-token URLs point."""
    return os.environ.get("STORAGE_EMULATOR_HOST") or "https://firebasestorage.googleapis.com"


ENQUEUE_SECONDS = 10
"""How long a queue may take to accept a task, and once more: a guest may be waiting for it."""


def enqueue(function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0) -> None:
    """Send `data` to a task function once: a task id that was used before changes nothing.

    Raises FirebaseError when the queue refuses it, or does not answer in time.
    """
    from firebase_admin import exceptions, functions

    app()
    queue = functions.task_queue(f"locations/{config.REGION.value}/functions/{function}")
    # The SDK waits for 120 seconds. Unlike its other services, this one ignores `httpTimeout`.
    queue._http_client._timeout = ENQUEUE_SECONDS  # noqa: SLF001 - test_library_internals.py
    due = datetime.now(UTC) + timedelta(seconds=delay_seconds) if delay_seconds else None
    options = functions.TaskOptions(task_id=task_id, schedule_time=due)
    try:
        queue.enqueue({"data": data}, options)
    except (exceptions.AlreadyExistsError, exceptions.ConflictError):
        return

"""The clients of Google's services, built on first use and shared by everything in the process.

Each finds its emulator by the variable that its library reads (`FIRESTORE_EMULATOR_HOST`,
`STORAGE_EMULATOR_HOST`, `CLOUD_TASKS_EMULATOR_HOST`, `FIREBASE_AUTH_EMULATOR_HOST`).
"""

import contextlib
import functools
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import firebase_admin
import google.auth
import google.auth.credentials
import grpc.experimental
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from experience import config
from experience.firebase.batch_get import BatchGet
from experience.ids import new_id


@functools.cache
def app() -> firebase_admin.App:
    """The Firebase app that verifies tokens and reaches the task queues."""
    with contextlib.suppress(ValueError):  # made before: the SDK does so too, to read events
        firebase_admin.initialize_app()
    made: firebase_admin.App = firebase_admin.get_app()
    return made


AUTH_SECONDS = 20
"""How long Auth may take to look accounts up, and once more; the SDK waits for 120."""


@contextlib.contextmanager
def auth_app() -> Iterator[firebase_admin.App]:
    """A Firebase app of its own that asks Auth for accounts, for as long as it is needed."""
    options = {"projectId": project_id(), "httpTimeout": AUTH_SECONDS}
    made = firebase_admin.initialize_app(options=options, name=f"auth-{new_id()}")
    try:
        yield made
    finally:
        firebase_admin.delete_app(made)


APP_CHECK_SECONDS = 10
"""How long App Check may take to mark a token as used: a guest waits meanwhile."""


@functools.cache
def app_check_app() -> firebase_admin.App:
    """A Firebase app of its own that verifies App Check tokens."""
    options = {"projectId": project_id(), "httpTimeout": APP_CHECK_SECONDS}
    made: firebase_admin.App = firebase_admin.initialize_app(options=options, name="app-check")
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
        transport = FirestoreGrpcTransport(host=host, channel=whole)
        self._api = FirestoreClient(transport=transport)
        self._batch_get = BatchGet(self, transport.grpc_channel, is_emulator=bool(emulator))

    def get_all(self, references: Any, *args: Any, **options: Any) -> Any:
        """As the library's, and sooner where nothing is asked for but the documents."""
        if args or any(value is not None for value in options.values()):
            return super().get_all(references, *args, **options)
        return iter(self._batch_get(references))

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


def public_origin() -> str:
    """Where Hosting serves the pages of guests and players, without a slash at the end."""
    return (config.PUBLIC_ORIGIN.value or f"https://{project_id()}.web.app").rstrip("/")


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
    except ValueError:
        # The SDK takes the first character off the name of the task that an emulator has accepted.
        # That of the Firebase CLI repeats the name as it was sent, so that no name is left.
        if not os.environ.get("CLOUD_TASKS_EMULATOR_HOST"):
            raise

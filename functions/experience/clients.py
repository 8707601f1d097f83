"""The clients of Google's services, built on first use and shared by everything in the process.

Each finds its emulator by the variable that its library reads (`FIRESTORE_EMULATOR_HOST`,
`STORAGE_EMULATOR_HOST`, `CLOUD_TASKS_EMULATOR_HOST`, `FIREBASE_AUTH_EMULATOR_HOST`).
"""

import contextlib
import functools
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import firebase_admin
import grpc.experimental
from google.cloud.firestore import Client
from google.cloud.firestore_v1 import base_client
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport

from experience import config


@functools.cache
def app() -> firebase_admin.App:
    """The Firebase app that verifies tokens and reaches the task queues."""
    with contextlib.suppress(ValueError):  # made before: the SDK does so too, to read events
        firebase_admin.initialize_app()
    made: firebase_admin.App = firebase_admin.get_app()
    return made


# docs/decisions/0022-streams-on-one-thread.md
_ONE_THREAD = (grpc.experimental.ChannelOptions.SingleThreadedUnaryStream, 1)


class _Answer:
    """A call that is over, and all that it brought."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._responses = iter(list(call))

    def __iter__(self) -> "_Answer":
        return self

    def __next__(self) -> Any:
        return next(self._responses)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


class _Whole(grpc.UnaryStreamClientInterceptor):
    """Reads each stream to its end: gRPC keeps one that is given up as long as its channel."""

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> _Answer:
        return _Answer(continuation(details, request))


class _Transport(FirestoreGrpcTransport):
    def __init__(self, *, channel: grpc.Channel, **more: Any) -> None:
        whole = grpc.intercept_channel(channel, _Whole())  # type: ignore[no-untyped-call]
        super().__init__(channel=whole, **more)

    @classmethod
    def create_channel(cls, *where: Any, options: Any = (), **more: Any) -> grpc.Channel:
        return super().create_channel(*where, options=[*options, _ONE_THREAD], **more)


class Firestore(Client):
    """The library's client; the thread that asks reads the answer, which is a stream, as a whole.

    Of threads that ask at once, the first opens the channel for all. The library lets each open
    one and keeps the last, and a stream that only its own thread reads ends with its channel.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._opening = threading.Lock()

    def _firestore_api_helper(self, _: Any, client_class: Any, client_module: Any) -> Any:
        with self._opening:
            return super()._firestore_api_helper(_Transport, client_class, client_module)

    def _emulator_channel(self, _: Any) -> grpc.Channel:
        options = [*base_client._GRPC_MSG_SIZE_OPTIONS, _ONE_THREAD]
        channel: grpc.Channel = grpc.insecure_channel(self._emulator_host, options=options)  # type: ignore[no-untyped-call]
        return channel


@functools.cache
def firestore() -> Client:
    """The default database of the project."""
    return Firestore(project=project_id())


def project_id() -> str:
    """The Firebase project that this process runs in."""
    for variable in ("GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        if value := os.environ.get(variable):
            return value
    return str(app().project_id)


ENQUEUE_SECONDS = 10
"""How long a queue may take to accept a task, and once more: a guest may be waiting for it."""


def enqueue(function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0) -> None:
    """Send `data` to a task function once: a task id that was used before changes nothing.

    Raises FirebaseError when the queue refuses it, or does not answer in time.
    """
    from firebase_admin import exceptions, functions

    app()
    queue = functions.task_queue(f"locations/{config.REGION.value}/functions/{function}")
    queue._http_client._timeout = ENQUEUE_SECONDS  # the SDK waits for 120, and has no option for it
    due = datetime.now(UTC) + timedelta(seconds=delay_seconds) if delay_seconds else None
    options = functions.TaskOptions(task_id=task_id, schedule_time=due)
    try:
        queue.enqueue({"data": data}, options)
    except (exceptions.AlreadyExistsError, exceptions.ConflictError):
        return

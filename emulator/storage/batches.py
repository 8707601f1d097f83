"""Many calls of the JSON API in one request, as `with client.batch():` sends them.

Source: https://cloud.google.com/storage/docs/batch
"""

import secrets
from collections.abc import Iterator
from contextvars import Context
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.test import Client
from werkzeug.wrappers import Response as ClientResponse

from emulator.storage.errors import ErrorKind, StorageError, unsupported

batches = Blueprint("batches", __name__)

MAX_CALLS = 100
OPERATION = "X-Emulator-Operation"
"""The header of a response that names what was counted; of a batch, once for each call."""


@batches.post("/batch/storage/v1")
def batch() -> ResponseReturnValue:
    """Run each call as if it had come alone: each may fail, and each is counted."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    calls = BytesParser().parsebytes(head + request.get_data())
    if calls.get_content_type() != "multipart/mixed" or not calls.is_multipart():
        raise StorageError(ErrorKind.INVALID, "The body is not multipart/mixed with a boundary.")
    parts = [part for part in calls.get_payload() if isinstance(part, Message)]
    if not 1 <= len(parts) <= MAX_CALLS:
        raise StorageError(ErrorKind.INVALID, f"A batch has 1 to {MAX_CALLS} calls.")
    boundary = f"batch_{secrets.token_hex(8)}"
    responses = [_run(part) for part in parts]
    body = b"".join(
        f"--{boundary}\r\nContent-Type: application/http\r\n\r\n".encode()
        + b"\r\n".join([*_head(response), b"", response.get_data()])
        + b"\r\n"
        for response in responses
    )
    answered = Response(
        body + f"--{boundary}--".encode(), content_type=f"multipart/mixed; boundary={boundary}"
    )
    counted = [each.headers[OPERATION] for each in responses if OPERATION in each.headers]
    if counted:
        answered.headers[OPERATION] = ",".join(counted)
    return answered


def _run(part: Message) -> ClientResponse:
    """The response to one call, as it would have come over its own connection."""
    text = str(part.get_payload()).lstrip()
    line, _, rest = text.replace("\r\n", "\n").partition("\n")
    method, _, target = line.partition(" ")
    path = target.partition(" ")[0].removeprefix(request.host_url.rstrip("/"))
    if not path.startswith("/storage/"):
        raise unsupported(f"{method} {path} in a batch")
    headers, _, body = rest.partition("\n\n")
    sent = BytesParser().parsebytes(headers.encode())
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - documented
    # in a context of its own, so that no call sees what another has left in `g`
    return Context().run(
        Client(app, ClientResponse).open,
        path,
        method=method,
        base_url=request.host_url,
        headers=[(name, value) for name, value in sent.items() if name.lower() != "content-length"],
        data=body.encode(),
    )


def _head(response: ClientResponse) -> Iterator[bytes]:
    yield f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()
    for name, value in response.headers:
        yield f"{name}: {value}".encode()

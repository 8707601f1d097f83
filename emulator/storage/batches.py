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
from werkzeug.wrappers import Response as Answered

from emulator.storage.errors import Fault, StorageError, unsupported

batches = Blueprint("batches", __name__)

MOST_CALLS = 100


@batches.post("/batch/storage/v1")
def batch() -> ResponseReturnValue:
    """Each call is made as if it had come alone: some may fail, and each counts as itself."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    calls = BytesParser().parsebytes(head + request.get_data())
    if calls.get_content_type() != "multipart/mixed" or not calls.is_multipart():
        raise StorageError(Fault.INVALID, "The body is not multipart/mixed with a boundary.")
    parts = [part for part in calls.get_payload() if isinstance(part, Message)]
    if not 1 <= len(parts) <= MOST_CALLS:
        raise StorageError(Fault.INVALID, f"A batch has 1 to {MOST_CALLS} calls.")
    boundary = f"batch_{secrets.token_hex(8)}"
    body = b"".join(
        f"--{boundary}\r\nContent-Type: application/http\r\n\r\n".encode() + _made(part) + b"\r\n"
        for part in parts
    )
    return Response(
        body + f"--{boundary}--".encode(), content_type=f"multipart/mixed; boundary={boundary}"
    )


def _made(part: Message) -> bytes:
    """The answer to one call, as it would have come over its own connection."""
    text = str(part.get_payload()).lstrip()
    line, _, rest = text.replace("\r\n", "\n").partition("\n")
    method, _, target = line.partition(" ")
    path = target.partition(" ")[0].removeprefix(request.host_url.rstrip("/"))
    if not path.startswith("/storage/"):
        raise unsupported(f"{method} {path} in a batch")
    headers, _, body = rest.partition("\n\n")
    sent = BytesParser().parsebytes(headers.encode())
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - documented
    # In a context of its own: what a call notes is not for the next one, nor for the batch.
    answered = Context().run(
        Client(app, Answered).open,
        path,
        method=method,
        base_url=request.host_url,
        headers=[(name, value) for name, value in sent.items() if name.lower() != "content-length"],
        data=body.encode(),
    )
    return b"\r\n".join([*_head(answered), b"", answered.get_data()])


def _head(answered: Answered) -> Iterator[bytes]:
    yield f"HTTP/1.1 {answered.status_code} {HTTPStatus(answered.status_code).phrase}".encode()
    for name, value in answered.headers:
        yield f"{name}: {value}".encode()

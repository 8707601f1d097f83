"""What the three APIs share: parsing requests, responding with bytes, counting operations."""

import re
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from emulator.storage.content import CHUNK_BYTES, Checksums, Content
from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.objects import ObjectStore, Preconditions, StoredObject
from emulator.storage.resources import SETTABLE
from emulator.storage.uploads import Upload, Uploads

_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
# Client libraries describe themselves in these headers, which have no effect.
_TELEMETRY = {"x-goog-api-client", "x-goog-gcs-idempotency-token", "x-goog-request-params"}


def store() -> ObjectStore:
    found: ObjectStore = current_app.extensions["objects"]
    return found


def uploads() -> Uploads:
    found: Uploads = current_app.extensions["uploads"]
    return found


def continued_at(upload: Upload) -> str:
    """The server's address for whoever continues a session: a page, if it was started for one."""
    public_url: str | None = current_app.extensions["public_url"]
    return f"{public_url}/" if upload.origin and public_url else request.host_url


def count(kind: str) -> None:
    """Count this request as `classA`, `classB` or `delete`, if it succeeds.

    Source: https://cloud.google.com/storage/pricing#operations-by-class
    """
    g.operation = kind


def refuse_unknown(query_names: set[str], header_names: set[str]) -> None:
    """Raise NOT_IMPLEMENTED for another query parameter or `x-goog-` header, which has a meaning in
    the cloud and none here."""
    for name in request.args:
        if name not in query_names:
            raise unsupported(f"the query parameter {name}")
    for name in (name.lower() for name, _ in request.headers):
        if name.startswith("x-goog-") and name not in header_names | _TELEMETRY:
            raise unsupported(f"the header {name}")


def integer(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise StorageError(ErrorKind.INVALID, f"Invalid value for {name}: {text}")
    return int(text)


def query_integer(name: str) -> int | None:
    return integer(request.args.get(name), name)


def query_preconditions(prefix: str = "if") -> Preconditions:
    """`ifGenerationMatch` and the like; those of a copy's source have the prefix `ifSource`."""
    return Preconditions(
        query_integer(f"{prefix}GenerationMatch"),
        query_integer(f"{prefix}GenerationNotMatch"),
        query_integer(f"{prefix}MetagenerationMatch"),
        query_integer(f"{prefix}MetagenerationNotMatch"),
    )


def header_checksums() -> Checksums:
    """The checksums of `Content-MD5` and `x-goog-hash: crc32c=…,md5=…`."""
    sent = {}
    for entry in request.headers.get("X-Goog-Hash", "").split(","):
        algorithm, _, value = entry.strip().partition("=")
        sent[algorithm] = value
    return Checksums(request.headers.get("Content-MD5") or sent.get("md5"), sent.get("crc32c"))


def body_length() -> int:
    """Raises NO_LENGTH for a body of unknown length. The server measures chunked bodies itself."""
    if request.content_length is None:
        raise StorageError(ErrorKind.NO_LENGTH, "You must provide the Content-Length HTTP header.")
    return request.content_length


def new_content(chunks: Any, checksums: Checksums) -> Content:
    content = store().new_content()
    content.append(chunks)
    checksums.check(content)
    return content


def receive_chunk(upload_id: str, bucket: str) -> StoredObject | Response:
    """Handle a request of a resumable session; return the object if complete, else status 308."""
    upload = uploads().find(upload_id, bucket)
    stored = uploads().receive(
        upload,
        request.headers.get("Content-Range"),
        request.stream,
        body_length(),
        header_checksums(),
    )
    if stored:
        return stored
    response = Response(status="308 Resume Incomplete")
    if upload.content.size:
        response.headers["Range"] = f"bytes=0-{upload.content.size - 1}"
    return response


def cancel_upload(upload_id: str, bucket: str) -> Response:
    uploads().cancel(uploads().find(upload_id, bucket))
    return Response(status="499 Client Closed Request")


def object_headers(stored: StoredObject) -> dict[str, str]:
    """The object's attributes as the cloud's response headers."""
    content = stored.content
    fields = stored.attributes.fields
    headers = {
        "ETag": f'"{content.md5_hex}"',
        "Last-Modified": format_datetime(stored.updated, usegmt=True),
        "X-Goog-Generation": str(stored.generation),
        "X-Goog-Metageneration": str(stored.metageneration),
        "X-Goog-Hash": f"crc32c={content.crc32c}"
        + ("" if stored.components else f",md5={content.md5}"),
        "X-Goog-Storage-Class": "STANDARD",
        "X-Goog-Stored-Content-Encoding": fields.get("contentEncoding", "identity"),
        "X-Goog-Stored-Content-Length": str(content.size),
    }
    for key, value in stored.attributes.metadata.items():
        if _TOKEN.fullmatch(key):
            safe = value.isascii() and value.isprintable()
            headers[f"X-Goog-Meta-{key}"] = value if safe else quote(value)
    return headers


def media(stored: StoredObject, overrides: dict[str, str] | None = None) -> Response:
    """The object's bytes, honouring Range and If-None-Match; `overrides` are settable fields."""
    fields = {
        "contentType": stored.content_type,
        "cacheControl": "private, max-age=0",
        **stored.attributes.fields,
        **(overrides or {}),
    }
    if fields.get("contentEncoding") == "gzip" and not request.accept_encodings["gzip"]:
        raise unsupported("unpacking gzip objects; send Accept-Encoding: gzip")
    size = stored.content.size
    if request.range and not size:
        raise RequestedRangeNotSatisfiable(0)
    file = FileWrapper(stored.content.path.open("rb"), CHUNK_BYTES)
    response = Response(file, direct_passthrough=True)
    response.headers.update(object_headers(stored))
    for name, value in fields.items():
        # WSGI represents header bytes as latin-1, and the cloud sends UTF-8
        response.headers[SETTABLE[name]] = value.encode().decode("latin-1")
    response.content_length = size
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response

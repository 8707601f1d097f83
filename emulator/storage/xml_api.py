"""The XML API's object paths, `/{bucket}/{object}`, which accept only V4 signed URLs.

Source: https://cloud.google.com/storage/docs/xml-api/reference-methods
"""

import re
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from emulator.storage.content import Checksums, SizeRange
from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.objects import Attributes, Preconditions, StoredObject, check_name
from emulator.storage.resources import SETTABLE, patched
from emulator.storage.signatures import QUERY_NAMES, verify
from emulator.storage.uploads import Upload, read_all
from emulator.storage.wire import (
    body_length,
    cancel_upload,
    count,
    header_checksums,
    integer,
    media,
    new_content,
    object_headers,
    query_integer,
    receive_chunk,
    refuse_unknown,
    store,
    uploads,
)

xml_api = Blueprint("xml_api", __name__)

_OVERRIDES = {
    "response-content-type": "contentType",
    "response-content-disposition": "contentDisposition",
}
_QUERY = {*QUERY_NAMES, *_OVERRIDES, "generation"}
_IF_GENERATION = "x-goog-if-generation-match"
_IF_METAGENERATION = "x-goog-if-metageneration-match"
_LENGTH_RANGE = "x-goog-content-length-range"
_META = "x-goog-meta-"
_HEADERS = {
    *(_IF_GENERATION, _IF_METAGENERATION, _LENGTH_RANGE),
    *("x-goog-hash", "x-goog-resumable", "x-goog-custom-time"),
}


@xml_api.route(
    "/<segment:bucket>/<segments:name>", methods=["GET", "HEAD", "PUT", "POST", "DELETE"]
)
def object_request(bucket: str, name: str) -> ResponseReturnValue:
    if upload_id := request.args.get("upload_id"):
        return _continue_upload(upload_id, bucket)
    verify(
        request.method,
        f"/{bucket}/{name}",
        request.query_string.decode(),
        {name.lower(): value for name, value in request.headers.items()},
        public_keys=current_app.extensions["public_keys"],
        now=datetime.now(UTC),
    )
    metadata = {name.lower() for name, _ in request.headers if name.lower().startswith(_META)}
    refuse_unknown(_QUERY, _HEADERS | metadata)
    match request.method:
        case "GET" | "HEAD":
            return _get(bucket, name)
        case "PUT":
            return _put(bucket, name)
        case "POST" if request.headers.get("x-goog-resumable") == "start":
            return _start_upload(bucket, name)
    raise unsupported(f"{request.method} with a signed URL")


def _get(bucket: str, name: str) -> Response:
    count("classB")
    generation = query_integer("generation")
    stored = store().get(bucket, name, _preconditions(), generation, reading=False)
    overrides = {
        field: request.args[parameter]
        for parameter, field in _OVERRIDES.items()
        if parameter in request.args
    }
    return media(stored, overrides)


def _put(bucket: str, name: str) -> Response:
    count("classA")
    store().bucket(bucket)
    check_name(name)
    if size_range := _size_range():
        size_range.check(body_length())
    body_length()
    content = new_content(read_all(request.stream), header_checksums())
    return _stored(store().put(bucket, name, content, _attributes(), _preconditions()))


def _start_upload(bucket: str, name: str) -> Response:
    count("classA")
    check_name(name)
    upload = Upload(
        bucket,
        name,
        _attributes(),
        _preconditions(),
        Checksums(),
        store().new_content(),
        size=integer(request.headers.get("X-Upload-Content-Length"), "X-Upload-Content-Length"),
        origin=request.headers.get("Origin"),
        size_range=_size_range(),
    )
    uploads().start(upload)
    response = Response(status=201)
    response.headers["X-GUploader-UploadID"] = upload.id
    response.headers["Location"] = f"{request.base_url}?upload_id={upload.id}"
    return response


def _continue_upload(upload_id: str, bucket: str) -> Response:
    """Continue a session: its URL is the only credential."""
    refuse_unknown({"upload_id"}, {"x-goog-hash"})
    if request.method == "DELETE":
        return cancel_upload(upload_id, bucket)
    if request.method != "PUT":
        raise unsupported(f"{request.method} on a resumable session")
    received = receive_chunk(upload_id, bucket)
    return _stored(received) if isinstance(received, StoredObject) else received


def _stored(stored: StoredObject) -> Response:
    response = Response(status=200)
    response.headers.update(object_headers(stored))
    return response


def _attributes() -> Attributes:
    sent = {field: request.headers.get(header) for field, header in SETTABLE.items()}
    metadata = {
        name.lower().removeprefix(_META): value
        for name, value in request.headers.items()
        if name.lower().startswith(_META)
    }
    return patched(Attributes(), {**sent, "metadata": metadata})


def _preconditions() -> Preconditions:
    return Preconditions(
        generation_match=integer(request.headers.get(_IF_GENERATION), _IF_GENERATION),
        metageneration_match=integer(request.headers.get(_IF_METAGENERATION), _IF_METAGENERATION),
    )


def _size_range() -> SizeRange | None:
    text = request.headers.get(_LENGTH_RANGE)
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+)\s*,\s*(\d+)\s*", text)
    if match is None or int(match[1]) > int(match[2]):
        raise StorageError(ErrorKind.INVALID, f"{_LENGTH_RANGE} is not «min,max»: {text}")
    return SizeRange(int(match[1]), int(match[2]))

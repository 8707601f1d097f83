"""The JSON API as google-cloud-storage uses it. The client sends an emulator no credentials.

Source: https://cloud.google.com/storage/docs/json_api/v1
"""

import base64
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from emulator.storage.content import Checksums
from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.objects import Attributes, StoredObject, check_name
from emulator.storage.resources import (
    bucket_resource,
    object_resource,
    patched,
    select,
    with_default_type,
)
from emulator.storage.uploads import Upload, read_all, read_related
from emulator.storage.wire import (
    body_length,
    cancel_upload,
    continued_at,
    count,
    header_checksums,
    integer,
    media,
    new_content,
    query_integer,
    query_preconditions,
    receive_chunk,
    refuse_unknown,
    store,
    uploads,
)

json_api = Blueprint("json_api", __name__)

BUCKETS = "/storage/v1/b"
BUCKET = f"{BUCKETS}/<segment:bucket>"
OBJECT = f"{BUCKET}/o/<segment:name>"

_COMMON = {"alt", "fields", "prettyPrint", "projection", "key", "quotaUser"}
IF = {
    "ifGenerationMatch",
    "ifGenerationNotMatch",
    "ifMetagenerationMatch",
    "ifMetagenerationNotMatch",
}


def accept(*query_names: str) -> None:
    """Raise NOT_IMPLEMENTED for any other query parameter."""
    refuse_unknown({*_COMMON, *query_names}, {"x-goog-hash"})


def json_response(resource: dict[str, Any]) -> Response:
    """The part of a resource that the request selects."""
    return jsonify(select(resource, request.args.get("fields", "*")))


def object_response(stored: StoredObject) -> Response:
    """The resource of an object."""
    return json_response(object_resource(stored, request.host_url))


def json_body() -> dict[str, Any]:
    """The request's body, {} without one. Raises INVALID for anything but a JSON object."""
    if not request.content_length:
        return {}
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        raise StorageError(ErrorKind.INVALID, "The request body is not a JSON object.")
    return body


@json_api.get(BUCKETS)
def list_buckets() -> ResponseReturnValue:
    accept("project", "maxResults", "prefix")
    count("classA")
    prefix = request.args.get("prefix", "")
    names = [name for name in store().bucket_names() if name.startswith(prefix)]
    items = [bucket_resource(name, request.host_url) for name in names]
    return json_response({"kind": "storage#buckets", "items": items})


@json_api.post(BUCKETS)
def create_bucket() -> ResponseReturnValue:
    accept("project")
    count("classA")
    body = json_body()
    if unknown := body.keys() - {"name", "location", "storageClass"}:
        raise unsupported(f"the bucket field {min(unknown)}")
    if not isinstance(body.get("name"), str) or not body["name"]:
        raise StorageError(ErrorKind.INVALID, "A bucket needs a name.")
    store().create_bucket(body["name"])
    return json_response(bucket_resource(body["name"], request.host_url))


@json_api.get(BUCKET)
def get_bucket(bucket: str) -> ResponseReturnValue:
    accept()
    count("classB")
    store().bucket(bucket)
    return json_response(bucket_resource(bucket, request.host_url))


@json_api.get(f"{BUCKET}/o")
def list_objects(bucket: str) -> ResponseReturnValue:
    accept("prefix", "delimiter", "startOffset", "endOffset", "pageToken", "maxResults")
    count("classA")
    argument = request.args.get
    try:
        after = base64.urlsafe_b64decode(argument("pageToken", "")).decode()
    except ValueError:
        raise StorageError(ErrorKind.INVALID, "Invalid pageToken.") from None
    page = store().list(
        bucket,
        prefix=argument("prefix", ""),
        delimiter=argument("delimiter", ""),
        start=argument("startOffset", ""),
        end=argument("endOffset", ""),
        after=after,
        limit=min(query_integer("maxResults") or 1000, 1000),
    )
    listed: dict[str, Any] = {"kind": "storage#objects"}
    if page.items:
        listed["items"] = [object_resource(stored, request.host_url) for stored in page.items]
    if page.prefixes:
        listed["prefixes"] = page.prefixes
    if page.next_key is not None:
        listed["nextPageToken"] = base64.urlsafe_b64encode(page.next_key.encode()).decode()
    return json_response(listed)


@json_api.get(OBJECT)
@json_api.get(f"/download{OBJECT}")
def get_object(bucket: str, name: str) -> ResponseReturnValue:
    accept("generation", *IF)
    count("classB")
    stored = store().get(bucket, name, query_preconditions(), query_integer("generation"))
    return media(stored) if request.args.get("alt") == "media" else object_response(stored)


@json_api.patch(OBJECT)
def patch_object(bucket: str, name: str) -> ResponseReturnValue:
    accept("generation", *IF)
    count("classA")
    changes = json_body()
    return object_response(
        store().change(
            bucket,
            name,
            lambda before: patched(before, changes),
            query_preconditions(),
            query_integer("generation"),
        )
    )


@json_api.put(OBJECT)
def update_object(bucket: str, name: str) -> ResponseReturnValue:
    accept("generation", *IF)
    count("classA")
    attributes = patched(Attributes(), json_body())
    return object_response(
        store().change(
            bucket,
            name,
            lambda _before: attributes,
            query_preconditions(),
            query_integer("generation"),
        )
    )


@json_api.delete(OBJECT)
def delete_object(bucket: str, name: str) -> ResponseReturnValue:
    accept("generation", *IF)
    count("delete")
    store().delete(bucket, name, query_preconditions(), query_integer("generation"))
    return Response(status=204)


@json_api.route(f"/upload{BUCKET}/o", methods=["POST", "PUT", "DELETE"])
def upload_object(bucket: str) -> ResponseReturnValue:
    accept("uploadType", "name", "upload_id", *IF)
    if upload_id := request.args.get("upload_id"):
        if request.method == "DELETE":
            return cancel_upload(upload_id, bucket)
        received = receive_chunk(upload_id, bucket)
        return object_response(received) if isinstance(received, StoredObject) else received
    count("classA")
    match request.method, request.args.get("uploadType"):
        case "POST", "media":
            checksums = header_checksums()
            attributes = with_default_type(Attributes(), request.content_type)
            name = _upload_name({}, bucket)
            body_length()
            content = new_content(read_all(request.stream), checksums)
            return object_response(
                store().put(bucket, name, content, attributes, query_preconditions())
            )
        case "POST", "multipart":
            return object_response(_upload_multipart(bucket))
        case "POST", "resumable":
            return _start_upload(bucket)
    raise unsupported(f"{request.method} with uploadType={request.args.get('uploadType')}")


def _upload_multipart(bucket: str) -> StoredObject:
    boundary = request.mimetype_params.get("boundary")
    if request.mimetype != "multipart/related" or not boundary:
        raise StorageError(ErrorKind.INVALID, "The body is not multipart/related with a boundary.")
    body_length()
    metadata, content_type, chunks = read_related(request.stream, boundary)
    name = _upload_name(metadata, bucket)
    content = new_content(chunks, header_checksums())
    _body_checksums(metadata).check(content)
    attributes = with_default_type(patched(Attributes(), metadata), content_type)
    return store().put(bucket, name, content, attributes, query_preconditions())


def _start_upload(bucket: str) -> Response:
    metadata = json_body()
    upload = Upload(
        bucket,
        _upload_name(metadata, bucket),
        with_default_type(
            patched(Attributes(), metadata), request.headers.get("X-Upload-Content-Type")
        ),
        query_preconditions(),
        _body_checksums(metadata),
        store().new_content(),
        size=integer(request.headers.get("X-Upload-Content-Length"), "X-Upload-Content-Length"),
        origin=request.headers.get("Origin"),
    )
    uploads().start(upload)
    started = Response(status=200)
    started.headers["X-GUploader-UploadID"] = upload.id
    started.headers["Location"] = (
        f"{continued_at(upload)}upload/storage/v1/b/{bucket}/o"
        f"?uploadType=resumable&upload_id={upload.id}"
    )
    return started


def _upload_name(metadata: Any, bucket: str) -> str:
    if not isinstance(metadata, dict):
        raise StorageError(ErrorKind.INVALID, "The object's metadata is not a JSON object.")
    if metadata.get("bucket", bucket) != bucket:
        raise StorageError(
            ErrorKind.INVALID, "The bucket in the metadata is not the one in the URL."
        )
    name = metadata.get("name") or request.args.get("name")
    if not isinstance(name, str):
        raise StorageError(
            ErrorKind.INVALID, "An upload needs a name: in the metadata or in ?name="
        )
    check_name(name)
    store().bucket(bucket)
    return name


def _body_checksums(metadata: dict[str, Any]) -> Checksums:
    return Checksums(metadata.get("md5Hash"), metadata.get("crc32c"))


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@json_api.route("/storage/<path:_rest>", methods=_METHODS)
@json_api.route("/upload/<path:_rest>", methods=_METHODS)
@json_api.route("/download/<path:_rest>", methods=_METHODS)
@json_api.route("/batch/<path:_rest>", methods=_METHODS)
def not_supported(_rest: str) -> ResponseReturnValue:
    raise unsupported(f"{request.method} {request.path}")

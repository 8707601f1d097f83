"""Objects made from others: copies, rewrites in several calls, and compositions.

Source: https://cloud.google.com/storage/docs/json_api/v1/objects (copy, rewrite, compose)
"""

import secrets
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import FileWrapper

from emulator.storage.content import CHUNK_BYTES
from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.json_api import IF, OBJECT, accept, json_body, json_response, object_response
from emulator.storage.objects import Attributes, Preconditions, StoredObject
from emulator.storage.resources import SETTABLE, object_resource, patched
from emulator.storage.wire import (
    count,
    integer,
    query_integer,
    query_preconditions,
    store,
)

copies = Blueprint("copies", __name__)

IF_SOURCE = {name.replace("if", "ifSource", 1) for name in IF}
MIN_BYTES_PER_CALL = 1 << 20
MAX_SOURCES = 32

_TO = "b/<segment:to_bucket>/o/<segment:to_name>"


@copies.post(f"{OBJECT}/copyTo/{_TO}")
def copy_object(bucket: str, name: str, to_bucket: str, to_name: str) -> ResponseReturnValue:
    accept("sourceGeneration", *IF, *IF_SOURCE)
    count("classA")
    return object_response(_copied(_source(bucket, name), to_bucket, to_name))


@copies.post(f"{OBJECT}/rewriteTo/{_TO}")
def rewrite_object(bucket: str, name: str, to_bucket: str, to_name: str) -> ResponseReturnValue:
    """Copy in one call, or in several if `maxBytesRewrittenPerCall` limits their size."""
    accept("sourceGeneration", "rewriteToken", "maxBytesRewrittenPerCall", *IF, *IF_SOURCE)
    count("classA")
    source = _source(bucket, name)
    rewrite = (source.bucket, source.name, source.generation, to_bucket, to_name)
    size = source.content.size
    done = _done_before(rewrite) + _bytes_in_this_call(size)
    if done < size:
        query_preconditions().check(store().bucket(to_bucket).get(to_name))
        token = secrets.token_urlsafe(16)
        _rewrites()[token] = (rewrite, done)
        progress = {"totalBytesRewritten": str(done), "done": False, "rewriteToken": token}
    else:
        stored = _copied(source, to_bucket, to_name)
        resource = object_resource(stored, request.host_url)
        progress = {"totalBytesRewritten": str(size), "done": True, "resource": resource}
    return json_response({"kind": "storage#rewriteResponse", "objectSize": str(size), **progress})


@copies.post(f"{OBJECT}/compose")
def compose_object(bucket: str, name: str) -> ResponseReturnValue:
    """Concatenate objects, which stay, into a new one. As in the cloud, it has no MD5."""
    accept("ifGenerationMatch", "ifMetagenerationMatch")
    count("classA")
    body = json_body()
    if unknown := body.keys() - {"kind", "sourceObjects", "destination"}:
        raise unsupported(f"composing with {min(unknown)}")
    named = body.get("sourceObjects")
    if not isinstance(named, list) or not 1 <= len(named) <= MAX_SOURCES:
        raise StorageError(
            ErrorKind.INVALID, f"An object is composed of 1 to {MAX_SOURCES} others."
        )
    content = store().new_content()
    components = 0
    for source in (_component(bucket, entry) for entry in named):
        with source.content.path.open("rb") as file:
            content.append(FileWrapper(file, CHUNK_BYTES))
        components += source.components or 1
    return object_response(
        store().put(
            bucket,
            name,
            content,
            patched(Attributes(), body.get("destination") or {}),
            query_preconditions(),
            components=components,
        )
    )


def _component(bucket: str, entry: Any) -> StoredObject:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise StorageError(ErrorKind.INVALID, "Each of the sourceObjects needs a name.")
    preconditions = entry.get("objectPreconditions") or {}
    return store().get(
        bucket,
        entry["name"],
        Preconditions(_integer(preconditions, "ifGenerationMatch")),
        _integer(entry, "generation"),
        reading=False,
    )


def _integer(entry: dict[str, Any], name: str) -> int | None:
    """A 64-bit integer, which clients send as a string or a number."""
    value = entry.get(name)
    return integer(None if value is None else str(value), name)


def _source(bucket: str, name: str) -> StoredObject:
    return store().get(
        bucket,
        name,
        query_preconditions("ifSource"),
        query_integer("sourceGeneration"),
        reading=False,
    )


def _copied(source: StoredObject, to_bucket: str, to_name: str) -> StoredObject:
    """Attributes in the body replace all attributes of the source; without any, those are kept."""
    body = json_body()
    attributes = patched(Attributes(), body)
    if not body.keys() & {*SETTABLE, "metadata"}:
        attributes = source.attributes
    return store().put(
        to_bucket,
        to_name,
        source.content,
        attributes,
        query_preconditions(),
        components=source.components,
    )


Rewrite = tuple[str, str, int, str, str]


def _rewrites() -> dict[str, tuple[Rewrite, int]]:
    """By token, the rewrite and how many of its bytes are done."""
    begun: dict[str, tuple[Rewrite, int]] = current_app.extensions["rewrites"]
    return begun


def _done_before(rewrite: Rewrite) -> int:
    """How many bytes are done. A token is valid for one call of its own rewrite."""
    token = request.args.get("rewriteToken")
    if token is None:
        return 0
    begun, done = _rewrites().pop(token, (None, 0))
    if begun != rewrite:
        raise StorageError(ErrorKind.INVALID, "The rewriteToken is not one of this rewrite.")
    return done


def _bytes_in_this_call(size: int) -> int:
    limit = query_integer("maxBytesRewrittenPerCall")
    if limit is not None and (limit == 0 or limit % MIN_BYTES_PER_CALL):
        raise StorageError(
            ErrorKind.INVALID, "maxBytesRewrittenPerCall is not a multiple of 1 MiB."
        )
    return size if limit is None else limit

"""Objects made of others: copies, rewrites in several calls, and compositions.

Source: https://cloud.google.com/storage/docs/json_api/v1/objects (copy, rewrite, compose)
"""

import secrets
from typing import Any

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import FileWrapper

from emulator.storage.content import CHUNK_BYTES
from emulator.storage.errors import Fault, StorageError, unsupported
from emulator.storage.json_api import IF, OBJECT, accept, answer, json_body, object_answer
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
LEAST_BYTES_PER_CALL = 1 << 20
MOST_SOURCES = 32

_TO = "b/<segment:to_bucket>/o/<segment:to_name>"


@copies.post(f"{OBJECT}/copyTo/{_TO}")
def copy_object(bucket: str, name: str, to_bucket: str, to_name: str) -> ResponseReturnValue:
    accept("sourceGeneration", *IF, *IF_SOURCE)
    count("classA")
    return object_answer(_copied(_source(bucket, name), to_bucket, to_name))


@copies.post(f"{OBJECT}/rewriteTo/{_TO}")
def rewrite_object(bucket: str, name: str, to_bucket: str, to_name: str) -> ResponseReturnValue:
    """At once, or with `maxBytesRewrittenPerCall` in so many calls as that takes."""
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
    return answer({"kind": "storage#rewriteResponse", "objectSize": str(size), **progress})


@copies.post(f"{OBJECT}/compose")
def compose_object(bucket: str, name: str) -> ResponseReturnValue:
    """One object of the bytes of others, which stay. It has no MD5, as in the cloud."""
    accept("ifGenerationMatch", "ifMetagenerationMatch")
    count("classA")
    body = json_body()
    if unknown := body.keys() - {"kind", "sourceObjects", "destination"}:
        raise unsupported(f"composing with {min(unknown)}")
    named = body.get("sourceObjects")
    if not isinstance(named, list) or not 1 <= len(named) <= MOST_SOURCES:
        raise StorageError(Fault.INVALID, f"An object is composed of 1 to {MOST_SOURCES} others.")
    content = store().new_content()
    components = 0
    for source in (_component(bucket, entry) for entry in named):
        with source.content.path.open("rb") as file:
            content.append(FileWrapper(file, CHUNK_BYTES))
        components += source.components or 1
    return object_answer(
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
        raise StorageError(Fault.INVALID, "Each of the sourceObjects needs a name.")
    asked = entry.get("objectPreconditions") or {}
    return store().get(
        bucket,
        entry["name"],
        Preconditions(_integer(asked, "ifGenerationMatch")),
        _integer(entry, "generation"),
        reading=False,
    )


def _integer(entry: dict[str, Any], name: str) -> int | None:
    """JSON writes what has 64 bits as text; clients do so or do not."""
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
    """Attributes in the body replace all of the source's; without any, the source's are kept."""
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
    """By token, what was begun and how many bytes of it are done."""
    begun: dict[str, tuple[Rewrite, int]] = current_app.extensions["rewrites"]
    return begun


def _done_before(rewrite: Rewrite) -> int:
    """A token is good for one call, and for the rewrite that it was given for."""
    token = request.args.get("rewriteToken")
    if token is None:
        return 0
    begun, done = _rewrites().pop(token, (None, 0))
    if begun != rewrite:
        raise StorageError(Fault.INVALID, "The rewriteToken is not one of this rewrite.")
    return done


def _bytes_in_this_call(size: int) -> int:
    most = query_integer("maxBytesRewrittenPerCall")
    if most is not None and (most == 0 or most % LEAST_BYTES_PER_CALL):
        raise StorageError(Fault.INVALID, "maxBytesRewrittenPerCall is not a multiple of 1 MiB.")
    return size if most is None else most

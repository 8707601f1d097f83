"""The JSON resources of objects and buckets."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.objects import Attributes, StoredObject

SETTABLE = {
    "contentType": "Content-Type",
    "cacheControl": "Cache-Control",
    "contentDisposition": "Content-Disposition",
    "contentEncoding": "Content-Encoding",
    "contentLanguage": "Content-Language",
    "customTime": "X-Goog-Custom-Time",
}
"""The fields that a client may set, and the header of each that comes with the bytes."""

# Clients send a whole resource back. As in the cloud, fields that only the server sets are ignored.
_READ_ONLY = {
    *("kind", "id", "selfLink", "mediaLink", "name", "bucket", "owner", "etag"),
    *("generation", "metageneration", "size", "md5Hash", "crc32c", "componentCount"),
    *("timeCreated", "updated", "timeStorageClassUpdated", "timeFinalized"),
}


def time_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def etag(stored: StoredObject) -> str:
    return base64.b64encode(f"{stored.generation}/{stored.metageneration}".encode()).decode()


def object_resource(stored: StoredObject, host_url: str) -> dict[str, Any]:
    """`storage#object`; `host_url` ends in a slash."""
    path = f"b/{stored.bucket}/o/{quote(stored.name, safe='')}"
    resource: dict[str, Any] = {
        "kind": "storage#object",
        "id": f"{stored.bucket}/{stored.name}/{stored.generation}",
        "selfLink": f"{host_url}storage/v1/{path}",
        "mediaLink": f"{host_url}download/storage/v1/{path}"
        f"?generation={stored.generation}&alt=media",
        "name": stored.name,
        "bucket": stored.bucket,
        "generation": str(stored.generation),
        "metageneration": str(stored.metageneration),
        "contentType": stored.content_type,
        "storageClass": "STANDARD",
        "size": str(stored.content.size),
        "md5Hash": stored.content.md5,
        "crc32c": stored.content.crc32c,
        "etag": etag(stored),
        "timeCreated": time_text(stored.created),
        "updated": time_text(stored.updated),
        "timeStorageClassUpdated": time_text(stored.created),
        **stored.attributes.fields,
    }
    if stored.components:
        resource["componentCount"] = stored.components
        del resource["md5Hash"]
    if stored.attributes.metadata:
        resource["metadata"] = stored.attributes.metadata
    return resource


def bucket_resource(name: str, host_url: str) -> dict[str, Any]:
    return {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "selfLink": f"{host_url}storage/v1/b/{name}",
        "projectNumber": "0",
        "metageneration": "1",
        "location": "US-CENTRAL1",
        "locationType": "region",
        "storageClass": "STANDARD",
        "etag": "CAE=",
    }


def patched(before: Attributes, changes: dict[str, Any]) -> Attributes:
    """`before` with the changes of a JSON body; null removes. Raises INVALID, NOT_IMPLEMENTED."""
    fields = dict(before.fields)
    metadata = dict(before.metadata)
    for key, value in changes.items():
        if key == "metadata":
            metadata = _patched_metadata(metadata, value)
        elif key in SETTABLE:
            _set(fields, key, value)
            if not fields.get(key, "").isprintable():
                raise StorageError(ErrorKind.INVALID, f"{key} holds control characters.")
            if key == "customTime":
                _check_custom_time(before.fields.get(key), fields.get(key))
        elif key == "storageClass":
            if value not in (None, "STANDARD"):
                raise unsupported(f"storageClass {value}")
        elif key not in _READ_ONLY:
            raise unsupported(f"the object field {key}")
    return Attributes(fields, metadata)


def _check_custom_time(before: str | None, after: str | None) -> None:
    """Once set, a custom time can only increase.

    Source: https://cloud.google.com/storage/docs/metadata#custom-time
    """
    try:
        times = [datetime.fromisoformat(time) for time in (before, after) if time is not None]
    except ValueError:
        raise StorageError(
            ErrorKind.INVALID, f"customTime is no time of RFC 3339: {after}"
        ) from None
    if before and (after is None or times[1] < times[0]):
        raise StorageError(
            ErrorKind.INVALID, "customTime cannot be removed or set to an earlier time."
        )


def _patched_metadata(before: dict[str, str], changes: Any) -> dict[str, str]:
    if changes is None:
        return {}
    if not isinstance(changes, dict):
        raise StorageError(ErrorKind.INVALID, "metadata is not an object.")
    after = dict(before)
    for key, value in changes.items():
        _set(after, key, value)
    return after


def _set(values: dict[str, str], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    elif isinstance(value, str):
        values[key] = value
    else:
        raise StorageError(ErrorKind.INVALID, f"{key} is {value!r}, not a string.")


def with_default_type(attributes: Attributes, content_type: str | None) -> Attributes:
    """The attributes with the content type of the bytes, unless they name one."""
    if content_type is None or "contentType" in attributes.fields:
        return attributes
    return replace(attributes, fields={**attributes.fields, "contentType": content_type})


def select(resource: Any, fields: str) -> Any:
    """The part of a response that `fields` selects, as in `items(name,size),nextPageToken`.

    Source: https://cloud.google.com/storage/docs/json_api#partial-response
    """
    if isinstance(resource, list):
        return [select(each, fields) for each in resource]
    if not isinstance(resource, dict) or fields == "*":
        return resource
    chosen: dict[str, Any] = {}
    for name, inner in _field_names(fields):
        for key in resource if name == "*" else [name]:
            if key in resource:
                chosen[key] = select(resource[key], inner)
    return chosen


def _field_names(fields: str) -> Iterator[tuple[str, str]]:
    """(name, its inner selection) for each comma-separated entry at the top level."""
    for entry in re.split(r",(?![^(]*\))", fields):
        match = re.fullmatch(r"([\w*-]+)(?:\(([^()]+)\)|/(.+))?", entry.strip())
        if match is None:
            raise StorageError(ErrorKind.INVALID, f"Invalid field selection {entry}")
        yield match[1], match[2] or match[3] or "*"

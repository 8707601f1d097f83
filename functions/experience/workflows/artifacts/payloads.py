"""JSON values that may be too large for a document, or not valid in one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from experience.ids import derived_id
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.models import Artifact
from experience.workflows.artifacts.tenant import Tenant

MAX_INLINE_BYTES = 256 * 1024
MAX_SMALL_BYTES = 16 * 1024
MAX_DEPTH = 15
MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Packed:
    """A value as a document stores it: inline, or as the URI of an object.

    `document`: the artifact that protects the object from garbage collection.
    """

    value: Any = None
    uri: str | None = None
    document: Artifact | None = None


NOTHING = Packed()


def pack(tenant: Tenant, run_id: str, name: str, value: Any, now: int) -> Packed:
    """A value for a document of this run. Writes an object if it must. Safe to repeat."""
    data = encode(value)
    if len(data) <= MAX_INLINE_BYTES and _is_storable(value, 0):
        return Packed(value)
    return store(tenant, run_id, name, data, now)


def encode(value: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def store(tenant: Tenant, run_id: str, name: str, data: bytes, now: int) -> Packed:
    """Store JSON as an object, and return it with the artifact that refers to it."""
    stored = artifact_store.put(tenant, data, "application/json")
    document = Artifact(
        id=derived_id("payload", run_id, name, stored.content_hash),
        tenant_id=tenant.id,
        run_id=run_id,
        skill_id="engine",
        type="application/json",
        uri=stored.uri,
        content_hash=stored.content_hash,
        size_bytes=stored.size_bytes,
        filename=f"{name}.json",
        created_at=now,
        updated_at=now,
    )
    return Packed(None, stored.uri, document)


def unpack(tenant: Tenant, value: Any, uri: str | None) -> Any:
    """The value again. google.api_core NotFound if its object is gone."""
    return json.loads(artifact_store.read(tenant, uri)) if uri else value


def is_small(value: Any) -> bool:
    """Whether a value is valid in a document, and has at most 16 KiB."""
    try:
        return len(encode(value)) <= MAX_SMALL_BYTES and _is_storable(value, 0)
    except (TypeError, ValueError):  # not JSON
        return False


def _is_storable(value: Any, depth: int) -> bool:
    """https://firebase.google.com/docs/firestore/quotas: no list in a list, 20 levels, 64 bits."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        names: Iterable[str] = value
        valid = all(name and not (name.startswith("__") and name.endswith("__")) for name in names)
        return valid and all(_is_storable(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return not any(isinstance(each, list) for each in value) and all(
            _is_storable(each, depth + 1) for each in value
        )
    return not isinstance(value, int) or abs(value) <= MAX_INTEGER

"""Document ids: what a client may name, and how the server makes its own."""

import base64
import hashlib
import json
import re
import secrets
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _document_id(value: str) -> str:
    if not _PATTERN.fullmatch(value):
        raise ValueError("must be 1 to 128 letters, digits, '_' or '-'")
    # Firestore keeps these names to itself: https://firebase.google.com/docs/firestore/quotas
    if value.startswith("__") and value.endswith("__"):
        raise ValueError("must not begin and end with '__'")
    return value


def _request_id(value: str) -> str:
    if not _REQUEST_ID_PATTERN.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-'")
    return value


def is_uid(value: str) -> bool:
    """Whether this can be a caller's uid here: own token systems may give out uids with slashes.

    The rules ask the same of who begins a session: `isGuestId`.
    """
    return (
        1 <= len(value) <= 128
        and "/" not in value
        and value not in {".", ".."}
        and not value.startswith("__")
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


def _uid(value: str) -> str:
    if not is_uid(value):
        raise ValueError("must be the uid of a signed-in person, at most 128 characters")
    return value


# AfterValidator adds nothing to the JSON Schema that web developers read.
Uid = Annotated[
    str,
    AfterValidator(_uid),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128}),
]
"""A person of Firebase Authentication; such a uid is also the id of their documents."""

DocumentId = Annotated[
    str,
    AfterValidator(_document_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN.pattern}$"}),
]
"""An id that a client names. It can neither leave its collection nor hit a reserved name."""

RequestId = Annotated[
    str,
    AfterValidator(_request_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_REQUEST_ID_PATTERN.pattern}$"}),
]
"""What a client calls one attempt to create something, so that a repeat finds the first."""


def is_document_id(value: str) -> bool:
    """Whether a client could name a document by this."""
    try:
        _document_id(value)
    except ValueError:
        return False
    return True


def new_id() -> str:
    """A random id of 20 letters and digits, as Firestore's own clients make them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def fingerprint(*parts: object) -> str:
    """SHA-256, in hex, of JSON values: equal for equal parts, whatever the order of keys."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def derived_id(kind: str, *parts: object) -> str:
    """The id of the one document that these parts can have: asked again, the same again."""
    digest = bytes.fromhex(fingerprint(kind, *parts))
    return base64.b32encode(digest[:15]).decode().lower()

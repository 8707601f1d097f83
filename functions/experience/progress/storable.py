"""What Firestore takes of names and values that players and authors choose.

Sources: https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields and
https://firebase.google.com/docs/firestore/storage-size
"""

import re
from collections.abc import Iterator
from typing import Any

MAX_NAMES_BYTES = 1400
"""Of the names on the way to a value, which with those above them are a path of 1,500 bytes."""
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def storable_name(name: str) -> str:
    """The name of a field, which may be any other text. Raises ValueError."""
    if not name or _RESERVED.fullmatch(name):
        raise ValueError("must not be empty, or begin and end with '__'")
    return name


def problems_of(value: Any, above: int = 0) -> Iterator[str]:
    """What Firestore does not take, beyond what every request is held to.

    `above` is what the names take on the way to the value, in bytes.
    """
    if isinstance(value, dict):
        for name, item in value.items():
            if not name or _RESERVED.fullmatch(name):
                yield "has a name that is empty, or begins and ends with '__'"
            own = above + _name_bytes(name)
            if own > MAX_NAMES_BYTES:
                yield f"has names within each other of more than {MAX_NAMES_BYTES} bytes together"
            else:
                yield from problems_of(item, own)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, list):
                yield "has a list directly in a list"
            yield from problems_of(item, above)


def _name_bytes(name: str) -> int:
    """What a name takes of a path: most are quoted there, and a full stop follows."""
    quotes = 0 if _SIMPLE.fullmatch(name) else 2 + name.count("`") + name.count("\\")
    return len(name.encode("utf-8", "replace")) + quotes + 1


def stored_bytes(value: Any) -> int:
    """What a value of JSON takes of a document, which holds 1,048,576 bytes with its name."""
    if isinstance(value, str):
        return len(value.encode()) + 1
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, dict):
        fields = (len(name.encode()) + 1 + stored_bytes(item) for name, item in value.items())
        return 32 + sum(fields)
    if isinstance(value, list):
        return sum(map(stored_bytes, value))
    return 8

"""The part of an embedded colour profile whose cost is bounded, written anew.

A colour engine runs what a profile says: chains of elements, tables in many dimensions, and tags
that point a thousand times at the same bytes. A kilobyte can keep it busy for minutes. Cameras and
phones embed the simplest form, a matrix and a curve for each channel, and only that is taken. The
engine gets a profile of these tags alone, each copied once, so nothing else of the file reaches it.

Source: ICC.1:2022, clauses 7.2 (header), 7.3 (tag table), 8.3.3, 10.6 (curv), 10.18 (para), 10.31.
Pure.
"""

import struct

MAX_TAGS = 100
MAX_CURVE_ENTRIES = 4096
"""The longest curve in use; a camera's has 1,024 entries."""

_HEADER_BYTES = 128
_CLASSES = (b"mntr", b"scnr", b"spac")
_TAGS = {
    b"RGB ": (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"),
    b"GRAY": (b"wtpt", b"kTRC"),
}
_PARAMETERS = (1, 3, 4, 5, 7)
"""How many numbers each function of a parametric curve has."""


def bounded(profile: bytes) -> bytes | None:
    """A profile that converts as this one's matrix and curves say; None where it has none."""
    try:
        version, class_, space, connection = struct.unpack_from(">8xB3x4s4s4s", profile)
        names = _TAGS.get(space)
        is_plain = version in (2, 4) and class_ in _CLASSES and connection == b"XYZ "
        if names is None or not is_plain or profile[36:40] != b"acsp":
            return None
        entries = _entries(profile)
        tags = {name: _tag(profile, name, *entries[name]) for name in names}
    except (struct.error, LookupError, ValueError):
        return None
    return _written(profile[:_HEADER_BYTES], tags)


def _entries(profile: bytes) -> dict[bytes, tuple[int, int]]:
    """Offset and length of each tag, the first of a name."""
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    if count > MAX_TAGS:
        raise ValueError
    found: dict[bytes, tuple[int, int]] = {}
    for number in range(count):
        at = _HEADER_BYTES + 4 + 12 * number
        name, offset, length = struct.unpack_from(">4sII", profile, at)
        found.setdefault(name, (offset, length))
    return found


def _tag(profile: bytes, name: bytes, offset: int, length: int) -> bytes:
    """The bytes of one tag that its type needs. Raises ValueError where it is of no such type."""
    kind = profile[offset : offset + 4]
    if not name.endswith(b"TRC"):
        needed = 20 if kind == b"XYZ " else 0
    elif kind == b"curv":
        (entries,) = struct.unpack_from(">I", profile, offset + 8)
        if entries > MAX_CURVE_ENTRIES:
            raise ValueError
        needed = 12 + 2 * entries
    elif kind == b"para":
        (function,) = struct.unpack_from(">H", profile, offset + 8)
        needed = 12 + 4 * _PARAMETERS[function]
    else:
        raise ValueError
    tag = profile[offset : offset + needed]
    if offset < _HEADER_BYTES or not 0 < len(tag) == needed <= length:
        raise ValueError
    return tag


def _written(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        offset = _HEADER_BYTES + 4 + 12 * len(tags) + len(bodies)
        table += struct.pack(">4sII", name, offset, len(tag))
        bodies += tag + bytes(-len(tag) % 4)
    size = _HEADER_BYTES + len(table) + len(bodies)
    return struct.pack(">I", size) + header[4:] + table + bodies

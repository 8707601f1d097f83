"""What the boxes of an AVIF say, and of a HEIC, which shares the container and is only told apart.

Sources: ISO/IEC 14496-12 (boxes), 23008-12 (HEIF); https://aomediacodec.github.io/av1-avif/. Pure.
"""

import struct
from collections.abc import Iterator

from experience.imaging.models import MAX_PIECES, DamagedError

_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "image/heic"),
}
_ANY_CODEC = (b"mif1", b"msf1")
_TOP_BOXES = (b"ftyp", b"meta", b"moov", b"mdat", b"free")
_IMAGE_BOXES = {b"meta", b"mdat"}
_METADATA_ITEMS = (b"Exif", b"mime")


def content_type(head: bytes) -> str | None:
    """What the major brand of a container says, or the first of the others that says anything."""
    if head[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(head[:4]), 256)
    major, *others = (head[at : at + 4] for at in (8, *range(16, length, 4)))
    if major in _BRANDS:
        return _BRANDS[major]
    if major not in _ANY_CODEC:
        return None
    return next((_BRANDS[each] for each in others if each in _BRANDS), "image/heif")


def stated_end(data: bytes) -> int:
    """Where the file ends, as far as its boxes reach; what follows the image does not count.

    Cameras and editors may put boxes of their own between those of the image.
    """
    end, seen = 0, set()
    for name, _, end_of_box in _boxes(data, 0, len(data)):
        if name in _TOP_BOXES:
            end = end_of_box
            seen.add(name)
        elif seen >= _IMAGE_BOXES:
            break
    return end


def without_metadata(data: bytes) -> bytes:
    """The file up to its end, in which Exif and XMP have types that no decoder knows.

    Raises DamagedError where it breaks off.
    """
    end = stated_end(data)
    if end > len(data):
        raise DamagedError
    start, stop = _box(data, b"meta")
    metadata = data[start:stop]
    for each in _METADATA_ITEMS:
        metadata = metadata.replace(each, b"skip")
    return data[:start] + metadata + data[stop:end]


def size(data: bytes) -> tuple[int, int] | None:
    """The size of the largest image: that of a grid is larger than its tiles."""
    start, end = _box(data, b"meta", b"iprp", b"ipco")
    sizes = [
        struct.unpack_from(">II", data, position + 4)
        for name, position, _ in _boxes(data, start, end)
        if name == b"ispe"
    ]
    return max(sizes, key=lambda each: each[0] * each[1], default=None)


def _box(data: bytes, *names: bytes) -> tuple[int, int]:
    """Where the contents of a box lie within others; nowhere if there is none."""
    start, end = 0, len(data)
    for name in names:
        found = (box[1:] for box in _boxes(data, start, end) if box[0] == name)
        start, end = next(found, (end, end))
        end = min(end, len(data))
        start = min(start + 4, end) if name == b"meta" else start  # its version and flags
    return start, end


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Every box: its name, where its contents start, and where it says that they end."""
    for _ in range(MAX_PIECES):
        if start + 8 > end:
            return
        length, name = struct.unpack_from(">I4s", data, start)
        contents = start + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, contents)
            contents += 8
        end_of_box = start + length if length else end
        if end_of_box < contents:
            return
        yield name, contents, end_of_box
        start = end_of_box
    raise DamagedError

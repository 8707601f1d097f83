"""What an image file says about itself, read before any decoder sees it, and the file without it.

A decoder trusts the file: it unpacks metadata as large as it claims to be, and goes through a
photo as often as it has scans. So the file is taken apart here, in time that follows from its
length: the size, the orientation and the colour profile are returned, and what the decoder gets
holds pixels only, of one image. Nothing that follows the image is kept, such as another file.

Sources: ITU-T T.81, annex B (JPEG); EXIF 2.32; ICC.1:2022, annex B (JPEG, PNG);
https://www.w3.org/TR/png-3/; https://developers.google.com/speed/webp/docs/riff_container. Pure.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

MAX_SCANS = 100
"""Encoders write about ten. Each costs a pass through the whole photo, whatever its length."""

MAX_PIECES = 100_000
"""Segments or chunks of a file: 20 MiB in the smallest pieces that encoders write are a fifth."""

MAX_PROFILE_BYTES = 4 * 2**20
"""The largest colour profiles, for print, have half of this. A larger one is ignored."""


class NotAnImageError(ValueError):
    """The bytes are no JPEG, PNG or WebP."""


class DamagedError(ValueError):
    """The file breaks off, or contradicts itself."""


@dataclass(frozen=True)
class ImageFile:
    """An image without metadata, and what the metadata said."""

    format: Literal["JPEG", "PNG", "WEBP"]
    data: bytes
    width: int
    height: int
    orientation: int = 1
    """1 to 8, as EXIF has it."""
    profile: bytes | None = None
    """An ICC profile."""


def read(data: bytes) -> ImageFile:
    """Take a JPEG, PNG or WebP apart. Raises NotAnImageError and DamagedError."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(PNG):
            return _png(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error as error:  # less is there than was announced
        raise DamagedError from error
    raise NotAnImageError


def content_type(data: bytes) -> str | None:
    """What the first bytes of an image say that it is, such as `image/png`."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(PNG):
        return "image/png"
    return "image/webp" if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else None


def size(head: bytes) -> tuple[int, int] | None:
    """Width and height as stored, where the first bytes of a file tell them."""
    try:
        if head.startswith(PNG):
            width, height = struct.unpack_from(">II", head, 16)
            return width, height
        if head.startswith(b"RIFF"):
            return _webp_size(head[12:16], head[20:])
        for marker, segment, _ in _segments(head):
            if marker in _FRAMES:
                return _jpeg_size(segment)
    except (struct.error, DamagedError):
        pass
    return None


# JPEG

# Any marker but a restart, which stands within a scan; a stuffed zero makes an FF a pixel's.
# Of the FFs that may fill up before it only the last is taken: a run of them that ends in no marker
# would be gone through once more from each of its bytes.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _ADOBE = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PIXELS = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, _SOS, _ADOBE}


def _jpeg(data: bytes) -> ImageFile:
    kept = [b"\xff\xd8"]
    found = ImageFile("JPEG", b"", 0, 0)
    profile: dict[int, bytes] = {}
    scans = orientation = 0
    for marker, segment, following in _segments(data):
        body = segment[4:]
        if marker in _FRAMES:
            width, height = _jpeg_size(segment)
            found = replace(found, width=width, height=height)
        elif marker == _SOS:
            scans += 1
        elif marker == _APP1 and body.startswith(b"Exif\0"):
            orientation = orientation or _orientation(body)
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            profile[body[12]] = body[14:]
        is_jfif = marker == _APP0 and body.startswith(b"JFIF\0")
        if marker in _PIXELS or is_jfif:
            kept += segment, following
    if not 0 < scans <= MAX_SCANS:
        raise DamagedError
    together = b"".join(profile[number] for number in sorted(profile))
    kept.append(b"\xff\xd9")
    found = replace(found, data=b"".join(kept), profile=together or None)
    return _checked(found, orientation)


def _jpeg_size(frame: bytes) -> tuple[int, int]:
    height, width = struct.unpack_from(">HH", frame, 5)
    return width, height


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The marker, the segment and, of a scan, the pixels that follow it, up to the end of image."""
    match = _MARKER.search(data, 2)
    for _ in range(MAX_PIECES):
        if match is None:
            break
        marker, start = match[1][0], match.start()
        if marker == _EOI:
            return
        end = match.end()
        if marker not in (0x01, _SOI):
            end += max(2, *struct.unpack_from(">H", data, end))
        match = _MARKER.search(data, end)
        if end > len(data) or match is None:
            break
        following = data[end : match.start()] if marker == _SOS else b""
        yield marker, data[start:end], following
    raise DamagedError


# PNG

PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def _png(data: bytes) -> ImageFile:
    """Of an animation the default image, which is a PNG like any other."""
    kept = [PNG]
    found = ImageFile("PNG", b"", *struct.unpack_from(">II", data, 16))
    has_profile, orientation = False, 0
    for name, chunk in _chunks(data):
        body = chunk[8:-4]
        if name in _PNG_PIXELS:
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
                raise DamagedError
            kept.append(chunk)
        elif name == b"eXIf":
            orientation = orientation or _orientation(body)
        elif name == b"iCCP" and not has_profile:  # a file may have one, and each is unpacked
            has_profile = True
            found = replace(found, profile=_inflated(body.partition(b"\0")[2][1:]))
    return _checked(replace(found, data=b"".join(kept)), orientation)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk with its length, name and checksum around it, up to the last."""
    position = len(PNG)
    for _ in range(MAX_PIECES):
        length, name = struct.unpack_from(">I4s", data, position)
        chunk = data[position : position + length + 12]
        if len(chunk) < length + 12:
            break
        yield name, chunk
        if name == b"IEND":
            return
        position += len(chunk)
    raise DamagedError


def _inflated(packed: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    try:
        profile = unpacking.decompress(packed, MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if unpacking.eof else None


# WebP

_WEBP_PIXELS = (b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF")
_ANIMATED_OR_CLEAR = 0x12  # the flags of VP8X that say nothing of metadata


def _webp(data: bytes) -> ImageFile:
    """Of an animation the first frame, where it lies on its canvas."""
    kept: list[bytes] = []
    found = ImageFile("WEBP", b"", 0, 0)
    has_frame, orientation = False, 0
    for name, chunk in _riff_chunks(data):
        body = chunk[8:]
        if name in (b"VP8X", b"VP8 ", b"VP8L") and not found.width:
            width, height = _webp_size(name, body)
            found = replace(found, width=width, height=height)
        if name == b"VP8X":
            kept.append(chunk[:8] + bytes([body[0] & _ANIMATED_OR_CLEAR]) + body[1:])
        elif name == b"EXIF":
            orientation = orientation or _orientation(body)
        elif name == b"ICCP":
            found = replace(found, profile=body)
        elif name in _WEBP_PIXELS and not (name == b"ANMF" and has_frame):
            has_frame = has_frame or name == b"ANMF"
            kept.append(chunk)
    together = b"WEBP" + b"".join(kept)
    found = replace(found, data=b"RIFF" + len(together).to_bytes(4, "little") + together)
    return _checked(found, orientation)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk with its name, length and padding, as far as the file says it goes."""
    end = 8 + int.from_bytes(data[4:8], "little")
    position = 12
    for _ in range(MAX_PIECES):
        if position >= end:
            return
        name, length = struct.unpack_from("<4sI", data, position)
        chunk = data[position : position + 8 + length + length % 2]
        if len(chunk) < 8 + length:
            break
        yield name, chunk
        position += 8 + length + length % 2
    raise DamagedError


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        width, height = struct.unpack_from("<II", body[4:7] + b"\0" + body[7:10] + b"\0")
        return width + 1, height + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    (bits,) = struct.unpack_from("<I", body, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


# What they have in common


def _orientation(exif: bytes) -> int:
    """Tag 0x0112 of the first directory; 0 where it is not, or makes no sense."""
    tiff = exif.removeprefix(b"Exif\0").removeprefix(b"\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for number in range(count):
            tag, type_, _, value = struct.unpack_from(
                f"{order}HHIH", tiff, directory + 2 + 12 * number
            )
            if (tag, type_) == (0x0112, 3):
                return value if 1 <= value <= 8 else 0
    except struct.error:  # a photo with broken metadata is still a photo
        pass
    return 0


def _checked(file: ImageFile, orientation: int) -> ImageFile:
    """The file in the orientation that the first of its metadata names."""
    file = replace(file, orientation=orientation or 1)
    if not file.width or not file.height:
        raise DamagedError
    if file.profile and len(file.profile) > MAX_PROFILE_BYTES:
        return replace(file, profile=None)
    return file

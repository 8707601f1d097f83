"""Videos of a second or less, each a picture that stands still, in files as players read them."""

import io
import struct

from PIL import Image

SIZE = (64, 48)


def webm(size_bytes: int = 0, document_type: bytes = b"webm") -> bytes:
    """A WebM (or a Matroska, by its type) of one VP8 frame, padded to at least that many bytes.

    Layout after RFC 8794 (EBML) and RFC 9559 (Matroska). A lossy WebP holds a VP8 key frame.
    """
    file = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(file, "WEBP")
    frame = file.getvalue()[20:]

    def element(id_: str, *parts: bytes | int) -> bytes:
        body = b"".join(p if isinstance(p, bytes) else p.to_bytes(2) for p in parts)
        return bytes.fromhex(id_) + (0x0400_0000_0000 | len(body)).to_bytes(6) + body

    head = element(
        "1A45DFA3",
        *(element("4286", 1), element("42F7", 1), element("42F2", 4), element("42F3", 8)),
        *(element("4282", document_type), element("4287", 2), element("4285", 2)),
    )
    video = element("E0", element("B0", SIZE[0]), element("BA", SIZE[1]))
    track = element(
        "AE", element("D7", 1), element("73C5", 1), element("83", 1), element("86", b"V_VP8"), video
    )
    info = element("1549A966", element("4D80", b"test"), element("5741", b"test"))
    cluster = element("1F43B675", element("E7", 0), element("A3", b"\x81\0\0\x80", frame))
    made = head + element("18538067", info, element("1654AE6B", track), cluster)
    return made + element("EC", bytes(max(0, size_bytes - len(made) - 7)))


def mp4(size_bytes: int = 0, brand: bytes = b"isom") -> bytes:
    """An MP4 of one JPEG frame, padded to at least that many bytes.

    Layout after ISO/IEC 14496-12 and -14; 0x6C is JPEG among the object types of MPEG-4.
    """
    file = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(file, "JPEG")
    frame = file.getvalue()

    def box(name: str, *parts: bytes) -> bytes:
        body = b"".join(parts)
        return struct.pack(">I4s", 8 + len(body), name.encode()) + body

    def full(name: str, form: str, *values: int, more: bytes = b"", flags: int = 0) -> bytes:
        return box(name, struct.pack(f">I{form}", flags, *values), more)

    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    ftyp = box("ftyp", brand, bytes(4), brand, b"mp41")
    config = b"\x04\x0d\x6c\x11" + bytes(11)
    entry = struct.pack(">6xH16xHHII4xH32xHh", 1, *SIZE, 0x480000, 0x480000, 1, 24, -1)
    esds = full("esds", "", more=b"\x03\x15\0\1\0" + config + b"\x06\1\2")
    stbl = box(
        "stbl",
        full("stsd", "I", 1, more=box("mp4v", entry, esds)),
        full("stts", "III", 1, 1, 1000),
        full("stsc", "IIII", 1, 1, 1, 1),
        full("stsz", "III", 0, 1, len(frame)),
        full("stco", "II", 1, len(ftyp) + 8),
    )
    reference = full("dref", "I", 1, more=full("url ", "", flags=1))
    minf = box("minf", full("vmhd", "HHHH", 0, 0, 0, 0, flags=1), box("dinf", reference), stbl)
    handler = box("hdlr", bytes(8) + b"vide" + bytes(13))
    media = box("mdia", full("mdhd", "IIIIHH", 0, 0, 1000, 1000, 0x55C4, 0), handler, minf)
    size = struct.pack(">II", SIZE[0] << 16, SIZE[1] << 16)
    header = full("tkhd", "IIIII8xHHHH", 0, 0, 1, 0, 1000, 0, 0, 0, 0, more=matrix + size, flags=7)
    rest = matrix + bytes(24) + struct.pack(">I", 2)
    movie = full("mvhd", "IIIIIH10x", 0, 0, 1000, 1000, 0x10000, 0x100, more=rest)
    moov = box("moov", movie, box("trak", header, media))
    made = ftyp + box("mdat", frame) + moov
    return made + box("free", bytes(max(0, size_bytes - len(made) - 8)))

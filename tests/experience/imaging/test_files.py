"""Files made to harm: bombs, files that are two things at once, and files that break off."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from experience.imaging import files
from experience.imaging.models import MAX_PIECES, ImageRefused, Picture, RefusalCode
from experience.imaging.transform import transform_image
from tests.support.builders.images import (
    ASTRONAUT,
    avif_with,
    encoded,
    exif,
    jpeg_with,
    pixels,
    png,
    png_chunk,
    png_header,
    recipe,
)

PHOTO = Image.open(io.BytesIO(ASTRONAUT)).resize((160, 120))
PHOTOS = {
    "baseline": encoded(PHOTO, "JPEG", quality=90, exif=Image.Exif()),
    "progressive": encoded(PHOTO, "JPEG", progressive=True),
    "png": encoded(PHOTO),
    "palette": encoded(PHOTO.quantize(16)),
    "webp": encoded(PHOTO, "WEBP"),
    "lossless": encoded(PHOTO, "WEBP", lossless=True),
    "avif": encoded(PHOTO, "AVIF", quality=90, speed=8),
}
PICTURES = {name: transform_image(data, recipe()).data for name, data in PHOTOS.items()}

# The same examples every time: what a run finds, every run finds.
SETTINGS = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=20
)


def outcome(data: bytes) -> bytes | str:
    """The picture, or why there is none."""
    try:
        return transform_image(data, recipe()).data
    except ImageRefused as refused:
        return refused.message if refused.code == RefusalCode.INVALID_INPUT else ""


@contextmanager
def memory_within(mebibytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < mebibytes * 2**20
    finally:
        tracemalloc.stop()


def bomb(mebibytes: int) -> bytes:
    """So much nothing, in a thousandth of the space."""
    packer = zlib.compressobj(9)
    piece = bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(mebibytes)) + packer.flush()


class TestBombs:
    @pytest.mark.parametrize(
        "data",
        [
            png_header(8192, 6145),
            png_header(100_000, 100_000),
            b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0\xff\x3f\0",
            b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0\x2f\xff\xff\xff\x0f\0",
            b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0"
            b"\xff\xda\0\x08\1\1\0\0\x3f\0\0\xff\xd9",
        ],
        ids=["a row too many", "PNG", "WebP", "lossless WebP", "JPEG"],
    )
    def test_more_than_fifty_megapixels_are_refused_before_they_are_unpacked(
        self, data: bytes
    ) -> None:
        with memory_within(1):
            assert "more than 50 megapixels" in str(outcome(data))

    @pytest.mark.parametrize("name", [b"iCCP", b"zTXt"])
    def test_metadata_is_not_unpacked_without_bound(self, name: bytes) -> None:
        chunk = png_chunk(name, b"bomb\0\0" + bomb(64))
        plain = PHOTOS["png"]

        with memory_within(24):
            assert outcome(plain[:33] + chunk + plain[33:]) == PICTURES["png"]

    def test_a_directory_of_sixty_thousand_entries_is_walked_not_loaded(self) -> None:
        plain = PHOTOS["png"]
        chunk = png_chunk(b"eXIf", exif(3, entries=60_000) + bytes(2**20))

        with memory_within(16):
            file = files.read(plain[:33] + chunk + plain[33:])

        assert file.orientation == 3
        assert b"eXIf" not in file.data

    def test_a_thousand_scans_are_refused(self) -> None:
        photo = PHOTOS["progressive"]
        scan = photo[photo.rindex(b"\xff\xda") : -2]

        assert isinstance(outcome(photo[:-2] + 80 * scan + photo[-2:]), bytes)
        assert "damaged" in str(outcome(photo[:-2] + 1000 * scan + photo[-2:]))

    @pytest.mark.parametrize(
        "data",
        [
            jpeg_with(*[(0xFE, b"")] * MAX_PIECES),
            png(9, 9, *[(b"IDAT", b"")] * MAX_PIECES),
            b"RIFF\xff\xff\xff\x00WEBP" + b"none\0\0\0\0" * (MAX_PIECES + 1),
        ],
        ids=["JPEG", "PNG", "WebP"],
    )
    def test_a_file_of_crumbs_is_refused(self, data: bytes) -> None:
        assert "damaged" in str(outcome(data))

    def test_no_byte_is_looked_at_again_and_again(self) -> None:
        """Each of these would take hours or minutes if the time went by its length squared."""
        filled = b"\xff" * 2**20 + b"\0"
        photo = PHOTOS["baseline"]
        assert files.size(photo[:2] + filled) is None
        assert "damaged" in str(outcome(photo[:2] + filled))
        assert files.read(photo[:-2] + filled + photo[-2:]).data.endswith(filled + photo[-2:])
        crumbs = b"ALPH\0\0\0\0" * 49_000 + b"ANMF\0\0\0\0" * 49_000
        riff = b"RIFF" + struct.pack("<I", 4 + len(crumbs)) + b"WEBP" + crumbs
        assert "damaged" in str(outcome(riff))

    def test_of_several_profiles_the_first_counts_and_no_other_is_unpacked(self) -> None:
        first, second = (
            png_chunk(b"iCCP", b"a\0\0" + zlib.compress(each)) for each in (b"1", b"2")
        )
        plain = PHOTOS["png"]
        assert files.read(plain[:33] + first + second + plain[33:]).profile == b"1"

    def test_a_marker_may_have_filling_before_it(self) -> None:
        photo = PHOTOS["baseline"]
        end = photo.rindex(b"\xff\xd9")
        filled = photo[:2] + b"\xff" * 9 + photo[2:end] + b"\xff" * 9 + photo[end:]
        assert outcome(filled) == PICTURES["baseline"]


HIDDEN = (
    b"<html><script>alert('hidden')</script></html>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='hidden()'/>",
    b"%PDF-1.7 hidden %%EOF",
    b"PK\x03\x04 hidden PK\x05\x06" + bytes(18),
)


class TestSize:
    @pytest.mark.parametrize("name", PHOTOS)
    def test_the_first_bytes_tell_it(self, name: str) -> None:
        assert files.size(PHOTOS[name][:2000]) == (160, 120)

    def test_of_an_animation_too(self) -> None:
        frames = {"save_all": True, "append_images": [PHOTO.transpose(Image.Transpose.ROTATE_180)]}
        assert files.size(encoded(PHOTO, "WEBP", **frames)[:64]) == (160, 120)

    def test_behind_metadata_longer_than_that_it_is_not_known(self) -> None:
        data = jpeg_with(*[(0xE2, bytes(60_000))] * 2)
        assert files.size(data[: 2**16]) is None
        assert files.size(data) == (512, 512)

    @pytest.mark.parametrize("name", PHOTOS)
    def test_too_little_tells_nothing(self, name: str) -> None:
        for length in range(30):
            assert files.size(PHOTOS[name][:length]) in (None, (160, 120))


class TestPolyglots:
    """What is published holds the photo's pixels alone, whatever came along in its file."""

    @pytest.mark.parametrize("name", PHOTOS)
    @pytest.mark.parametrize("hidden", HIDDEN, ids=["HTML", "SVG", "PDF", "ZIP"])
    def test_what_follows_the_image_is_left_behind(self, name: str, hidden: bytes) -> None:
        data = PHOTOS[name] + hidden

        assert b"hidden" not in files.read(data).data
        assert outcome(data) == PICTURES[name]

    @pytest.mark.parametrize("hidden", HIDDEN, ids=["HTML", "SVG", "PDF", "ZIP"])
    def test_so_is_what_lies_in_its_metadata(self, hidden: bytes) -> None:
        plain = PHOTOS["png"]
        text = png_chunk(b"tEXt", b"Comment\0" + hidden)
        webp = PHOTOS["webp"] + b"XMP " + struct.pack("<I", len(hidden)) + hidden
        webp += bytes(len(hidden) % 2)
        for name, data in (
            ("baseline", jpeg_with((0xFE, hidden), (0xE1, hidden), photo=PHOTOS["baseline"])),
            ("png", plain[:33] + text + plain[33:]),
            ("webp", webp[:4] + struct.pack("<I", len(webp) - 8) + webp[8:]),
        ):
            assert outcome(data) == PICTURES[name]
            assert b"hidden" not in PICTURES[name]


@pytest.mark.exhaustive
class TestFilesThatBreakOff:
    @pytest.mark.parametrize("name", PHOTOS)
    def test_wherever_it_is_cut_there_is_no_picture_or_that_of_a_browser(self, name: str) -> None:
        photo = PHOTOS[name]
        is_jpeg = photo.startswith(b"\xff\xd8")
        begins = photo.index(b"\xff\xda") + 14 if is_jpeg else len(photo) - 1
        for length in {
            *range(0, len(photo), len(photo) // 60 + 1),
            *range(len(photo) - 9, len(photo)),
        }:
            found = outcome(photo[:length])
            assert isinstance(found, str) or length >= begins
            assert files.is_cut_off(photo[:length], length) == isinstance(found, str)

    @pytest.mark.parametrize("name", ["baseline", "progressive"])
    def test_a_jpeg_that_lacks_its_end_shows_what_it_has(self, name: str) -> None:
        photo = PHOTOS[name]
        assert outcome(photo[:-2]) == PICTURES[name]
        cut = pixels(transform_image(photo[: len(photo) * 3 // 4], recipe()).data)
        assert abs(cut - pixels(PICTURES[name]))[:100].mean() < 12

    @pytest.mark.parametrize("name", ["webp", "lossless", "avif"])
    def test_where_it_ends_is_known_from_its_beginning(self, name: str) -> None:
        photo = PHOTOS[name]
        assert not files.is_cut_off(photo[:1000], len(photo))
        assert files.is_cut_off(photo[:1000], len(photo) - 2)

    @pytest.mark.parametrize("name", [b"uuid", b"skip"])
    def test_an_avif_may_have_boxes_of_its_makers_before_its_image(self, name: bytes) -> None:
        photo = avif_with(PHOTOS["avif"], name, b"a name of 16 byte and more")
        assert outcome(photo) == PICTURES["avif"]
        assert files.is_cut_off(photo[:1000], len(photo) - 2)

    @pytest.mark.parametrize("name", PHOTOS)
    def test_damage_anywhere_is_refused_or_survived(self, name: str) -> None:
        photo = PHOTOS[name]

        @SETTINGS
        @given(st.lists(st.tuples(st.integers(0, len(photo) - 1), st.integers(0, 7)), max_size=4))
        def flip(bits: list[tuple[int, int]]) -> None:
            damaged = bytearray(photo)
            for place, bit in bits:
                damaged[place] ^= 1 << bit
            found = outcome(bytes(damaged))
            assert found
            if name in ("png", "palette"):  # which carry checksums
                assert found == PICTURES[name] or isinstance(found, str)

        flip()

    @pytest.mark.parametrize("name", PHOTOS)
    def test_so_are_pieces_that_are_lost_or_doubled(self, name: str) -> None:
        photo = PHOTOS[name]
        places = st.integers(0, len(photo))

        @SETTINGS
        @given(places, places, places)
        def shuffle(first: int, second: int, third: int) -> None:
            start, middle, end = sorted((first, second, third))
            assert outcome(photo[:start] + photo[middle:end] + photo[start:])

        shuffle()


def test_an_outcome_is_a_picture_or_a_refusal() -> None:
    assert isinstance(transform_image(ASTRONAUT, recipe()), Picture)
    assert outcome(b"text") == (
        "The file is not a JPEG, PNG, WebP or AVIF image. Please take or choose another one."
    )


class TestASecondOrientation:
    SILENT = b"II*\0\x08\0\0\0" + bytes(6)
    """A directory without entries, as an editor adds it."""

    @pytest.mark.parametrize("second", [SILENT, exif(1), exif(3)])
    def test_undoes_nothing_that_the_first_says(self, second: bytes) -> None:
        for first in (exif(6), self.SILENT + b"Exif"):
            both = [(0xE1, b"Exif\0\0" + each) for each in (first, exif(6), second)]
            assert files.read(jpeg_with(*both)).orientation == 6
        plain = PHOTOS["png"]
        chunks = [png_chunk(b"eXIf", each) for each in (exif(6), second)]
        assert files.read(plain[:33] + b"".join(chunks) + plain[33:]).orientation == 6

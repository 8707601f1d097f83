"""Colour profiles: what cameras embed is understood, and nothing else is run."""

import struct
import time
from typing import Any

import pytest
from PIL import Image

from experience.imaging.colour_profiles import MAX_CURVE_ENTRIES, bounded
from tests.support.builders.images import encoded, plain
from tests.support.builders.profiles import DISPLAY_P3, endless_profile, profile_of

P3 = DISPLAY_P3.profile()
COLOUR = (200, 100, 50)


def tags_of(profile: bytes) -> dict[bytes, bytes]:
    """The tags of a profile by name."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(count)]
    return {name: profile[offset : offset + length] for name, offset, length in entries}


def with_tags(**changed: bytes) -> bytes:
    """The profile of a phone, but for these tags."""
    return profile_of(tags_of(P3) | {name.encode(): tag for name, tag in changed.items()})


def curve(entries: int, stored: int | None = None) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">I", entries) + bytes(2 * (stored or entries))


def shown(profile: bytes | None, **options: Any) -> list[int]:
    middle: list[int] = plain("RGB", COLOUR, icc_profile=profile, **options).tolist()
    return middle


class TestAProfileThatNeverEnds:
    @pytest.mark.parametrize("elements", [2, 60_000])
    def test_is_ignored_at_once(self, elements: int) -> None:
        profile = endless_profile(elements)
        assert len(encoded(Image.new("RGB", (64, 64)), icc_profile=profile)) < 2000

        began = time.process_time()
        colour = shown(profile)

        assert colour == list(COLOUR)
        assert time.process_time() - began < 2

    def test_beside_a_matrix_leaves_the_matrix(self) -> None:
        both = with_tags(D2B0=tags_of(endless_profile(60_000))[b"D2B0"])
        assert set(tags_of(bounded(both) or b"")) == set(tags_of(P3)) - {b"desc", b"cprt"}
        assert shown(both) == shown(P3) != list(COLOUR)


class TestWhatIsTaken:
    def test_is_what_phones_embed(self) -> None:
        parametric = b"para" + bytes(4) + struct.pack(">HH", 3, 0)
        numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        parametric += b"".join(struct.pack(">i", round(each * 65536)) for each in numbers)
        phone = with_tags(rTRC=parametric, gTRC=parametric, bTRC=parametric)
        assert max(abs(a - b) for a, b in zip(shown(phone), shown(P3), strict=True)) <= 1

    def test_is_bounded_and_taken_again_unchanged(self) -> None:
        once = bounded(P3)
        assert once
        assert bounded(once) == once
        assert len(once) < 3 * (12 + 2 * MAX_CURVE_ENTRIES) + 500

    @pytest.mark.parametrize(
        "profile",
        [
            b"",
            b"acsp" * 40,
            P3[:1000],
            P3[:128] + struct.pack(">I", 2**32 - 1) + P3[132:],
            profile_of(tags_of(P3), b"link"),
            profile_of(tags_of(P3), b"nmcl"),
            profile_of(tags_of(P3), version=5),
            profile_of({name: tag for name, tag in tags_of(P3).items() if name != b"gTRC"}),
            with_tags(rTRC=curve(MAX_CURVE_ENTRIES + 1)),
            with_tags(rTRC=curve(2**31, stored=4)),
            with_tags(rTRC=b"para" + bytes(4) + struct.pack(">HH", 9, 0) + bytes(64)),
            with_tags(rTRC=tags_of(endless_profile(3))[b"D2B0"]),
            with_tags(rXYZ=b"mpet" + bytes(16)),
        ],
    )
    def test_is_nothing_else(self, profile: bytes) -> None:
        assert bounded(profile) is None

    def test_is_never_more_than_its_tags_wherever_they_point(self) -> None:
        shared = bytearray(P3)
        (count,) = struct.unpack_from(">I", shared, 128)
        for number in range(count):
            struct.pack_into(">I", shared, 132 + 12 * number + 4, 128)
        assert bounded(bytes(shared)) is None

"""Photos as guests send them, the good and the bad: upright, opaque, in sRGB, or refused."""

import io
import resource
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from experience.imaging.models import (
    ImageRefused,
    Picture,
    PictureFormat,
    RefusalCode,
    Style,
)
from experience.imaging.transform import transform_image
from tests.builders.images import (
    ASTRONAUT,
    PHOTOS,
    encoded,
    plain,
    plain_of,
    png_header,
    recipe,
    transformed,
)

# The first example builds hypothesis' tables, which takes a second.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestOrientation:
    def test_a_photo_stored_sideways_comes_out_upright(self) -> None:
        sideways = (PHOTOS / "astronaut_rotated_exif6.jpg").read_bytes()

        difference = np.abs(transformed(sideways, width=512) - transformed(ASTRONAUT, width=512))
        assert difference.mean() < 3

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
    def test_every_orientation_is_undone(self, orientation: int, format_: str) -> None:
        upright = Image.new("RGB", (300, 200), "white")
        upright.paste("red", (0, 0, 60, 40))
        upright.paste("blue", (240, 0, 300, 40))
        undo = [None, None, 0, 3, 1, 5, 2, 6, 4][orientation]
        # Pillow's numbers of the opposite turns: flips undo themselves, 6 and 8 undo each other
        stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
        exif = Image.Exif()
        exif[0x0112] = orientation

        picture = transformed(encoded(stored, format_, exif=exif), ratio="3:2", width=300)

        assert picture[10, 10].argmax() == 0
        assert picture[10, 10, 2] < 60
        assert picture[10, 290].argmax() == 2
        assert picture[190, 10].min() > 230

    @pytest.mark.filterwarnings("ignore:.*EXIF")
    def test_broken_metadata_leaves_the_photo_as_stored(self) -> None:
        data = encoded(
            Image.open(io.BytesIO(ASTRONAUT)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"
        )

        assert transformed(data).shape == (256, 256, 3)


class TestColours:
    def test_transparency_becomes_white(self) -> None:
        assert plain("RGBA", (255, 0, 0, 0)).tolist() == [255, 255, 255]
        assert plain("RGBA", (255, 0, 0, 128)).tolist() == [255, 127, 127]
        assert plain("LA", (0, 0)).tolist() == [255, 255, 255]
        assert plain("RGBA", (255, 0, 0, 0), "WEBP", lossless=True).tolist() == [255, 255, 255]
        assert plain("RGB", (9, 9, 9), transparency=(9, 9, 9)).tolist() == [255, 255, 255]

    def test_greys_of_every_depth_keep_their_brightness(self) -> None:
        assert plain("L", 77).tolist() == [77, 77, 77]
        assert plain("1", 1).tolist() == [255, 255, 255]
        assert plain("I;16", 77 * 256 + 9).tolist() == [77, 77, 77]

    def test_printing_colours_become_screen_colours(self) -> None:
        red, green, blue = plain("CMYK", (0, 255, 255, 0), "JPEG", quality=95)

        assert red > 240
        assert max(green, blue) < 20

    def test_a_palette_is_looked_up(self) -> None:
        image = Image.new("RGB", (300, 300), (200, 100, 50)).quantize(4)

        assert plain_of(encoded(image)).tolist() == [200, 100, 50]
        assert plain_of(encoded(image, transparency=0)).tolist() == [255, 255, 255]

    def test_an_embedded_profile_is_converted_to_srgb(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        swapped = _with_swapped_primaries(srgb)

        assert np.abs(plain("RGB", (200, 100, 50), icc_profile=srgb) - (200, 100, 50)).max() <= 1
        assert plain("RGB", (255, 0, 0), icc_profile=swapped).argmax() == 2
        for unfit in (profile, lab, b"no profile", b""):
            assert plain("CMYK", (0, 0, 0, 0), "JPEG", icc_profile=unfit).min() > 250


def _with_swapped_primaries(profile: bytes) -> bytes:
    """A profile whose red is blue: the names of the two colorants exchanged in its tag table."""
    return profile.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")


class TestAnimation:
    def test_the_first_frame_is_taken(self) -> None:
        frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
        for format_ in ("PNG", "WEBP"):
            data = encoded(frames[0], format_, save_all=True, append_images=frames[1:])
            assert plain_of(data).argmax() == 0


class TestPrivacy:
    @pytest.mark.parametrize("style", [None, "cartoon"])
    @pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
    def test_nothing_of_the_photos_metadata_is_left(
        self, style: Style | None, source: str, format_: PictureFormat
    ) -> None:
        exif = Image.Exif()
        exif[0x010F] = "SECRETMAKER"
        exif.get_ifd(0x8825)[1] = "N"
        icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        more = {"comment": b"SECRETNOTE"} if source == "JPEG" else {}
        photo = Image.open(io.BytesIO(ASTRONAUT)).convert("RGB")
        data = encoded(photo, source, exif=exif, icc_profile=icc, **more)
        assert b"SECRET" in data

        picture = transform_image(data, recipe(style, format_=format_))

        for result in (picture.data, picture.thumbnail):
            image = Image.open(io.BytesIO(result))
            assert not image.getexif()
            assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)
            assert b"SECRET" not in result


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "not a JPEG, PNG or WebP"),
            (b"this is a text that was named photo.jpg", "not a JPEG, PNG or WebP"),
            (encoded(Image.new("RGB", (9, 9)), "GIF"), "not a JPEG, PNG or WebP"),
            (encoded(Image.new("RGB", (9, 9)), "TIFF"), "not a JPEG, PNG or WebP"),
            (ASTRONAUT[: len(ASTRONAUT) // 2], "damaged or incomplete"),
            (encoded(Image.open(io.BytesIO(ASTRONAUT)))[:-5000], "damaged or incomplete"),
            (encoded(Image.open(io.BytesIO(ASTRONAUT)), "WEBP")[:-5000], "damaged|not a JPEG"),
            (png_header(9, 9), "damaged or incomplete"),
        ],
    )
    def test_what_is_no_whole_image_is_refused(self, data: bytes, message: str) -> None:
        with pytest.raises(ImageRefused, match=message) as refused:
            transform_image(data, recipe("cartoon"))

        assert refused.value.code == RefusalCode.INVALID_INPUT

    @pytest.mark.parametrize("size", [(8192, 6145), (12000, 12000), (60000, 60000)])
    def test_a_decompression_bomb_is_refused_before_it_is_unpacked(
        self, size: tuple[int, int]
    ) -> None:
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

        with pytest.raises(ImageRefused, match="more than 50 megapixels"):
            transform_image(png_header(*size), recipe())

        assert time.monotonic() - started < 0.5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000

    @pytest.mark.filterwarnings("ignore")  # Pillow warns of metadata that it cannot read
    @settings(SETTINGS, max_examples=60)
    @given(
        st.sampled_from(["JPEG", "PNG", "WEBP"]),
        st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=4)), max_size=5),
        st.integers(0, 200),
    )
    def test_damage_anywhere_is_refused_or_survived(
        self, format_: str, damage: list[tuple[int, bytes]], missing: int
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        data = bytearray(encoded(Image.linear_gradient("L").resize((40, 30)), format_, exif=exif))
        for place, replacement in damage:
            start = place % len(data)
            data[start : start + len(replacement)] = replacement
        outcome: Picture | ImageRefused
        try:
            outcome = transform_image(bytes(data[: len(data) - missing]), recipe())
        except ImageRefused as refused:
            outcome = refused
        assert isinstance(outcome, Picture) or outcome.code == RefusalCode.INVALID_INPUT

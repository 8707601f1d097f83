"""Photos as guests send them, the good and the bad: upright, opaque, in sRGB, or refused."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from experience.imaging import files
from experience.imaging.models import (
    ImageRefused,
    PictureFormat,
    RefusalCode,
    Style,
)
from experience.imaging.transform import transform_image
from tests.support.builders.images import (
    ASTRONAUT,
    PHOTOS,
    encoded,
    plain,
    plain_of,
    png_chunk,
    png_header,
    recipe,
    transformed,
)
from tests.support.builders.profiles import ADOBE_RGB, DISPLAY_P3, SRGB, Display


class TestOrientation:
    def test_a_photo_stored_sideways_comes_out_upright(self) -> None:
        sideways = (PHOTOS / "astronaut_rotated_exif6.jpg").read_bytes()

        difference = np.abs(transformed(sideways, width=512) - transformed(ASTRONAUT, width=512))
        assert difference.mean() < 3

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
    def test_every_orientation_is_undone(self, orientation: int, format_: str) -> None:
        upright = Image.new("RGB", (300, 200), "white")
        upright.paste("red", (0, 0, 60, 40))
        upright.paste("blue", (240, 0, 300, 40))

        picture = transformed(
            encoded(_stored(upright, orientation), format_, exif=_exif(orientation)),
            ratio="3:2",
            width=300,
        )

        assert picture[10, 10].argmax() == 0
        assert picture[10, 10, 2] < 60
        assert picture[10, 290].argmax() == 2
        assert picture[190, 10].min() > 230

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_what_is_cropped_does_not_depend_on_how_it_is_stored(self, orientation: int) -> None:
        upright = Image.open(io.BytesIO(ASTRONAUT)).resize((200, 300))
        stored = encoded(_stored(upright, orientation), exif=_exif(orientation))

        crop = transformed(stored, ratio="16:9")

        assert np.abs(crop - transformed(encoded(upright), ratio="16:9")).max() <= 1

    def test_broken_metadata_leaves_the_photo_as_stored(self) -> None:
        data = encoded(
            Image.open(io.BytesIO(ASTRONAUT)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"
        )

        assert transformed(data).shape == (256, 256, 3)


def _stored(upright: Image.Image, orientation: int) -> Image.Image:
    """The rows and columns of an upright image as a camera stores them."""
    # Pillow's numbers of the opposite turns: flips undo themselves, 6 and 8 undo each other
    undo = [None, None, 0, 3, 1, 5, 2, 6, 4][orientation]
    return upright if undo is None else upright.transpose(Image.Transpose(undo))


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


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

    def test_sixteen_bits_of_each_colour_are_eight(self) -> None:
        deep = np.array([200, 100, 50], ">u2") * 257
        rows = b"\0" + deep.tobytes() * 300
        header = struct.pack(">IIBBBBB", 300, 300, 16, 2, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows * 300)), (b"IEND", b""))
        data = files.PNG + b"".join(png_chunk(*each) for each in chunks)

        assert plain_of(data).tolist() == [200, 100, 50]

    def test_printing_colours_become_screen_colours(self) -> None:
        data = encoded(Image.new("CMYK", (300, 300), (0, 255, 255, 0)), "JPEG", quality=95)

        assert b"Adobe" in data  # which is how it says that its inks are stored inverted
        red, green, blue = plain_of(data)
        assert red > 240
        assert max(green, blue) < 20

    def test_printing_colours_may_be_stored_as_brightness_and_difference(self) -> None:
        # Y 150, Cb 128, Cr 200, which is (251, 99, 150), of inks that are inverted
        inks = encoded(Image.new("CMYK", (300, 300), (105, 127, 55, 0)), "JPEG", quality=95)
        place = inks.index(b"Adobe") + 11
        data = inks[:place] + b"\2" + inks[place + 1 :]

        assert np.abs(plain_of(data) - (4, 156, 105)).max() < 6

    def test_a_palette_is_looked_up(self) -> None:
        image = Image.new("RGB", (300, 300), (200, 100, 50)).quantize(4)

        assert plain_of(encoded(image)).tolist() == [200, 100, 50]
        assert plain_of(encoded(image, transparency=0)).tolist() == [255, 255, 255]

    @pytest.mark.parametrize("display", [SRGB, DISPLAY_P3, ADOBE_RGB], ids=["sRGB", "P3", "Adobe"])
    @pytest.mark.parametrize(
        ("format_", "options"),
        [("JPEG", {"quality": 100, "subsampling": 0}), ("PNG", {}), ("WEBP", {"lossless": True})],
    )
    def test_colours_mean_what_the_embedded_profile_says(
        self, display: Display, format_: str, options: dict[str, Any]
    ) -> None:
        for colour in ((200, 100, 50), (20, 180, 60), (30, 60, 200), (90, 90, 90)):
            shown = plain("RGB", colour, format_, icc_profile=display.profile(), **options)
            assert np.abs(shown - display.in_srgb(colour)).max() < 3

    def test_transparency_stays_white_under_a_profile(self) -> None:
        profile = ADOBE_RGB.profile()
        assert plain("RGBA", (9, 9, 9, 0), icc_profile=profile).tolist() == [255, 255, 255]

    def test_a_profile_that_does_not_fit_is_ignored(self) -> None:
        for space in ("XYZ", "LAB"):
            unfit = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
            assert plain("CMYK", (0, 0, 0, 0), "JPEG", icc_profile=unfit).min() > 250
        for broken in (b"no profile", b"", SRGB.profile()[:200]):
            colour = plain("RGB", (200, 100, 50), icc_profile=broken)
            assert colour.tolist() == [200, 100, 50]


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
            (b"", "not a JPEG, PNG, WebP or AVIF"),
            (b"this is a text that was named photo.jpg", "not a JPEG, PNG, WebP or AVIF"),
            (encoded(Image.new("RGB", (9, 9)), "GIF"), "not a JPEG, PNG, WebP or AVIF"),
            (encoded(Image.new("RGB", (9, 9)), "TIFF"), "not a JPEG, PNG, WebP or AVIF"),
            (ASTRONAUT[:300], "damaged or incomplete"),
            (encoded(Image.open(io.BytesIO(ASTRONAUT)))[:-5000], "damaged or incomplete"),
            (encoded(Image.open(io.BytesIO(ASTRONAUT)), "WEBP")[:-5000], "damaged|not a JPEG"),
            (png_header(9, 9), "damaged or incomplete"),
        ],
    )
    def test_what_is_no_whole_image_is_refused(self, data: bytes, message: str) -> None:
        with pytest.raises(ImageRefused, match=message) as refused:
            transform_image(data, recipe("cartoon"))

        assert refused.value.code == RefusalCode.INVALID_INPUT

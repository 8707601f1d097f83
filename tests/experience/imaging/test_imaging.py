"""The pictures that recipes make of a photo."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from experience.imaging import stages
from experience.imaging.files import content_type
from experience.imaging.models import (
    AspectRatio,
    ImageRefused,
    Picture,
    PictureFormat,
    RefusalCode,
    Style,
)
from experience.imaging.photos import crop_box, fit, load
from experience.imaging.transform import transform_image
from tests.support.builders.images import ASTRONAUT, encoded, pixels, recipe, transformed

FUNCTIONS = Path(__file__).parents[3] / "functions"
# The first example builds hypothesis' tables, which takes a second.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestPicture:
    @pytest.mark.parametrize(
        ("ratio", "size"),
        [
            ("1:1", (480, 480)),
            ("3:2", (480, 320)),
            ("2:3", (480, 720)),
            ("16:9", (480, 270)),
            ("9:16", (480, 853)),
        ],
    )
    @pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
    def test_it_has_the_size_and_format_of_the_recipe(
        self, ratio: AspectRatio, size: tuple[int, int], format_: PictureFormat
    ) -> None:
        picture = transform_image(ASTRONAUT, recipe("sketch", ratio, format_, 480))

        image = Image.open(io.BytesIO(picture.data))
        assert (picture.width, picture.height) == image.size == size
        assert picture.format == format_
        assert image.get_format_mimetype() == picture.content_type == f"image/{format_}"

    def test_a_large_one_is_enlarged_after_styling(self) -> None:
        picture = transform_image(ASTRONAUT, recipe("sketch", "16:9", "jpeg", 4096))

        assert Image.open(io.BytesIO(picture.data)).size == (4096, 2304)

    def test_the_thumbnail_is_a_small_webp_of_the_same_picture(self) -> None:
        picture = transform_image(ASTRONAUT, recipe("cartoon", "2:3", width=600))

        thumbnail = Image.open(io.BytesIO(picture.thumbnail))
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (267, 400))
        large = Image.open(io.BytesIO(picture.data)).resize(thumbnail.size)
        assert np.abs(pixels(encoded(large)) - pixels(picture.thumbnail)).mean() < 6

    def test_the_same_photo_gives_the_same_bytes(self) -> None:
        for style in (*get_args(Style), None):
            assert _once(style) == _once(style)

    def test_widths_outside_the_bounds_are_a_mistake_in_the_recipe(self) -> None:
        for width in (255, 4097):
            with pytest.raises(ValueError, match="256 to 4096"):
                recipe(width=width)


def _once(style: Style | None) -> Picture:
    return transform_image(ASTRONAUT, recipe(style, format_="webp"))


class TestCrop:
    def test_of_a_tall_photo_the_upper_part_stays(self) -> None:
        assert crop_box((300, 600), 1) == (0, 100, 300, 400)

    def test_of_a_wide_photo_the_middle_stays(self) -> None:
        assert crop_box((600, 300), 1) == (150, 0, 450, 300)

    @SETTINGS
    @given(
        st.integers(1, 20000),
        st.integers(1, 20000),
        st.sampled_from([1, 3 / 2, 2 / 3, 16 / 9, 9 / 16]),
    )
    def test_the_box_has_the_ratio_lies_inside_and_is_as_large_as_can_be(
        self, width: int, height: int, ratio: float
    ) -> None:
        left, upper, right, lower = crop_box((width, height), ratio)

        assert 0 <= left < right <= width
        assert 0 <= upper < lower <= height
        assert (right - left) / (lower - upper) == pytest.approx(ratio)
        assert right - left == pytest.approx(width) or lower - upper == pytest.approx(height)

    @settings(SETTINGS, max_examples=25)
    @given(st.integers(1, 700), st.integers(1, 700), st.sampled_from(["1:1", "16:9", "9:16"]))
    def test_photos_of_any_size_become_pictures(
        self, width: int, height: int, ratio: AspectRatio
    ) -> None:
        how = recipe(None, ratio)
        picture = transform_image(encoded(Image.new("RGB", (width, height), "teal")), how)

        assert (picture.width, picture.height) == how.size
        assert np.abs(pixels(picture.data) - (0, 128, 128)).max() <= 1

    def test_a_single_pixel_becomes_a_picture(self) -> None:
        data = encoded(Image.new("RGB", (1, 1), "teal"))

        for style in get_args(Style):
            assert transformed(data, style=style, ratio="16:9").shape == (144, 256, 3)


class TestOverlay:
    OVERLAY = Image.new("RGBA", (100, 50), (0, 0, 0, 0))
    OVERLAY.paste((0, 0, 255, 255), (0, 0, 100, 10))

    @pytest.mark.parametrize("style", [None, "cartoon"])
    def test_it_covers_the_picture_where_it_is_opaque(self, style: Style | None) -> None:
        without = transform_image(ASTRONAUT, recipe(style, width=500))
        with_it = transform_image(ASTRONAUT, recipe(style, width=500), encoded(self.OVERLAY))

        assert (pixels(with_it.data)[:95] == (0, 0, 255)).all()
        assert np.array_equal(pixels(with_it.data)[105:], pixels(without.data)[105:])

    def test_one_that_cannot_be_read_is_not_the_guests_fault(self) -> None:
        with pytest.raises(ImageRefused, match="overlay") as refused:
            transform_image(ASTRONAUT, recipe(), b"<svg/>")

        assert refused.value.code == RefusalCode.PROCESSING_FAILED


class TestStages:
    def test_a_style_works_on_the_normalised_photo(self) -> None:
        how = recipe("cartoon", "3:2", "webp", 480)
        overlay = encoded(TestOverlay.OVERLAY)

        styled = stages.stylise(stages.normalise(ASTRONAUT, how), "cartoon")

        assert stages.finish(styled, how, overlay) == transform_image(ASTRONAUT, how, overlay)

    @pytest.mark.parametrize("style", get_args(Style))
    def test_what_lies_between_them_cannot_be_seen_in_the_picture(self, style: Style) -> None:
        """Beside the style in memory, with nothing written and read before the last file."""
        how = recipe(style, "1:1", "webp", 600)
        normal = fit(load(ASTRONAUT, how.size), how.size)
        without = stages.finished(stages.stylised(normal, style), "webp")

        picture = transform_image(ASTRONAUT, how)

        apart = np.abs(pixels(picture.data) - pixels(without.data))
        assert apart.mean(axis=(0, 1)).max() < 4  # of 255; another style is 16 away

    def test_they_are_a_png_where_the_picture_is_one_and_a_jpeg_else(self) -> None:
        kinds: dict[PictureFormat, str]
        kinds = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/jpeg"}
        for format_, kind in kinds.items():
            normal = stages.normalise(ASTRONAUT, recipe("sketch", format_=format_))
            styled = stages.stylise(normal, "sketch")
            assert (content_type(normal), content_type(styled)) == (kind, kind)

    def test_nothing_is_lost_on_the_way_to_a_png(self) -> None:
        how = recipe("pixelate", width=300)
        normal = fit(load(ASTRONAUT, how.size), how.size)
        without = stages.finished(stages.stylised(normal, "pixelate"), "png")
        assert transform_image(ASTRONAUT, how) == without

    def test_a_picture_is_enlarged_after_styling(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stages, "WORKING_SIDE", 150)
        how = recipe("duotone", "2:3")

        styled = stages.stylise(stages.normalise(ASTRONAUT, how), "duotone")

        assert pixels(styled).shape == (150, 100, 3)
        assert stages.finish(styled, how) == transform_image(ASTRONAUT, how)

    def test_a_huge_source_is_styled_in_a_bounded_size(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stages, "WORKING_SIDE", 150)

        assert pixels(stages.stylise(ASTRONAUT, "pixelate")).shape == (150, 150, 3)

    def test_what_another_provider_made_is_brought_to_the_recipes_size(self) -> None:
        made = encoded(Image.new("CMYK", (700, 300), (0, 255, 255, 0)), "JPEG")

        composed = pixels(stages.finish(made, recipe(ratio="3:2")).data)

        assert composed.shape == (171, 256, 3)
        assert composed[85, 128].argmax() == 0

    def test_what_is_no_image_is_refused_by_every_stage(self) -> None:
        calls: list[Callable[[bytes], object]] = [
            lambda data: stages.normalise(data, recipe()),
            lambda data: stages.stylise(data, "cartoon"),
            lambda data: stages.finish(data, recipe()),
        ]
        for call in calls:
            with pytest.raises(ImageRefused, match="not a JPEG, PNG, WebP or AVIF"):
                call(b"a text")


class TestImport:
    def test_what_others_import_loads_no_image_library(self) -> None:
        code = (
            "import sys, experience.imaging.models\nassert not {'PIL', 'numpy'} & set(sys.modules)"
        )

        subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(FUNCTIONS)})

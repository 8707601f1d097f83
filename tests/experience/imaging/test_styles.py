"""What makes each style the style that its name says, seen in the pixels."""

import io
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from experience.imaging import stages
from experience.imaging.models import Style
from experience.imaging.styles import (
    DUOTONE_DARK,
    DUOTONE_LIGHT,
    PAPER,
    PIXELS_ACROSS,
)
from experience.workspaces.models import TransformDefinition
from tests.support.builders.images import ASTRONAUT, PHOTOS, encoded, pixels, transformed
from tools.styles import PICTURE, contact_sheet

STYLES: tuple[Style, ...] = get_args(Style)


class TestCartoonAndSketch:
    def test_a_cartoon_has_flat_patches_strong_colours_and_dark_lines(self) -> None:
        photo, cartoon = (
            transformed(ASTRONAUT, width=720),
            transformed(ASTRONAUT, style="cartoon", width=720),
        )

        assert _flat_share(cartoon) > 1.5 * _flat_share(photo)
        assert _share_of_few_tones(cartoon) > 1.8 * _share_of_few_tones(photo)
        assert np.ptp(cartoon, axis=2).mean() > 1.2 * np.ptp(photo, axis=2).mean()
        face = slice(100, 180), slice(200, 450)
        assert _dark_share(cartoon[face]) > 2 * _dark_share(photo[face])

    def test_a_sketch_is_grey_lines_on_light_paper(self) -> None:
        photo, sketch = (
            transformed(ASTRONAUT, width=720),
            transformed(ASTRONAUT, style="sketch", width=720),
        )

        assert np.ptp(photo, axis=2).mean() > 40
        assert np.ptp(sketch, axis=2).max() < 16
        wall = sketch[200:330, 430:500]
        assert wall.mean() > 215
        assert _details(sketch).mean() > 1.5 * _details(photo).mean()

    def test_a_sketch_of_a_black_area_is_hatched_not_black(self) -> None:
        black = transformed(encoded(Image.new("RGB", (300, 300), "black")), style="sketch")

        assert black.mean() > 40
        assert black.std() > 10

    def test_a_white_wall_stays_plain_and_white(self) -> None:
        wall = encoded(Image.new("RGB", (300, 300), (235, 235, 235)))

        assert np.ptp(transformed(wall, style="cartoon")) == 0
        assert transformed(wall, style="cartoon").min() > 230
        assert transformed(wall, style="sketch").mean() > 230

    def test_a_photo_taken_in_the_dark_comes_out_as_if_lit(self) -> None:
        cat = Image.open(PHOTOS / "chelsea.jpg")
        dark = encoded(Image.eval(cat, lambda value: value // 2), "JPEG")

        for style in ("cartoon", "sketch"):
            lit = transformed(encoded(cat), style=style)
            assert abs(transformed(dark, style=style).mean() - lit.mean()) < 15

    def test_no_style_leaves_the_photo_as_it_is(self) -> None:
        photo = pixels(encoded(Image.open(io.BytesIO(ASTRONAUT))))

        assert np.array_equal(transformed(ASTRONAUT, width=512), photo)


class TestPosterize:
    def test_few_colours_cover_most_of_it(self) -> None:
        photo, poster = both("posterize")

        assert _colours_of_most(photo) > 1000
        assert _colours_of_most(poster) < 40

    def test_a_wall_is_one_colour(self) -> None:
        wall = np.linspace(150, 160, 300).astype(np.uint8)
        data = encoded(Image.fromarray(np.tile(wall, (300, 1))).convert("RGB"))

        assert len(np.unique(transformed(data, style="posterize").reshape(-1, 3), axis=0)) == 1


class TestDuotone:
    def test_every_colour_lies_between_the_two_inks(self) -> None:
        picture = transformed(ASTRONAUT, style="duotone").astype(float)
        dark, light = 255 * np.array(DUOTONE_DARK), 255 * np.array(DUOTONE_LIGHT)

        share = (picture - dark) @ (light - dark) / ((light - dark) @ (light - dark))

        on_the_line = dark + share[..., None] * (light - dark)
        assert np.abs(picture - on_the_line).max() < 1
        assert -0.01 < share.min() < 0.02
        assert 0.98 < share.max() < 1.01


class TestPixelate:
    @pytest.mark.parametrize("width", [PIXELS_ACROSS * 4, PIXELS_ACROSS * 10])
    def test_every_square_has_one_colour(self, width: int) -> None:
        picture = transformed(ASTRONAUT, style="pixelate", width=width)
        side = width // PIXELS_ACROSS

        squares = picture.reshape(PIXELS_ACROSS, side, PIXELS_ACROSS, side, 3)

        assert (squares == squares[:, :1, :, :1]).all()
        assert len(np.unique(squares[:, 0, :, 0].reshape(-1, 3), axis=0)) > 500

    def test_squares_stay_square_in_other_shapes(self) -> None:
        picture = transformed(ASTRONAUT, style="pixelate", ratio="16:9", width=1024)

        assert (np.diff(picture, axis=0).any(axis=(1, 2))).sum() == PIXELS_ACROSS * 9 // 16 - 1
        assert (np.diff(picture, axis=1).any(axis=(0, 2))).sum() == PIXELS_ACROSS - 1


class TestWatercolor:
    def test_it_is_smoother_than_the_photo_and_brighter_in_its_shadows(self) -> None:
        photo, picture = (each[100:-100, 100:-100] for each in both("watercolor"))

        assert _details(picture).mean() < 0.8 * _details(photo).mean()
        assert np.percentile(photo, 2) < 5
        assert np.percentile(picture, 2) > 20

    def test_paint_is_darker_where_a_wash_ends(self) -> None:
        canvas = np.full((600, 600, 3), 235, np.uint8)
        canvas[:, 300:] = (120, 160, 200)
        picture = transformed(encoded(Image.fromarray(canvas)), style="watercolor", width=600)

        light = picture[100:500].mean(axis=(0, 2))

        assert light[301:306].min() < light[350:500].mean() - 8

    def test_around_it_the_paper_shows(self) -> None:
        half = Image.new("RGB", (300, 300), "white")
        half.paste((60, 90, 60), (0, 0, 150, 300))
        picture = transformed(encoded(half), style="watercolor")

        for corner in (picture[0, 0], picture[0, -1], picture[-1, 0], picture[-1, -1]):
            assert np.abs(corner - 255 * np.array(PAPER)).max() < 4
        assert picture[100:150, 30:100].mean() < 140


class TestAllStyles:
    def test_no_two_look_alike(self) -> None:
        pictures: dict[str, NDArray[np.int16]] = {
            style: transformed(ASTRONAUT, style=style) for style in STYLES
        }
        pictures["photo"] = transformed(ASTRONAUT)

        for (one, first), (other, second) in combinations(pictures.items(), 2):
            assert np.abs(first - second).mean() > 6, f"{one} and {other}"

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("style", STYLES)
    def test_a_picture_looks_the_same_in_every_size(self, style: Style) -> None:
        small, large = (transformed(ASTRONAUT, style=style, width=each) for each in (300, 900))

        reduced = large.reshape(300, 3, 300, 3, 3).mean(axis=(1, 3))

        # paper and pencil have a grain of their own
        assert np.abs(reduced - small).mean() < 13

    @pytest.mark.parametrize("style", STYLES)
    def test_an_image_of_a_single_pixel_can_be_styled(self, style: Style) -> None:
        pixel = encoded(Image.new("RGB", (1, 1), "teal"))

        assert pixels(stages.stylise(pixel, style)).shape == (1, 1, 3)

    def test_authors_may_choose_these_and_no_others(self) -> None:
        assert STYLES == ("cartoon", "sketch", "posterize", "duotone", "pixelate", "watercolor")
        for style in STYLES:
            assert TransformDefinition.model_validate({"style": style}).style == style
        with pytest.raises(ValidationError, match="style") as refused:
            TransformDefinition.model_validate({"style": "oil"})
        assert [error["loc"] for error in refused.value.errors()] == [("style",)]


@pytest.mark.exhaustive
class TestContactSheet:
    def test_the_one_in_the_documentation_is_small_and_up_to_date(self) -> None:
        assert PICTURE.stat().st_size < 200_000
        kept, made = pixels(PICTURE.read_bytes()), pixels(encoded(contact_sheet()))
        assert kept.shape == made.shape
        assert np.abs(kept - made).mean() < 4, "make styles"


def both(style: Style) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The photo and its picture in that style."""
    return transformed(ASTRONAUT, width=600), transformed(ASTRONAUT, style=style, width=600)


def _colours_of_most(image: NDArray[np.int16]) -> int:
    """How many colours, the commonest first, cover four fifths of the picture."""
    counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)[1]
    covered = np.cumsum(np.sort(counts)[::-1]) / counts.sum()
    return int(np.searchsorted(covered, 0.8)) + 1


def _flat_share(image: NDArray[np.int16]) -> float:
    """How much of the picture hardly differs from the pixel beside it."""
    return float((_details(image) <= 1).mean())


def _details(image: NDArray[np.int16]) -> NDArray[np.float64]:
    differences: NDArray[np.float64] = np.abs(np.diff(image.mean(axis=2), axis=1))
    return differences


def _share_of_few_tones(image: NDArray[np.int16]) -> float:
    """How much of the picture has one of its thirty commonest brightnesses (of 256)."""
    light = image @ np.array([0.299, 0.587, 0.114])
    counts = np.bincount(light.round().astype(int).ravel())
    return float(np.sort(counts)[-30:].sum() / counts.sum())


def _dark_share(image: NDArray[np.int16]) -> float:
    return float((image.max(axis=2) < 30).mean())

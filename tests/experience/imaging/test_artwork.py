"""Pictures after words: they repeat, they differ, and text can be read on them."""

import io

import numpy as np
import pytest
from PIL import Image

from experience.imaging import processes, stages
from experience.imaging.artwork.backgrounds import PATTERNS
from experience.imaging.artwork.emblems import SIGNS
from experience.imaging.models import Artwork, ArtworkKind

DARK = ("#e4572e", "#ffc914", "#1d1b3a", "#ffffff")
LIGHT = ("#0b6e4f", "#f4a259", "#fdf6ec", "#1b1b1b")


def artwork(
    prompt: str, palette: tuple[str, str, str, str] = DARK, kind: ArtworkKind = "background"
) -> Artwork:
    size = (480, 300) if kind == "background" else (320, 320)
    return Artwork(kind, prompt, palette, *size)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data))).astype(np.float64)


def luminance(srgb: np.ndarray) -> np.ndarray:
    share = srgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    found: np.ndarray = linear @ np.array([0.2126, 0.7152, 0.0722])
    return found


def contrast(text: str, ground: np.ndarray) -> float:
    """The lowest contrast of the text with any pixel, as WCAG defines it."""
    values = np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
    lights = luminance(values) + 0.05
    grounds = luminance(ground) + 0.05
    return float((np.maximum(lights, grounds) / np.minimum(lights, grounds)).min())


class TestBackgrounds:
    @pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
    @pytest.mark.parametrize("name", PATTERNS)
    def test_a_word_asks_for_a_pattern_and_text_is_readable_on_it(
        self, name: str, palette: tuple[str, str, str, str]
    ) -> None:
        drawn = pixels(stages.draw(artwork(f"a {PATTERNS[name][1][0]} raffle", palette)))
        assert drawn.shape == (300, 480, 3)
        assert drawn.std() > 5  # a picture, and no plain area
        assert contrast(palette[3], drawn) >= 4.5

    def test_the_words_and_the_colours_decide(self) -> None:
        first = stages.draw(artwork("party"))
        assert stages.draw(artwork("party")) == first
        assert stages.draw(artwork("party!")) != first
        assert stages.draw(artwork("party", LIGHT)) != first

    def test_a_process_draws_the_same(self) -> None:
        wanted = artwork("anything at all")
        assert processes.draw(wanted) == stages.draw(wanted)


class TestEmblems:
    def test_each_word_gets_a_sign_of_its_own_on_nothing(self) -> None:
        drawn = {
            name: pixels(stages.draw(artwork(words[0], LIGHT, "emblem")))
            for name, (_, words) in SIGNS.items()
        }
        for badge in drawn.values():
            assert badge.shape == (320, 320, 4)
            assert badge[0, 0, 3] == 0
            assert badge[160, 40, 3] == 255
            assert badge[150:170, 150:170, 3].min() == 255
        middles = {badge[80:240, 80:240, :3].tobytes() for badge in drawn.values()}
        assert len(middles) == len(SIGNS)

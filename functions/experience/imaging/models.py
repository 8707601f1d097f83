"""What a transform is asked for and what it gives; importing this loads no image library."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Style = Literal["cartoon", "sketch", "posterize", "duotone", "pixelate", "watercolor"]
AspectRatio = Literal["1:1", "3:2", "2:3", "16:9", "9:16"]
PictureFormat = Literal["png", "jpeg", "webp"]

MAX_PIXELS = 8192 * 6144
"""The largest sensor that is sold as 50 megapixels; Pillow takes 4 bytes for each."""


MAX_PIECES = 100_000
"""Segments, chunks or boxes of a file. 20 MiB in the smallest that encoders write are a fifth."""


class DamagedError(ValueError):
    """The file breaks off, or contradicts itself."""


class RefusalCode(StrEnum):
    """The job error codes that the imaging can end with."""

    INVALID_INPUT = "INVALID_INPUT"
    """The guest's photo cannot be used; another one may."""
    PROCESSING_FAILED = "PROCESSING_FAILED"
    """Something else is wrong, such as the overlay."""
    TIMEOUT = "TIMEOUT"
    """It took too long, and would again."""


class ImageRefused(Exception):  # noqa: N818 - says what happened, as the job's error does
    """No picture can be made; the message is for the person who sees the job."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Recipe:
    """How a photo becomes a picture. Without a style it is only cropped and resized."""

    style: Style | None
    aspect_ratio: AspectRatio
    format: PictureFormat
    width: int
    """Pixels, 256 to 4096; the height follows from the aspect ratio."""

    def __post_init__(self) -> None:
        if not 256 <= self.width <= 4096:
            raise ValueError(f"width must be from 256 to 4096 pixels, not {self.width}")

    @property
    def ratio(self) -> float:
        """Width divided by height."""
        across, down = self.aspect_ratio.split(":")
        return int(across) / int(down)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return self.width, round(self.width / self.ratio)


@dataclass(frozen=True)
class Picture:
    """A finished picture with its thumbnail, which is always WebP."""

    data: bytes
    format: PictureFormat
    width: int
    height: int
    thumbnail: bytes

    @property
    def content_type(self) -> str:
        return f"image/{self.format}"


ArtworkKind = Literal["background", "emblem"]


@dataclass(frozen=True)
class Artwork:
    """A picture after words and colours alone.

    `palette`: the main colour, the second one, the ground, and text that stays readable on it, all
    `#rrggbb`. The size is in pixels.
    """

    kind: ArtworkKind
    prompt: str
    palette: tuple[str, str, str, str]
    width: int
    height: int


@dataclass(frozen=True)
class Poster:
    """The picture of a campaign's wheel: its words, and its colours as `#rrggbb`."""

    headline: str
    button: str
    labels: tuple[str, ...]
    primary: str
    secondary: str
    text: str
    on_primary: str
    on_secondary: str

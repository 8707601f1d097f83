"""Reading an image that a stranger sent: bounded, upright, cropped, opaque, in sRGB. Pure."""

import io
import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from experience.imaging import colour_profiles, files
from experience.imaging.models import MAX_PIXELS, ImageRefused, RefusalCode

# What Pillow raises for bytes that are not the image that they claim to be.
_DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip

# EXIF 2.32, section 4.6.4: what makes the stored rows and columns stand upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Size = tuple[int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Photo:
    """An image as it lies in its file, with what makes it stand upright and look right."""

    image: Image.Image
    orientation: int
    profile: bytes | None

    @property
    def size(self) -> Size:
        """Width and height when it stands upright."""
        return _turned(self.image.size, self.orientation)


def load(data: bytes, size: Size | None = None) -> Photo:
    """The decoded image (of an animation the first frame).

    A JPEG that is much larger than a picture of that `size` is decoded at a half, a quarter or an
    eighth, which saves most of the time. Raises `ImageRefused`, before decoding where that can be.
    """
    try:
        file = files.read(data)
        _require_bounded(file.width, file.height)
        image = Image.open(io.BytesIO(file.data), formats=(file.format,))
        _require_bounded(*image.size)
        if size:
            _draft(image, _turned(size, file.orientation))
        image.load()
    except files.NotAnImageError as error:
        raise _invalid("The file is not a JPEG, PNG or WebP image.") from error
    except (UnidentifiedImageError, *_DAMAGED) as error:
        raise _invalid("The photo is damaged or incomplete.") from error
    return Photo(image, file.orientation, file.profile)


def fit(photo: Photo, size: Size) -> Image.Image:
    """The photo upright, cropped and resized to `size`, as plain sRGB on white.

    Resized first, so that everything after has less to do and takes less memory.
    """
    box = _stored_box(crop_box(photo.size, size[0] / size[1]), photo)
    image = _eight_bits(photo.image).resize(
        _turned(size, photo.orientation), Image.Resampling.LANCZOS, box, reducing_gap=3
    )
    turn = _UPRIGHT.get(photo.orientation)
    if turn is not None:
        image = image.transpose(turn)
    plain = _srgb(_opaque(image), photo.profile)
    plain.info.clear()
    return plain


def crop_box(size: Size, ratio: float) -> Box:
    """The largest part of that ratio (width to height): left, upper, right, lower.

    Centred across; of what is too high, a third goes above and the rest below, so that heads stay.
    """
    width, height = size
    crop_width, crop_height = min(width, height * ratio), min(height, width / ratio)
    left, upper = (width - crop_width) / 2, (height - crop_height) / 3
    return left, upper, min(left + crop_width, width), min(upper + crop_height, height)


def _require_bounded(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _invalid(f"The photo has more than {MAX_PIXELS // 1_000_000} megapixels.")


def _turned(size: Size, orientation: int) -> Size:
    return (size[1], size[0]) if orientation >= 5 else size


def _draft(image: Image.Image, size: Size) -> None:
    scale = max(size[0] / image.width, size[1] / image.height)
    if scale < 1:
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))


def _stored_box(box: Box, photo: Photo) -> Box:
    """Where a part of the upright photo lies in the stored one."""
    left, upper, right, lower = box
    width, height = photo.image.size
    if photo.orientation >= 5:
        left, upper, right, lower = upper, left, lower, right
    if photo.orientation in (2, 3, 7, 8):
        left, right = width - right, width - left
    if photo.orientation in (3, 4, 6, 7):
        upper, lower = height - lower, height - upper
    return max(left, 0), max(upper, 0), right, lower


def _eight_bits(image: Image.Image) -> Image.Image:
    """In L, LA, RGB, RGBA or CMYK, 8 bits each."""
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would clip them
        grey = np.clip(np.asarray(image) // 256, 0, 255).astype(np.uint8)
        return Image.fromarray(grey)
    if image.mode in ("LA", "RGBA", "CMYK"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _opaque(image: Image.Image) -> Image.Image:
    """White where it was transparent."""
    if image.mode not in ("LA", "RGBA"):
        return image
    white = Image.new(image.mode[:-1], image.size, "white")
    white.paste(image.convert(white.mode), mask=image.getchannel("A"))
    return white


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that the embedded profile means; without a usable one they are in sRGB."""
    usable = colour_profiles.bounded(profile) if profile else None
    if usable:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(usable))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, *_DAMAGED):
            converted = None
        if converted:
            return converted
    return image.convert("RGB")


def _invalid(message: str) -> ImageRefused:
    return ImageRefused(RefusalCode.INVALID_INPUT, f"{message} Please take or choose another one.")

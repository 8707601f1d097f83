"""Reading an image that a stranger sent: bounded, upright, cropped, opaque, in sRGB."""

import io
import math
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from experience.imaging.models import ImageRefused, RefusalCode

MAX_PIXELS = 8192 * 6144
"""The largest sensor that is sold as 50 megapixels; Pillow takes 4 bytes for each."""

# What Pillow raises for bytes that are not the image that they claim to be.
_DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_ORIENTATION = 0x0112
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


def load(data: bytes, size: tuple[int, int] | None) -> Image.Image:
    """The decoded image (of an animation the first frame), as it lies in the file.

    A JPEG that is much larger than a picture of that `size` is decoded at a half, a quarter or an
    eighth, which saves most of the time. Raises `ImageRefused`, before decoding where that can be.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if image.width * image.height > MAX_PIXELS:
            raise _too_large()
        if size:
            _draft(image, size)
        image.load()
    except _BOMB as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise _invalid("The file is not a JPEG, PNG or WebP image.") from error
    except _DAMAGED as error:
        raise _invalid("The photo is damaged or incomplete.") from error
    return image


def fit(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The image upright, cropped and resized to `size`, as plain sRGB on white.

    It carries no metadata: doing this twice turns and converts it once.
    """
    upright = _opaque(image)
    turn = _UPRIGHT.get(_turn(image))
    if turn is not None:
        upright = upright.transpose(turn)
    box = crop_box(upright.size, size[0] / size[1])
    resized = upright.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=3)
    plain = _srgb(resized, image.info.get("icc_profile"))
    plain.info.clear()
    return plain


def crop_box(size: tuple[int, int], ratio: float) -> tuple[float, float, float, float]:
    """The largest part of that ratio (width to height): left, upper, right, lower.

    Centred across; of what is too high, a third goes above and the rest below, so that heads stay.
    """
    width, height = size
    crop_width, crop_height = min(width, height * ratio), min(height, width / ratio)
    left, upper = (width - crop_width) / 2, (height - crop_height) / 3
    return left, upper, min(left + crop_width, width), min(upper + crop_height, height)


def _draft(image: Image.Image, size: tuple[int, int]) -> None:
    turned = _turn(image) in range(5, 9)
    width, height = (image.height, image.width) if turned else image.size
    scale = max(size[0] / width, size[1] / height)
    if scale < 1:
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))


def _turn(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGED:  # a photo with broken metadata is still a photo
        return 1
    return turn if isinstance(turn, int) else 1


def _opaque(image: Image.Image) -> Image.Image:
    """8 bits in L, RGB or CMYK, as the image came, with white where it was transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would clip them
        grey = np.clip(np.asarray(image) // 256, 0, 255).astype(np.uint8)
        return Image.fromarray(grey)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(layer, mask=layer)
        return white
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that the embedded profile means; one that cannot be used is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, *_DAMAGED):
            converted = None
        if converted:
            return converted
    return image.convert("RGB")


def _too_large() -> ImageRefused:
    return _invalid(f"The photo has more than {MAX_PIXELS // 1_000_000} megapixels.")


def _invalid(message: str) -> ImageRefused:
    return ImageRefused(RefusalCode.INVALID_INPUT, f"{message} Please take or choose another one.")

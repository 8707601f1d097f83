"""All styles of one photo on one sheet, for the documentation.

`make styles` writes it to docs/pictures/styles.jpg.
"""

import io
from pathlib import Path
from typing import get_args

from PIL import Image, ImageDraw, ImageFont

from experience.imaging.models import Recipe, Style
from experience.imaging.transform import transform_image

ROOT = Path(__file__).resolve().parents[1]
PHOTO = ROOT / "emulator" / "demo" / "photos" / "chelsea.jpg"
PICTURE = ROOT / "docs" / "pictures" / "styles.jpg"

COLUMNS, WIDTH, HEIGHT, CAPTION = 3, 330, 220, 26


def contact_sheet() -> Image.Image:
    """Every style under its name, three in a row."""
    photo = PHOTO.read_bytes()
    styles = get_args(Style)
    rows = -(-len(styles) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * WIDTH, rows * (HEIGHT + CAPTION)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, style in enumerate(styles):
        row, column = divmod(number, COLUMNS)
        left, upper = column * WIDTH, row * (HEIGHT + CAPTION)
        picture = transform_image(photo, Recipe(style, "3:2", "png", 960))
        made = Image.open(io.BytesIO(picture.data))
        sheet.paste(made.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), (left, upper))
        middle = (left + WIDTH / 2, upper + HEIGHT + CAPTION / 2)
        draw.text(middle, style, "black", ImageFont.load_default(15), anchor="mm")
    return sheet


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    contact_sheet().save(PICTURE, quality=85)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB")

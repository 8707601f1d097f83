"""The docs' screenshots: `make screenshots` plays a visit, a journey, a campaign's demo and a chat.

Those of the visit are in the README, those of it in other languages in docs/guest-page.md, those of
the journey in docs/journeys.md, those of the campaign in docs/campaigns-page.md, and those of the
chat in docs/assistant-page.md.
"""

import os
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console

from emulator.demo import seed
from emulator.demo.translations import LOCALES
from emulator.paths import ROOT
from emulator.process.http import serve
from emulator.suite.suite import Suite
from emulator.web import dev_server, node
from experience import clients
from experience.imaging.models import Recipe, Style
from experience.imaging.transform import transform_image
from experience.locales.choice import direction_of
from experience.media.store import objects
from tests.support.browser import Browser, build, camera_video, settings
from tools.campaign_runtime import FILE as DEMO

FOLDER = ROOT / "docs" / "pictures"
SCREEN_WIDTH, SCREEN_GAP = 240, 16
COLOURS = 256  # enough for a screen with a photo, and a third of the bytes


def main() -> None:
    console = Console()
    operator = {
        "workspace": seed.WORKSPACE,
        "email": seed.OPERATOR_EMAIL,
        "password": seed.OPERATOR_PASSWORD,
    }
    binary = node.install(console)
    with tempfile.TemporaryDirectory() as name, console.status("A guest visits …"):
        folder = Path(name)
        log = folder / "functions.log"
        with Suite("demo-guest", free_ports=True, functions_log=log, auth=True) as suite:
            os.environ.update(suite.env)
            seed.seed(suite.project, suite.bucket)
            add_previews()
            assert suite.auth
            seed.seed_operator(suite.auth.address, suite.project)
            site = serve(dev_server.built_site(build(binary), suite.env))
            video = camera_video(folder / "camera.mjpeg")
            browser = Browser(binary, settings(suite, site.url, video), folder / "browser.log")
            try:
                browser.play("screenshots", folder=name)
                browser.play("journeyScreenshots", folder=name)
                for locale in LOCALES:
                    browser.play("languageScreenshots", folder=name, locale=locale)
                browser.play("campaignScreenshots", folder=name, template=str(DEMO))
                browser.play("assistantScreenshots", folder=name, **operator)
            finally:
                browser.close()
                site.close()
        for kept in [*keep(folder), *keep_visits(folder)]:
            console.print(f"{kept.relative_to(ROOT)}  {kept.stat().st_size // 1000} kB")


def keep(folder: Path) -> list[Path]:
    """Make the screenshots of a folder those of the docs."""
    kinds = ("page", "campaign", "assistant")
    taken = [each for kind in kinds for each in folder.glob(f"{kind}-*.png")]
    for screenshot in taken:
        with Image.open(screenshot) as picture:
            small = picture.convert("RGB").quantize(COLOURS)
            small.save(FOLDER / screenshot.name, optimize=True)
    return sorted(FOLDER / screenshot.name for screenshot in taken)


def keep_visits(folder: Path) -> list[Path]:
    """The screens of a visit in each language side by side, in the order in which it is read."""
    kept = []
    for locale in LOCALES:
        screens = [Image.open(each) for each in sorted(folder.glob(f"visit-{locale}-*.png"))]
        height = round(screens[0].height * SCREEN_WIDTH / screens[0].width)
        step = SCREEN_WIDTH + SCREEN_GAP
        sheet = Image.new("RGB", (len(screens) * step - SCREEN_GAP, height), "white")
        shown = reversed(screens) if direction_of(locale) == "rtl" else screens
        for number, screen in enumerate(shown):
            small = screen.convert("RGB").resize((SCREEN_WIDTH, height), Image.Resampling.LANCZOS)
            sheet.paste(small, (number * step, 0))
        file = FOLDER / f"visit-{locale}.png"
        sheet.quantize(COLOURS).save(file, optimize=True)
        kept.append(file)
    return kept


def add_previews() -> None:
    """Show at the event's picker what its experiences make of a photo. The demo has no previews."""
    photo = (seed.PHOTOS / "chelsea.jpg").read_bytes()
    styles: dict[str, Style] = {seed.CARTOON: "cartoon", seed.SKETCH: "sketch"}
    for experience, style in styles.items():
        preview = transform_image(photo, Recipe(style, "1:1", "jpeg", 480))
        url = objects.write_once(f"previews/{experience}.jpg", preview.data, "image/jpeg")
        reference = clients.firestore().document("experiences", experience)
        reference.update({"previewMediaUrl": url})


if __name__ == "__main__":
    main()

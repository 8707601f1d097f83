"""A visit as it is shown: each call with its time, then the picture, and what it all cost."""

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.suite import Suite

PHOTO = seed.PHOTOS / "astronaut_rotated_exif6.jpg"
MAX_TRANSFORM_SECONDS = 60
MAX_MAIL_SECONDS = 30
POLL_SECONDS = 3
GAP_PIXELS = 24  # between the photo and the picture


class ShownVisit:
    """One guest, whose picture is in this `style`: cartoon or sketch."""

    STEPS: ClassVar[int]
    """How many steps the bar has."""
    LABEL_WIDTH: ClassVar[int] = 8

    def __init__(
        self,
        console: Console,
        suite: Suite,
        style: str = "cartoon",
        uid: str = "demo-visitor",
    ) -> None:
        self.console = console
        self.suite = suite
        self.style = style
        self.experience = seed.CARTOON if style == "cartoon" else seed.SKETCH
        self.client = Client.of(suite.env, uid)
        self.waited_seconds = 0.0  # for the picture
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
        )
        self.bar = self.progress.add_task("Visit", total=self.STEPS)

    @contextmanager
    def step(self, label: str, what: str, steps: int = 1) -> Iterator[None]:
        """Show what is going on, and leave a line with the time that it took."""
        self.progress.update(self.bar, description=f"{label}: {what}")
        began = time.monotonic()
        yield
        milliseconds = (time.monotonic() - began) * 1000
        self.progress.advance(self.bar, steps)
        label = f"{label:{self.LABEL_WIDTH}}"
        self.console.print(f"[green]✓[/] [bold]{label}[/] {what} [dim]{milliseconds:.0f} ms[/]")

    def save(self, photo: bytes, url: str, out: Path, name: str) -> tuple[int, int]:
        """Save the picture of this address, and next to its photo. Returns its size."""
        from PIL import Image, ImageOps

        status, content = request("GET", url)
        expect(status == 200, f"the picture's address answers 200, not {status}")
        picture = Image.open(io.BytesIO(content))
        original = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB")
        original = ImageOps.contain(original, (10_000, picture.height))
        width = original.width + GAP_PIXELS + picture.width
        both = Image.new("RGB", (width, picture.height), "white")
        both.paste(original, (0, 0))
        both.paste(picture.convert("RGB"), (original.width + GAP_PIXELS, 0))

        file = out / f"{name}.{'png' if picture.format == 'PNG' else 'jpg'}"
        file.write_bytes(content)
        both.save(out / f"{name}-side-by-side.jpg", quality=90)
        dimensions = f"{picture.width} x {picture.height}, {len(content) // 1024} KiB"
        self.console.print(f"[green]✓[/] {file} ({dimensions})", soft_wrap=True)
        self.console.print(f"[green]✓[/] {out / name}-side-by-side.jpg", soft_wrap=True)
        return picture.size

    def costs(self) -> Table:
        """What the suite's meter counted since it was reset."""
        meter = self.control("GET", "meter")
        table = Table(title="What the visit cost", title_justify="left")
        table.add_column("function")
        for heading in ("calls", "ms each", "reads", "writes", "deletes"):
            table.add_column(heading, justify="right")
        rows = [*sorted(meter["functions"].items()), ("total", meter["total"])]
        for name, used in rows:
            each = used["milliseconds"] / used["invocations"] if used["invocations"] else 0
            counts = (used["reads"], used["writes"], used["deletes"])
            if name == "total":
                table.add_section()
            table.add_row(name, str(used["invocations"]), f"{each:.0f}", *map(str, counts))
        total = meter["total"]
        table.caption = (
            f"and {total['tasks']} tasks enqueued, {total['storageClassA']} storage operations"
            f" of class A, {total['storageClassB']} of class B: ${total['dollars'] * 1e6:.0f}"
            " for a million such visits, and what docs/cost.md adds to it"
        )
        return table

    def show_mail(self, session_id: str, out: Path) -> None:
        """Wait for the mail with the session's picture, save it in `out`, and say so."""
        deadline = time.monotonic() + MAX_MAIL_SECONDS
        found: list[Any] = []
        while not found:
            expect(time.monotonic() < deadline, "the mail with the picture is written in time")
            mails = self.suite.mails().values()
            found = [each for each in mails if each["sessionId"] == session_id]
        [mail] = found
        file = out / "mail.html"
        file.write_text(mail["message"]["html"], encoding="utf-8")
        words = f"mail written to {mail['to']}, not sent: “{mail['message']['subject']}”"
        self.console.print(f"[green]✓[/] {words}")
        address = f"http://{self.suite.env['EMULATOR_SUITE_HOST']}/mail"
        where = f"{file}, and while a suite runs {address}"
        self.console.print(f"[green]✓[/] {where}", soft_wrap=True)

    def control(self, method: str, path: str) -> Any:
        """The response of the suite's control."""
        url = f"http://{self.suite.env['EMULATOR_SUITE_HOST']}/{path}"
        status, response = request(method, url)
        expect(status == 200, f"/{path} answers 200, not {status}")
        return json.loads(response or b"null")


def expect(condition: bool, what: str) -> None:
    """Raise SuiteError unless this is so."""
    if not condition:
        raise SuiteError(f"The demo expected that {what}.")

"""A guest's whole visit, as a phone would do it: real callables, a real photo, a real picture."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.tree import Tree

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient, PlayedPhase
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.suite import Suite

PHOTO = seed.PHOTOS / "astronaut_rotated_exif6.jpg"
MAX_TRANSFORM_SECONDS = 60
POLL_SECONDS = 3
STEPS = 15
GAP_PIXELS = 24  # between the photo and the picture


class _ShownGuest(GuestClient):
    """A guest whose calls are shown one by one, each with the phase that it belongs to."""

    def __init__(
        self,
        client: Client,
        photo: bytes,
        show: Callable[[str, str, int], AbstractContextManager[None]],
    ) -> None:
        super().__init__(client, seed.PROJECT, photo)
        self.phase = "welcome"
        self.show = show

    def call(self, name: str, /, **data: Any) -> Any:
        with self.show(self.phase, name, 1):
            return super().call(name, **data)

    def take_photo(self, session: dict[str, Any], step: str = "photo") -> Any:
        with self.show(self.phase, "createUpload, PUT, confirmUpload", 2):
            return self.client.take_photo(session, step, self.photo)

    def play_phase(self, step: dict[str, Any]) -> PlayedPhase:
        self.phase = step["phase"]
        return super().play_phase(step)


class DemoVisit:
    """One guest, from the scanned code to the picture in this `style`: cartoon or sketch."""

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

    def run(self, photo: bytes, out: Path) -> None:
        """Play the visit, save its pictures in `out`, and show its sessions and what it cost."""
        self._control("POST", "meter:reset")
        with self.progress:
            sessions, job = self.play(photo)
        self._save(photo, job, out)
        self.console.print(self._tree(sessions, job))
        self.console.print(self._costs())
        self.client.close()

    def play(self, photo: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """Do what a guest's page does, and return the sessions of the visit and their job."""
        self.bar = self.progress.add_task("Visit", total=STEPS)
        guest = _ShownGuest(self.client, photo, self._step)
        guest.enter()
        first = guest.call("getNextPhase", experienceId=self.experience)
        pregate = guest.play_phase(guest.led_to("pregate", first))
        main = guest.play_phase(guest.led_to("main", pregate.next))
        with self._transform_of(main.id) as picture_is_ready:
            preshare = guest.play_phase(guest.led_to("preshare", main.next))
            guest.phase = guest.led_to("share", preshare.next)["phase"]
            with self._step(guest.phase, "the picture, as the job's document shows it"):
                began = time.monotonic()
                picture_is_ready()
                self.waited_seconds = time.monotonic() - began
        sessions, job = guest.open_share_page(main.id)
        for phase in ("pregate", "preshare"):
            _expect(sessions[phase] is not None, f"the {phase} is linked to the main session")
        return sessions, job

    @contextmanager
    def _step(self, phase: str, what: str, steps: int = 1) -> Iterator[None]:
        """Show what is going on, and leave a line with the time that it took."""
        self.progress.update(self.bar, description=f"{phase}: {what}")
        began = time.monotonic()
        yield
        milliseconds = (time.monotonic() - began) * 1000
        self.progress.advance(self.bar, steps)
        self.console.print(f"[green]✓[/] [bold]{phase:8}[/] {what} [dim]{milliseconds:.0f} ms[/]")

    @contextmanager
    def _transform_of(self, session_id: str) -> Iterator[Callable[[], None]]:
        """Listen to session and job as a page does. Yields a function that waits for the end."""
        from google.cloud import firestore

        client = firestore.Client(project=self.suite.project)
        sessions = client.collection("projects", seed.PROJECT, "sessions")
        jobs = client.collection("projects", seed.PROJECT, "jobs")
        bar: TaskID = self.progress.add_task("transform", total=100)
        ended = threading.Event()
        last: dict[str, Any] = {}

        def on_jobs(snapshots: Any, _changes: Any, _time: Any) -> None:
            for snapshot in () if ended.is_set() else snapshots:
                job = snapshot.to_dict()
                progress = job.get("progress") or {"currentStep": "waiting", "percentage": 0}
                self.progress.update(
                    bar,
                    completed=progress["percentage"],
                    description=f"transform: {progress['currentStep']}",
                )

        def on_session(snapshots: Any, _changes: Any, _time: Any) -> None:
            for snapshot in snapshots:
                update(snapshot.to_dict())

        def update(session: dict[str, Any]) -> None:
            last.update(session)
            if last.get("jobStatus") in {"completed", "failed", "cancelled"}:
                ended.set()

        def wait() -> None:
            deadline = time.monotonic() + MAX_TRANSFORM_SECONDS
            ids = {"projectId": seed.PROJECT, "sessionId": session_id}
            while not ended.wait(POLL_SECONDS) and time.monotonic() < deadline:
                # The listener's stream may have broken: poll, as a page does.
                update(self.client.call("getSession", **ids)["session"])
            _expect(ended.is_set(), "the transform ends in time")
            if last["jobStatus"] != "completed":
                message = (last.get("jobError") or {}).get("message")
                raise SuiteError(f"No picture was made: {message or last['jobStatus']}")
            self.progress.update(bar, completed=100, description="transform: ready")

        by_session = jobs.where(filter=firestore.FieldFilter("sessionId", "==", session_id))
        watches = [by_session.on_snapshot(on_jobs)]
        watches.append(sessions.document(session_id).on_snapshot(on_session))
        try:
            yield wait
        finally:
            for watch in watches:
                watch.unsubscribe()
            client.close()

    def _save(self, photo: bytes, job: dict[str, Any], out: Path) -> None:
        """Save the picture as the guest gets it, and next to the photo that it was made from."""
        from PIL import Image, ImageOps

        status, content = request("GET", job["output"]["url"])
        _expect(status == 200, f"the picture's address answers 200, not {status}")
        picture = Image.open(io.BytesIO(content))
        size = (job["output"]["width"], job["output"]["height"])
        _expect(picture.size == size, f"the picture is {size}, not {picture.size}")
        original = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB")
        original = ImageOps.contain(original, (10_000, picture.height))
        width = original.width + GAP_PIXELS + picture.width
        both = Image.new("RGB", (width, picture.height), "white")
        both.paste(original, (0, 0))
        both.paste(picture.convert("RGB"), (original.width + GAP_PIXELS, 0))

        name = f"{self.style}{Path(job['output']['path']).suffix}"
        (out / name).write_bytes(content)
        both.save(out / f"{self.style}-side-by-side.jpg", quality=90)
        dimensions = f"{size[0]} x {size[1]}, {len(content) // 1024} KiB"
        took = f"made in {job['output']['processingTimeMs']} ms"
        self.console.print(f"[green]✓[/] {out / name} ({dimensions}, {took})")
        self.console.print(f"[green]✓[/] {out / self.style}-side-by-side.jpg")

    def _tree(self, sessions: dict[str, Any], job: dict[str, Any]) -> Tree:
        main = sessions["main"]
        tree = Tree(f"guest [bold]{main['createdBy']}[/]")
        root = tree.add(_label("main", main))
        for phase in ("pregate", "preshare"):
            root.add(f"{_label(phase, sessions[phase])}, linked to main")
            linked = sessions[phase]["mainSessionId"]
            _expect(linked == main["id"], f"the {phase} is linked to {main['id']}, not {linked}")
        root.add(f"job      {job['id']} {job['status']}, attempt {job['attemptCount']}")
        return tree

    def _costs(self) -> Table:
        meter = self._control("GET", "meter")
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

    def _control(self, method: str, path: str) -> Any:
        url = f"http://{self.suite.env['EMULATOR_SUITE_HOST']}/{path}"
        status, response = request(method, url)
        _expect(status == 200, f"/{path} answers 200, not {status}")
        return json.loads(response or b"null")


def _label(phase: str, session: dict[str, Any]) -> str:
    return f"{phase:8} {session['id']} {session['experienceId']} {session['status']}"


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise SuiteError(f"The demo expected that {what}.")

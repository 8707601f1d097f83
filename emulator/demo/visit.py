"""A guest's whole visit, as a phone would do it: real callables, a real photo, a real picture."""

import argparse
import io
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.tree import Tree

from emulator import config
from emulator.demo import chaos, seed
from emulator.demo.client import CallError, Client
from emulator.faults import settings
from emulator.paths import ROOT
from emulator.process import signals
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.suite import Suite

PHOTO = seed.PHOTOS / "astronaut_rotated_exif6.jpg"
JPEG = b"\xff\xd8\xff"  # how every file of that type begins
PICTURE_SECONDS = 60
ASK_SECONDS = 3
STEPS = 15


def main(arguments: Sequence[str]) -> int:
    """Run the demo in a suite of its own, and leave the pictures in `out/`."""
    parser = argparse.ArgumentParser(prog="python -m emulator demo", description=__doc__)
    parser.add_argument("--photo", type=Path, default=PHOTO, help="a JPEG to use as the capture")
    parser.add_argument("--style", choices=("cartoon", "sketch"), default="cartoon")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="default: %(default)s")
    parser.add_argument(
        "--project", type=config.project_id, default="demo-guest", help="default: %(default)s"
    )
    parser.add_argument("--guests", type=_guests, default=1, help="how many visit at once")
    settings.add_option(parser)
    parser.set_defaults(faults=None)
    options = parser.parse_args(arguments)
    if not options.photo.is_file():
        raise SuiteError(f"There is no photo at {options.photo}.")
    if not options.photo.read_bytes().startswith(JPEG):
        raise SuiteError(f"{options.photo} is not a JPEG. Take another photo, or convert this one.")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "functions.log").unlink(missing_ok=True)
        _log_to(options.out / "suite.log")
    except OSError as error:
        raise SuiteError(f"Nothing can be left in {options.out} (--out): {error}") from error
    signals.end_when_told()
    console = Console()
    began = time.monotonic()
    a_crowd = options.guests > 1 or options.faults is not None
    chosen = chaos.FAULTS if options.faults is None else settings.parse(options.faults)
    if a_crowd:
        os.environ.update(chaos.environment())
    suite = Suite(options.project, free_ports=True, functions_log=options.out / "functions.log")
    try:
        with console.status("Starting the suite: Firestore, functions, storage, task queues …"):
            suite.start()
            os.environ.update(suite.env)
            written = seed.seed(suite.project, suite.bucket)
        ready = time.monotonic() - began
        console.print(f"[green]✓[/] Suite ready and {written} documents seeded in {ready:.1f} s")
        if a_crowd:
            chaos.play(console, suite, options.guests, chosen)
        else:
            Visit(console, suite, options).run()
            console.print("Fifty guests at once, with faults: make crowd")
        console.print(f"Done in {time.monotonic() - began:.1f} s.")
    except CallError as error:
        raise SuiteError(f"The visit came to an end at {error}") from error
    finally:
        signals.finish_undisturbed()
        suite.stop()
    return 0


def _guests(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of guests: one is the least")
    return int(text)


def _log_to(file: Path) -> None:
    """Keep what the suite has to say off the screen, where the visit is shown."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(filename=file, filemode="w", level=logging.INFO, format=form)


class Visit:
    """One guest, from the scanned code to the picture."""

    def __init__(self, console: Console, suite: Suite, options: argparse.Namespace) -> None:
        self.console = console
        self.suite = suite
        self.options = options
        self.experience = seed.CARTOON if options.style == "cartoon" else seed.SKETCH
        self.guest = Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, "demo-visitor")
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
        )

    def run(self) -> None:
        """The visit, its pictures, its sessions as a tree, and what it cost."""
        photo = self.options.photo.read_bytes()
        self._control("POST", "meter:reset")
        with self.progress:
            self.bar = self.progress.add_task("Visit", total=STEPS)
            sessions, job = self._visit(photo)
        self._save(photo, job)
        self.console.print(self._tree(sessions, job))
        self.console.print(self._costs())
        self.guest.close()

    def _visit(self, photo: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        project = {"projectId": seed.PROJECT}
        page = self._call("welcome", "getProject", **project)
        consent = page["consent"]["version"]
        self._call("welcome", "ensureGuest", **project, consentVersion=consent)
        chosen = {"experienceId": self.experience}
        step = self._call("welcome", "getNextPhase", **project, **chosen)
        _expect(step["phase"] == "pregate", f"the pregate comes first, not {step['phase']}")

        guest = {**project, "mode": "guest", "configSource": "published"}
        begun = self._call("pregate", "createSession", **guest, experienceId=step["experienceId"])
        ids = {**project, "sessionId": begun["session"]["id"]}
        answers = [{"stepId": "adult", "value": True}]
        done = self._call("pregate", "completeSession", **ids, **chosen, answers=answers)
        step = done["next"]
        _expect(step["phase"] == "main", f"main follows the pregate, not {step['phase']}")

        begun = self._call(
            "main",
            "createSession",
            **guest,
            experienceId=step["experienceId"],
            pregateSessionId=step["params"]["pregate"],
        )
        main = begun["session"]
        ids = {**project, "sessionId": main["id"]}
        answers = [{"stepId": "name", "value": "Ada"}, {"stepId": "mood", "value": "dreamy"}]
        self._call("main", "updateSessionProgress", **ids, answers=answers, currentStepIndex=2)
        with self._told("main", "createUpload, PUT, confirmUpload", steps=2):
            self.guest.take_photo(main, "photo", photo)
        done = self._call("main", "completeSession", **ids)
        step = done["next"]
        _expect(step["phase"] == "preshare", f"the preshare is next, not {step['phase']}")

        with self._watch(main["id"]) as picture_is_ready:
            begun = self._call(
                "preshare",
                "createSession",
                **guest,
                experienceId=step["experienceId"],
                mainSessionId=step["params"]["session"],
            )
            ids = {**project, "sessionId": begun["session"]["id"]}
            answers = [{"stepId": "fun", "value": 5}]
            done = self._call("preshare", "completeSession", **ids, answers=answers)
            step = done["next"]
            _expect(step["phase"] == "share", f"the share page is last, not {step['phase']}")
            with self._told("share", "the picture, as the job's document tells it"):
                picture_is_ready()

        journey = {**project, "mainSessionId": main["id"]}
        sessions = self._call("share", "getJourneySessions", **journey)
        for phase in ("pregate", "preshare"):
            _expect(sessions[phase] is not None, f"the {phase} is linked to the main session")
        job = self._call("share", "getJob", **project, jobId=sessions["main"]["jobId"])
        asset = {"sessionId": main["id"], "assetId": job["output"]["assetId"]}
        self._call("share", "getDownloadUrl", **project, **asset)
        return sessions, job

    def _call(self, phase: str, name: str, **data: Any) -> Any:
        with self._told(phase, name):
            return self.guest.call(name, **data)

    @contextmanager
    def _told(self, phase: str, what: str, steps: int = 1) -> Iterator[None]:
        """Show what is being done, and one line when it is."""
        self.progress.update(self.bar, description=f"{phase}: {what}")
        began = time.monotonic()
        yield
        milliseconds = (time.monotonic() - began) * 1000
        self.progress.advance(self.bar, steps)
        self.console.print(f"[green]✓[/] [bold]{phase:8}[/] {what} [dim]{milliseconds:.0f} ms[/]")

    @contextmanager
    def _watch(self, session_id: str) -> Iterator[Callable[[], None]]:
        """Listen to session and job as a page does; gives a function that waits for the end."""
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
                told = job.get("progress") or {"currentStep": "waiting", "percentage": 0}
                self.progress.update(
                    bar,
                    completed=told["percentage"],
                    description=f"transform: {told['currentStep']}",
                )

        def on_session(snapshots: Any, _changes: Any, _time: Any) -> None:
            for snapshot in snapshots:
                look_at(snapshot.to_dict())

        def look_at(session: dict[str, Any]) -> None:
            last.update(session)
            if last.get("jobStatus") in {"completed", "failed", "cancelled"}:
                ended.set()

        def wait() -> None:
            deadline = time.monotonic() + PICTURE_SECONDS
            ids = {"projectId": seed.PROJECT, "sessionId": session_id}
            while not ended.wait(ASK_SECONDS) and time.monotonic() < deadline:
                # The listener's stream may have broken: ask, as a page does.
                look_at(self.guest.call("getSession", **ids)["session"])
            _expect(ended.is_set(), "the transform ends in time")
            if last["jobStatus"] != "completed":
                told = (last.get("jobError") or {}).get("message")
                raise SuiteError(f"No picture was made: {told or last['jobStatus']}")
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

    def _save(self, photo: bytes, job: dict[str, Any]) -> None:
        """The picture as the guest gets it, and next to the photo that it came from."""
        from PIL import Image, ImageOps

        status, data = request("GET", job["output"]["url"])
        _expect(status == 200, f"the picture's address answers 200, not {status}")
        picture = Image.open(io.BytesIO(data))
        size = (job["output"]["width"], job["output"]["height"])
        _expect(picture.size == size, f"the picture is {size}, not {picture.size}")
        original = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB")
        original = ImageOps.contain(original, (10_000, picture.height))
        both = Image.new("RGB", (original.width + 24 + picture.width, picture.height), "white")
        both.paste(original, (0, 0))
        both.paste(picture.convert("RGB"), (original.width + 24, 0))

        out: Path = self.options.out
        name = f"{self.options.style}{Path(job['output']['path']).suffix}"
        (out / name).write_bytes(data)
        both.save(out / f"{self.options.style}-side-by-side.jpg", quality=90)
        measures = f"{size[0]} x {size[1]}, {len(data) // 1024} KiB"
        took = f"made in {job['output']['processingTimeMs']} ms"
        self.console.print(f"[green]✓[/] {out / name} ({measures}, {took})")
        self.console.print(f"[green]✓[/] {out / self.options.style}-side-by-side.jpg")

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
        status, answer = request(method, f"http://{self.suite.env['EMULATOR_SUITE_HOST']}/{path}")
        _expect(status == 200, f"/{path} answers 200, not {status}")
        return json.loads(answer or b"null")


def _label(phase: str, session: dict[str, Any]) -> str:
    return f"{phase:8} {session['id']} {session['experienceId']} {session['status']}"


def _expect(held: bool, what: str) -> None:
    if not held:
        raise SuiteError(f"The demo expected that {what}.")

"""A guest's whole visit, as a phone would do it: real callables, a real photo, a real picture."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from rich.progress import TaskID
from rich.tree import Tree

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient, PlayedPhase
from emulator.demo.shown import MAX_TRANSFORM_SECONDS, POLL_SECONDS, ShownVisit, expect
from emulator.process.errors import SuiteError


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


class DemoVisit(ShownVisit):
    """One guest, from the scanned code to the picture."""

    STEPS = 15

    def run(self, photo: bytes, out: Path) -> None:
        """Play the visit, save its pictures in `out`, and show its sessions and what it cost."""
        self.control("POST", "meter:reset")
        with self.progress:
            sessions, job = self.play(photo)
        self._save(photo, job, out)
        self.show_mail(sessions["main"]["id"], out)
        self.console.print(self._tree(sessions, job))
        self.console.print(self.costs())
        self.client.close()

    def play(self, photo: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """Do what a guest's page does, and return the sessions of the visit and their job."""
        guest = _ShownGuest(self.client, photo, self.step)
        guest.enter()
        first = guest.call("getNextPhase", experienceId=self.experience)
        pregate = guest.play_phase(guest.led_to("pregate", first))
        main = guest.play_phase(guest.led_to("main", pregate.next))
        with self._transform_of(main.id) as picture_is_ready:
            preshare = guest.play_phase(guest.led_to("preshare", main.next))
            guest.phase = guest.led_to("share", preshare.next)["phase"]
            with self.step(guest.phase, "the picture, as the job's document shows it"):
                began = time.monotonic()
                picture_is_ready()
                self.waited_seconds = time.monotonic() - began
        sessions, job = guest.open_share_page(main.id)
        for phase in ("pregate", "preshare"):
            expect(sessions[phase] is not None, f"the {phase} is linked to the main session")
        return sessions, job

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
            expect(ended.is_set(), "the transform ends in time")
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
        output = job["output"]
        size = self.save(photo, output["url"], out, self.style)
        wanted = (output["width"], output["height"])
        expect(size == wanted, f"the picture is {wanted}, not {size}")
        self.console.print(f"[green]✓[/] picture made in {output['processingTimeMs']} ms")

    def _tree(self, sessions: dict[str, Any], job: dict[str, Any]) -> Tree:
        main = sessions["main"]
        tree = Tree(f"guest [bold]{main['createdBy']}[/]")
        root = tree.add(_label("main", main))
        for phase in ("pregate", "preshare"):
            root.add(f"{_label(phase, sessions[phase])}, linked to main")
            linked = sessions[phase]["mainSessionId"]
            expect(linked == main["id"], f"the {phase} is linked to {main['id']}, not {linked}")
        root.add(f"job      {job['id']} {job['status']}, attempt {job['attemptCount']}")
        return tree


def _label(phase: str, session: dict[str, Any]) -> str:
    return f"{phase:8} {session['id']} {session['experienceId']} {session['status']}"

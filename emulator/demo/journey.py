"""A guest's journey through an event, with all eleven step types, as a phone would do it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from rich.tree import Tree

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.demo.journey_client import JourneyClient
from emulator.demo.shown import MAX_TRANSFORM_SECONDS, POLL_SECONDS, ShownVisit, expect
from emulator.process.errors import SuiteError

Show = Callable[[str, str], AbstractContextManager[None]]


class _ShownGuest(JourneyClient):
    """A guest whose calls are shown one by one, each with the type of the step it belongs to."""

    def __init__(self, client: Client, photo: bytes, show: Show) -> None:
        super().__init__(client, seed.EVENT, photo)
        self.label = "start"
        self.show = show

    def at(self, step: dict[str, Any]) -> None:
        self.label = step["type"]

    def call(self, name: str, /, **data: Any) -> Any:
        with self.show(self.label, name):
            return super().call(name, **data)


class DemoJourney(ShownVisit):
    """One guest, from the event's code to the picture at the end of its journey."""

    STEPS = 26
    LABEL_WIDTH = 17

    def run(self, photo: bytes, out: Path) -> None:
        """Play the journey, save its picture in `out`, and show what was put in and its cost."""
        self.control("POST", "meter:reset")
        with self.progress:
            begun, session = self.play(photo)
        self.save(photo, session["resultImagePath"], out, "journey")
        self.show_mail(session["id"], out)
        self.console.print(self._tree(begun, session))
        self.console.print(self.costs())
        self.client.close()

    def play(self, photo: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """Do what a guest's page does; returns the session's first view, and the session."""
        guest = _ShownGuest(self.client, photo, self.step)
        begun = guest.start(consentVersion=seed.CONSENT["version"])

        def wait() -> None:
            with self.step("processing", "the picture, as the session's document shows it"):
                began = time.monotonic()
                with self._ending_of(begun["session"]["id"]) as has_ended:
                    self._wait_for(guest, has_ended)
                self.waited_seconds = time.monotonic() - began

        session = guest.play(self.experience, begun["steps"], wait)
        count = len(begun["steps"])
        expect(session["currentStepIndex"] == count, f"the session is at the end, {count}")
        return begun, session

    @contextmanager
    def _ending_of(self, session_id: str) -> Iterator[threading.Event]:
        """Listen to the session as a page does. Yields what is set once its transform has ended."""
        from google.cloud import firestore

        client = firestore.Client(project=self.suite.project)
        ended = threading.Event()

        def on_session(snapshots: Any, _changes: Any, _time: Any) -> None:
            if any(snapshot.get("state") in {"ready", "error"} for snapshot in snapshots):
                ended.set()

        session = client.document("events", seed.EVENT, "sessions", session_id)
        watch = session.on_snapshot(on_session)
        try:
            yield ended
        finally:
            watch.unsubscribe()
            client.close()

    def _wait_for(self, guest: JourneyClient, ended: threading.Event) -> None:
        ids = {"eventId": seed.EVENT, "sessionId": guest.session["id"]}
        deadline = time.monotonic() + MAX_TRANSFORM_SECONDS
        while True:
            ended.wait(POLL_SECONDS)
            # The listener's stream may have broken: poll, as a page does.
            session = self.client.call("getEventSession", **ids)["session"]
            if session["state"] != "transforming":
                break
            expect(time.monotonic() < deadline, "the transform ends in time")
        if session["state"] != "ready":
            raise SuiteError(f"No picture was made: {session.get('error', session['state'])}")

    def _tree(self, begun: dict[str, Any], session: dict[str, Any]) -> Tree:
        tree = Tree(f"guest [bold]{session['createdBy']}[/] in {seed.EVENT}")
        root = tree.add(f"session {session['id']} {session['state']}")
        data = session["data"]
        for step in begun["steps"]:
            given = data.get(step["id"], {})
            if step["type"] == "experience-picker":
                given = {"selectedId": data["selected_experience_id"]}
            contents = [value for name, value in given.items() if name not in {"type", "url"}]
            words = contents[0] if contents and isinstance(contents[0], list) else contents
            if given.get("type") == "photo":
                words = ["a photo"]
            label = f"{step['type']:{self.LABEL_WIDTH}}"
            root.add(" ".join([label, step["id"], *map(str, words)]))
        return tree

"""Guests in a real browser: the built page, and the Chromium that plays their visits."""

import fcntl
import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from emulator.demo import seed
from emulator.paths import ROOT
from emulator.suite.suite import Suite
from emulator.web.node import INSTALL_LOCK, WEB

BUILDS = ROOT / ".cache" / "guest-page"
SOURCES = ("guest", "play", "assistant", "client", "tests", "package-lock.json")
SCREENSHOTS = ROOT / "out" / "browser"
# Longer than any wait in a scenario, so that a scenario that fails can say what it waited for.
MAX_SCENARIO_SECONDS = 240


def build(node: str) -> Path:
    """The folder of the built pages. They are built once for each state of their sources."""
    folder = BUILDS / _fingerprint()
    BUILDS.mkdir(parents=True, exist_ok=True)
    with INSTALL_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(BUILDS)
            BUILDS.mkdir(exist_ok=True)  # another process may make it before it takes the lock
            unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=BUILDS))
            run = subprocess.run(
                [node, "build.mjs", str(unfinished)],
                cwd=WEB / "tests",
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, f"The guest page cannot be built:\n{run.stdout}{run.stderr}"
            unfinished.rename(folder)
    return folder


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        top = WEB / source
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            parts = file.relative_to(WEB).parts
            if file.is_file() and not {"node_modules", "dist", ".test"} & set(parts):
                digest.update(f"{'/'.join(parts)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def camera_video(file: Path) -> Path:
    """A video for Chromium's fake camera: the same frame twice."""
    with Image.open(seed.PHOTOS / "astronaut.jpg") as photo:
        frame = io.BytesIO()
        upright = photo.convert("RGB").crop((33, 0, 417, 512)).resize((480, 640))
        upright.save(frame, "JPEG", quality=90)
    file.write_bytes(frame.getvalue() * 2)
    return file


def settings(suite: Suite, origin: str, video: Path) -> dict[str, Any]:
    """The settings for visits to the demo of this suite, with the page at `origin`."""
    return {
        "origin": origin,
        "project": seed.PROJECT,
        "event": seed.EVENT,
        "firebaseProject": suite.project,
        "firestore": suite.addresses["firestore"],
        "hub": f"http://{suite.addresses['hub']}",
        "camera": str(video),
        "screenshots": str(SCREENSHOTS),
        "downloads": str(video.parent),
    }


class ScenarioFailedError(AssertionError):
    """A scenario failed. The message is the browser's own."""


class NoBrowserError(Exception):
    """This machine has no Chromium."""


class Browser:
    """One Chromium that plays scenarios one after the other (web/tests/browser.mjs).

    Raises NoBrowserError if this machine has none.
    """

    def __init__(self, node: str, settings: Mapping[str, Any], log: Path) -> None:
        self.settings = settings
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [node, "browser.mjs", json.dumps(settings)],
                cwd=WEB / "tests",
                env={**os.environ, "NO_COLOR": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            if missing := self._exchange().get("missing"):
                raise NoBrowserError(missing)
        except BaseException:
            self.close()
            raise

    def play(self, scenario: str, **arguments: Any) -> Any:
        """The result of the scenario. Raises ScenarioFailedError."""
        response = self._exchange({"scenario": scenario, "arguments": arguments})
        if "error" in response:
            raise ScenarioFailedError(f"{scenario}: {response['error']}")
        return response["result"]

    def _exchange(self, request: Mapping[str, Any] | None = None) -> Any:
        """Send the request, if there is one, and return the next line."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(MAX_SCENARIO_SECONDS, process.kill)
        watchdog.start()
        try:
            if request is not None:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            raise ScenarioFailedError(f"The browser ended:\n{self._log.read_text()[-4000:]}")
        return json.loads(line)

    def close(self) -> None:
        """End the process, and Chromium with it."""
        try:
            self._process.communicate(timeout=30)  # it ends with its input
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def assert_asks_before_it_erases(seen: dict[str, Any]) -> None:
    """In the page and its language, with the focus on what erases nothing, and back afterwards."""
    assert seen == {
        "role": "alertdialog",
        "title": "Delete your photos, pictures and answers from this event, for good?",
        "text": "Nothing of it can be brought back.",
        "choices": ["Keep everything", "Delete for good"],
        "focus": ["erase-keep", "erase", "erase"],
        "violations": [],
    }

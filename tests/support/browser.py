"""Guests in a real browser: the page as it is built, and the Chromium that plays their visits."""

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
SOURCES = ("guest", "client", "tests", "package-lock.json")
PICTURES = ROOT / "out" / "browser"
PLAY_SECONDS = (
    240  # longer than anything in a scenario waits: the scenario itself says what it missed
)


def build(node: str) -> Path:
    """The folder of the built page; made once for each state of what it is made from."""
    folder = BUILDS / _fingerprint()
    BUILDS.mkdir(parents=True, exist_ok=True)
    with INSTALL_LOCK.open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(BUILDS)
            BUILDS.mkdir()
            making = Path(tempfile.mkdtemp(prefix="making-", dir=BUILDS))
            run = subprocess.run(
                [node, "build.mjs", str(making)],
                cwd=WEB / "tests",
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, f"The guest page cannot be built:\n{run.stdout}{run.stderr}"
            making.rename(folder)
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


def camera_film(file: Path) -> Path:
    """What Chromium's fake camera shows: pictures one after the other, here always the same."""
    with Image.open(seed.PHOTOS / "astronaut.jpg") as photo:
        frame = io.BytesIO()
        upright = photo.convert("RGB").crop((33, 0, 417, 512)).resize((480, 640))
        upright.save(frame, "JPEG", quality=90)
    file.write_bytes(frame.getvalue() * 2)
    return file


def settings(suite: Suite, origin: str, film: Path) -> dict[str, Any]:
    """What a browser has to know to visit the demo of this suite, with the page at `origin`."""
    return {
        "origin": origin,
        "project": seed.PROJECT,
        "firebaseProject": suite.project,
        "firestore": suite.addresses["firestore"],
        "hub": f"http://{suite.addresses['hub']}",
        "camera": str(film),
        "pictures": str(PICTURES),
        "downloads": str(film.parent),
    }


class PlayFailedError(AssertionError):
    """A visit did not go as it should; the message has the browser's own words."""


class NoBrowserError(Exception):
    """There is no Chromium for this machine."""


class Browser:
    """One Chromium, in which visits are played one after the other (web/tests/browser.mjs).

    Raises NoBrowserError where none can be had.
    """

    def __init__(self, node: str, settings: Mapping[str, Any], log: Path) -> None:
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
            if missing := self._answer().get("missing"):
                raise NoBrowserError(missing)
        except BaseException:
            self.close()
            raise

    def play(self, scenario: str, **arguments: Any) -> Any:
        """What the scenario found. Raises PlayFailedError when it did not come to its end."""
        answer = self._answer({"scenario": scenario, "arguments": arguments})
        if "error" in answer:
            raise PlayFailedError(f"{scenario}: {answer['error']}")
        return answer["result"]

    def _answer(self, request: Mapping[str, Any] | None = None) -> Any:
        """What the next line says, after a request or at the start."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(PLAY_SECONDS, process.kill)
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
            raise PlayFailedError(f"The browser ended:\n{self._log.read_text()[-4000:]}")
        return json.loads(line)

    def close(self) -> None:
        """End it and its Chromium, which follows when it is killed as well."""
        try:
            self._process.communicate(timeout=30)  # the end of its input is its end
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

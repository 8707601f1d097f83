"""The stages of a picture in child processes, with an end to their time and their memory.

A decoder is C code: a thread in the middle of one cannot be interrupted, and what a file makes it
allocate is nobody's to refuse. So everything that decodes what a guest, an operator or a provider
sent runs in a process of its own, which is killed at its deadline. It is kept for the next call.

Why it is built like this: docs/decisions/0023-imaging-in-child-processes.md.
"""

import atexit
import contextlib
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, cast

from experience.imaging import messages
from experience.imaging.messages import Message
from experience.imaging.models import (
    Artwork,
    ImageRefused,
    Picture,
    Poster,
    Recipe,
    RefusalCode,
    Style,
)

MAX_SECONDS = 60.0
"""For one stage, which takes a second of the largest photos."""

MAX_MEMORY_BYTES = 1536 * 2**20
"""Address space of a process: libraries, the photo, and each copy of its pixels."""

PIPE_BYTES = 256 * 2**10
"""Four times as large as by itself: a photo changes hands less often. Linux bounds their sum."""

KEPT = ("PYTHON", "LD_", "DYLD_", "LC_", "LANG", "PATH", "HOME", "TMPDIR")
"""How the names of environment variables begin that a process has of its parent."""

PROGRAM = ("-P", "-m", "experience.imaging.child")


def normalise(photo: bytes, recipe: Recipe) -> bytes:
    """As `stages.normalise`. ImageRefused."""
    return _run("normalise", photo, recipe=asdict(recipe)).files[0]


def stylise(image: bytes, style: Style) -> bytes:
    """As `stages.stylise`. ImageRefused."""
    return _run("stylise", image, style=style).files[0]


def draw(artwork: Artwork) -> bytes:
    """As `stages.draw`. ImageRefused."""
    return _run("draw", artwork=asdict(artwork)).files[0]


def draw_poster(poster: Poster, background: bytes, emblem: bytes) -> bytes:
    """As `stages.draw_poster`. ImageRefused."""
    return _run("draw_poster", background, emblem, poster=asdict(poster)).files[0]


def logo(image: bytes) -> bytes:
    """As `stages.logo`. ImageRefused."""
    return _run("logo", image).files[0]


def finish(image: bytes, recipe: Recipe, overlay: bytes | None = None) -> Picture:
    """As `stages.finish`. ImageRefused."""
    overlays = [] if overlay is None else [overlay]
    made = _run("finish", image, *overlays, recipe=asdict(recipe))
    data, thumbnail = made.files
    return Picture(data=data, thumbnail=thumbnail, **made.fields)


def warm_up() -> None:
    """Have a process start, if there is none, while the caller does something else."""
    _pool().warm_up()


def _run(stage: str, *files: bytes, **fields: object) -> Message:
    """The response of a process. ImageRefused; RuntimeError if it failed or died."""
    with _pool().borrowed() as child:
        response = child.request(Message({"stage": stage, **fields}, files))
    match response.fields:
        case {"refused": code, "message": message}:
            raise ImageRefused(RefusalCode(code), message)
        case {"error": error}:
            raise RuntimeError(f"The imaging failed:\n{error}")
    return response


class _Child:
    """One process, in the middle of one request at most."""

    def __init__(self) -> None:
        # Nothing but what an interpreter needs: a broken decoder finds no keys here.
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        environment = {
            **kept,
            # Where this interpreter finds modules, whoever has told it so.
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OPENBLAS_NUM_THREADS": "1",  # it reserves memory for each, and nothing here uses it
        }
        # Never a bare fork: this process has threads of gRPC.
        self._process = subprocess.Popen(  # noqa: S603  (no argument comes from outside)
            [sys.executable, *PROGRAM, str(MAX_MEMORY_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=PIPE_BYTES,
            env=environment,
        )
        self._input = cast(IO[bytes], self._process.stdin)
        self._output = cast(IO[bytes], self._process.stdout)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def request(self, message: Message) -> Message:
        """The response, within `MAX_SECONDS`. ImageRefused `TIMEOUT`; RuntimeError if it died."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        deadline = threading.Timer(MAX_SECONDS, expire)
        deadline.daemon = True
        deadline.start()
        try:
            messages.write(self._input, message)
            return messages.read(self._output)
        except (OSError, EOFError) as error:
            if expired.is_set():
                words = f"The picture took longer than {MAX_SECONDS:g} s to make."
                raise ImageRefused(RefusalCode.TIMEOUT, words) from error
            status = self._process.wait()
            raise RuntimeError(f"A process of the imaging died with status {status}.") from error
        finally:
            deadline.cancel()

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not sent yet
            self._input.close()
        self._output.close()
        self._process.wait()


class _Pool:
    """The processes that are kept, at most one for each CPU. Further callers wait for one."""

    def __init__(self) -> None:
        self._idle: list[_Child] = []
        self._free = threading.BoundedSemaphore(os.cpu_count() or 1)

    @contextmanager
    def borrowed(self) -> Iterator[_Child]:
        """A process for one request. It is kept if it answers, and killed if it does not."""
        with self._free:
            child = self._take()
            try:
                yield child
            except BaseException:
                child.end()
                raise
            self._idle.append(child)

    def warm_up(self) -> None:
        if self._free.acquire(blocking=False):
            try:
                self._idle.append(self._take())
            finally:
                self._free.release()

    def end(self) -> None:
        while self._idle:
            self._idle.pop().end()

    def _take(self) -> _Child:
        """An idle process, the last one used first, or a new one."""
        with contextlib.suppress(IndexError):
            while True:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                child.end()
        return _Child()


@functools.cache
def _pool() -> _Pool:
    pool = _Pool()
    atexit.register(pool.end)
    return pool

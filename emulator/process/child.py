"""Child processes that end with the suite, whatever ends the suite."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

WATCHDOG = Path(__file__).with_name("watchdog.py")


class Child:
    """A command in a session of its own, so that Ctrl-C in the terminal reaches the suite alone.

    `watchdog.py` kills it, and all that it started, when this process is gone, even by SIGKILL.
    `env=None` inherits the environment, `log=None` the terminal.
    """

    _place: ClassVar[dict[str, Any]] = {"start_new_session": True, "stdin": subprocess.DEVNULL}

    def __init__(
        self,
        args: Sequence[str],
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.args = list(args)
        self.env = None if env is None else dict(env)
        self.log = log
        self.cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline = -1

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *more: str, passed: Sequence[int] = ()) -> None:
        """Start the command with `more` arguments, and file descriptors that are `passed` to it.

        One that cannot be run says so in its log and ends with 127.
        """
        watched, self._lifeline = os.pipe()
        try:
            with contextlib.ExitStack() as stack:
                output = None if self.log is None else stack.enter_context(self.log.open("ab"))
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(WATCHDOG), str(watched), *self.args, *more],
                    env=self.env,
                    cwd=self.cwd,
                    stdout=output,
                    stderr=None if output is None else subprocess.STDOUT,
                    pass_fds=[watched, *passed],
                    **self._place,
                )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(watched)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status (-n for a signal), or None when it still runs after `timeout` seconds."""
        try:
            return self._started.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_seconds: float = 3) -> None:
        """Ask it to end, then end it; returns when it and all that it started are gone."""
        if self.alive:
            self._started.terminate()
            self.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        if self._process is None or self._lifeline == -1:
            return
        with contextlib.suppress(ProcessLookupError):  # the group lives as long as its watcher does
            os.killpg(self._process.pid, signal.SIGKILL)
        os.close(self._lifeline)
        self._lifeline = -1
        self._process.wait()

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self.args[0]} was not started")
        return self._process


class ForegroundChild(Child):
    """A command that has the terminal, so that Ctrl-C reaches it and not the suite.

    It is a process group of the same session, as a shell's job is.
    """

    _place: ClassVar[dict[str, Any]] = {"process_group": 0, "stdin": None}

    def interrupt(self, number: int, grace_seconds: float = 2) -> None:
        """Pass a signal on to it and all that it started; after the grace they are killed."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            self.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        super().kill()
        if self._process and os.isatty(0) and os.tcgetpgrp(0) == self._process.pid:
            before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # we are in the background yet
            os.tcsetpgrp(0, os.getpgrp())
            signal.signal(signal.SIGTTOU, before)

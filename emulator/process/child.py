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
    """A command in a session of its own, so that Ctrl-C in the terminal reaches only the suite.

    When this process ends, even by SIGKILL, `watchdog.py` kills the command and all that it
    started. `env=None` inherits the environment, `log=None` the terminal.
    """

    _popen_options: ClassVar[dict[str, Any]] = {
        "start_new_session": True,
        "stdin": subprocess.DEVNULL,
    }

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

    def start(self, *more: str, pass_fds: Sequence[int] = ()) -> None:
        """Start the command with `more` arguments; it inherits the file descriptors `pass_fds`.

        A command that cannot be run writes why into its log and ends with status 127.
        """
        read_end, self._lifeline = os.pipe()
        try:
            with contextlib.ExitStack() as stack:
                output = None if self.log is None else stack.enter_context(self.log.open("ab"))
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(WATCHDOG), str(read_end), *self.args, *more],
                    env=self.env,
                    cwd=self.cwd,
                    stdout=output,
                    stderr=None if output is None else subprocess.STDOUT,
                    pass_fds=[read_end, *pass_fds],
                    **self._popen_options,
                )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(read_end)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status (-n for a signal), or None if it still runs after `timeout` seconds."""
        try:
            return self._started.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_seconds: float = 3) -> None:
        """Send SIGTERM, then kill; return when the command and all that it started are gone."""
        if self.alive:
            self._started.terminate()
            self.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        if self._process is None or self._lifeline == -1:
            return
        with contextlib.suppress(ProcessLookupError):  # the watchdog keeps the group alive
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

    Like a shell's job, it is a process group of the same session.
    """

    _popen_options: ClassVar[dict[str, Any]] = {"process_group": 0, "stdin": None}

    def interrupt(self, number: int, grace_seconds: float = 2) -> None:
        """Send it and all that it started a signal; kill them if they outlast the grace period."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            self.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        super().kill()
        if self._process and os.isatty(0) and os.tcgetpgrp(0) == self._process.pid:
            before = signal.signal(
                signal.SIGTTOU, signal.SIG_IGN
            )  # this process is still in the background
            os.tcsetpgrp(0, os.getpgrp())
            signal.signal(signal.SIGTTOU, before)

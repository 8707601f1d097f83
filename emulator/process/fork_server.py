"""Instances of the functions: copies of one process that has loaded them and serves nothing itself.

The cloud replaces an instance that crashed by one that starts cold. Here that one is forked from
what was loaded before the first call: it remembers as little as one that loads everything anew, and
is there in a hundredth of the time. Who calls meanwhile waits in the line of the socket, which they
share. A process in which main.py has started threads, or opened a channel, cannot be copied: it
serves by itself, and is replaced as a whole.
"""

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from emulator.process.child import Child

THREADS_FOLDER = Path("/proc/self/task")  # of a process, those of its libraries too


class _Instance:
    def __init__(self) -> None:
        self.pid = 0
        self.status: int | None = None
        self.began = threading.Event()
        self.ended = threading.Event()

    def begin(self, pid: int) -> None:
        self.pid = pid
        self.began.set()

    def end(self, status: int | None) -> None:
        if not self.ended.is_set():
            self.status = status
            self.began.set()
            self.ended.set()


class ForkServer(Child):
    """A command that calls `take_turns` in the end, and its instances, one after the other.

    `pid`, `alive` and `wait` are the instance's; to `stop` ends it with its command.
    """

    _control: socket.socket | None = None
    _instance: _Instance

    @property
    def pid(self) -> int:
        self._instance.began.wait()
        return self._instance.pid

    @property
    def alive(self) -> bool:
        return super().alive and not self._instance.ended.is_set()

    def begin(self, order: str) -> None:
        """Start the command, and in it an instance that gets this one line."""
        self.start()
        self._ask(order)

    def replace(self, order: str) -> bool:
        """Have another instance take the place of the one that has ended, if its command lives."""
        self._instance = _Instance()
        self._ask(order)
        return super().alive  # asked last: an end after this is the new instance's

    def start(self, *more: str, passed: Sequence[int] = ()) -> None:
        self._control, theirs = socket.socketpair()
        self._instance = _Instance()
        with theirs:
            control = theirs.fileno()
            super().start(*more, "--control", str(control), passed=[*passed, control])
        listening = (self._control, self._started)
        threading.Thread(target=self._listen, args=listening, daemon=True).start()

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status of the instance (-n for a signal), or None while it runs."""
        instance = self._instance
        instance.ended.wait(timeout)
        return instance.status

    def kill(self) -> None:
        super().kill()
        if self._process:
            self._instance.end(self._process.returncode)

    def _ask(self, order: str) -> None:
        if self._control:
            with contextlib.suppress(OSError):  # it has ended
                self._control.sendall(f"{order}\n".encode())

    def _listen(self, control: socket.socket, command: subprocess.Popen[bytes]) -> None:
        """Take note of what the command says of its instances until it ends."""
        # it may end without having read what it was asked
        with control, control.makefile() as lines, contextlib.suppress(ConnectionResetError):
            for line in lines:
                said, number = line.split()
                self._note(control, said, int(number))
        self._note(control, "ended", command.wait())

    def _note(self, control: socket.socket, said: str, number: int) -> None:
        instance = self._instance
        if self._control is control:  # another command's instances are not its own
            (instance.begin if said == "began" else instance.end)(number)


def serve_in_forks(control: int, serve: Callable[[str], None]) -> None:
    """Fork an instance that serves, whenever the suite orders one, until the suite ends.

    Where that is not safe, serve here.
    """
    with socket.socket(fileno=control) as suite, suite.makefile() as orders:
        suite.set_inheritable(False)
        while order := orders.readline():
            pid = os.fork() if _is_single_threaded() else None
            if not pid:
                suite.sendall(f"began {os.getpid()}\n".encode())
            if pid is None:
                serve(order)
            elif pid == 0:
                break
            else:
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                suite.sendall(f"ended {status}\n".encode())
    if order:  # this is a copy: what it was made from tells of its end
        serve(order)


def _is_single_threaded() -> bool:
    return THREADS_FOLDER.is_dir() and len(list(THREADS_FOLDER.iterdir())) == 1

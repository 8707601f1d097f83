"""Forks instances of the functions from one process that has loaded them and serves nothing itself.

The cloud replaces an instance that crashed by one that starts cold. Here a fresh instance is forked
from what was loaded before the first call: like a cold start it remembers nothing of its
predecessor, in a hundredth of the time. Calls that come meanwhile wait in the backlog of the
listening socket, which all instances share. A process in which main.py has started threads or
opened a channel cannot be forked safely: it serves by itself, and is replaced as a whole.

Suite and process talk over a socket pair. The suite sends one line, its argument, for each instance
that it wants; the process reports `began PID` and `ended STATUS`.
"""

import contextlib
import os
import select
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from emulator.process.child import Child

MAX_TWIN_SECONDS = 15
"""How long an instance is not replaced because something that it forked is still there."""
THREADS_FOLDER = Path("/proc/self/task")  # lists the threads of native libraries too


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
    """A command that ends in `serve_in_forks`, and its instances, one at a time.

    `pid`, `alive` and `wait` are those of the instance. `stop` ends the command with it.
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

    def begin(self, argument: str) -> None:
        """Start the command and a first instance, which gets this one line."""
        self.start()
        self._request_instance(argument)

    def replace(self, argument: str) -> bool:
        """Replace the instance that has ended; False if the command has ended too."""
        self._instance = _Instance()
        self._request_instance(argument)
        return super().alive  # read last: an end after this is reported for the new instance

    def start(self, *more: str, pass_fds: Sequence[int] = ()) -> None:
        self._control, theirs = socket.socketpair()
        self._instance = _Instance()
        with theirs:
            control = theirs.fileno()
            super().start(*more, "--control", str(control), pass_fds=[*pass_fds, control])
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

    def _request_instance(self, argument: str) -> None:
        if self._control:
            with contextlib.suppress(OSError):  # the command has ended
                self._control.sendall(f"{argument}\n".encode())

    def _listen(self, control: socket.socket, command: subprocess.Popen[bytes]) -> None:
        """Follow what the command reports of its instances, until it ends."""
        # the command may end before it has read the last request
        with control, control.makefile() as lines, contextlib.suppress(ConnectionResetError):
            for line in lines:
                event, number = line.split()
                self._note(control, event, int(number))
        self._note(control, "ended", command.wait())

    def _note(self, control: socket.socket, event: str, number: int) -> None:
        instance = self._instance
        if self._control is control:  # else a command that was replaced reports its end
            (instance.begin if event == "began" else instance.end)(number)


def serve_in_forks(control: int, serve: Callable[[str], None]) -> None:
    """Fork an instance for each line from the suite, and call `serve` with the line in it.

    If this process cannot be forked safely, call `serve` here. Returns when the suite ends.
    """
    with socket.socket(fileno=control) as suite, suite.makefile() as requests:
        suite.set_inheritable(False)
        while argument := requests.readline():
            ended, alive = os.pipe()
            pid = os.fork() if can_fork() else None
            if not pid:
                os.close(ended)  # `alive` is open for as long as the instance or its twin lives
                suite.sendall(f"began {os.getpid()}\n".encode())
            if pid is None:
                serve(argument)
            elif pid == 0:
                break
            else:
                os.close(alive)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                select.select([ended], [], [], MAX_TWIN_SECONDS)
                os.close(ended)
                suite.sendall(f"ended {status}\n".encode())
    if argument:  # only in a fork, whose end the parent reports
        serve(argument)


def can_fork() -> bool:
    """Whether this process has one thread, so that a copy of it has all that it needs."""
    return THREADS_FOLDER.is_dir() and len(list(THREADS_FOLDER.iterdir())) == 1

"""How a command of the suite ends: by a signal, or because its parent process is gone."""

import os
import signal
import threading
import time
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.5


def exit_on_signals(outlives_parent: bool = False) -> None:
    """From now on SIGNALS raise SystemExit(128 + number), and so does the end of the parent.

    A signal that was ignored at the start stays ignored, as nohup and a shell's `&` expect.
    """
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _exit)
    if not outlives_parent:
        parent = os.getppid()
        threading.Thread(
            target=_exit_with_parent, args=(parent,), name="parent", daemon=True
        ).start()


def ignore_signals() -> None:
    """Ignore SIGNALS from here on: a second Ctrl-C must not interrupt the clean-up."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def is_in_background() -> bool:
    """Whether the command was started to outlive its terminal: by nohup, a script's `&`, setsid."""
    ignored = (signal.getsignal(number) == signal.SIG_IGN for number in SIGNALS)
    return any(ignored) or os.getsid(0) == os.getpid()


def _exit(number: int, _frame: FrameType | None) -> None:
    ignore_signals()
    raise SystemExit(128 + number)


def _exit_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)

"""A second process beside one that was forked: both serve, and both end when one of them ends."""

import functools
import os
import threading
import time
from collections.abc import Callable

MAX_END_SECONDS = 10
"""How long `before_end` may take. Whatever holds it up, the process ends."""


def fork_twin(before_end: Callable[[], None]) -> bool:
    """Fork this process, which must have one thread. True in the new one, which is the twin.

    When one of them ends, the other calls `before_end` and ends; this one with the twin's status.
    """
    lifeline, held = os.pipe()  # `held` stays open for as long as this process lives
    twin = os.fork()
    if twin:
        os.close(lifeline)
        os.register_at_fork(after_in_child=functools.partial(os.close, held))
        _in_background(lambda: _status_of(twin), before_end)
        return False
    os.close(held)
    _in_background(lambda: len(os.read(lifeline, 1)), before_end)
    return True


def _in_background(wait: Callable[[], int], before_end: Callable[[], None]) -> None:
    def end() -> None:
        status = 1
        try:
            status = wait()
            _in_thread(lambda: _exit_after(MAX_END_SECONDS, status))
            before_end()
        finally:
            os._exit(status)

    _in_thread(end)


def _exit_after(seconds: float, status: int) -> None:
    time.sleep(seconds)
    os._exit(status)


def _in_thread(do: Callable[[], object]) -> None:
    threading.Thread(target=do, name="twin", daemon=True).start()


def _status_of(pid: int) -> int:
    """The exit status of the process as a shell has it: 128 and the number of a signal."""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status if status >= 0 else 128 - status

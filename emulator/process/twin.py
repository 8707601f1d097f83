"""A second process beside one that was forked: both serve, and both end when one of them ends."""

import os
import threading
from collections.abc import Callable


def fork_twin(before_end: Callable[[], None]) -> bool:
    """Fork this process, which must have one thread. True in the new one, which is the twin.

    When one of them ends, the other calls `before_end` and ends with the same status.
    """
    lifeline, held = os.pipe()  # `held` stays open for as long as this process lives
    twin = os.fork()
    if twin:
        os.close(lifeline)
        _in_background(lambda: _status_of(twin), before_end)
        return False
    os.close(held)
    _in_background(lambda: len(os.read(lifeline, 1)), before_end)
    return True


def _in_background(wait: Callable[[], int], before_end: Callable[[], None]) -> None:
    def end() -> None:
        status = wait()
        try:
            before_end()
        finally:
            os._exit(status)

    threading.Thread(target=end, name="twin", daemon=True).start()


def _status_of(pid: int) -> int:
    """The exit status of the process as a shell has it: 128 and the number of a signal."""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status if status >= 0 else 128 - status

"""The functions' process is killed at a commit: whatever it had in hand gets done, once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import requests

from emulator.crowd import Guest
from tests.suite.sample_functions import eventually
from tests.trouble import WHOLE_VISIT, Trouble, visit_of

WHEN = ("before", "after")


class TestOneCommit:
    """`number` is the commit of that function at which the process dies."""

    @pytest.mark.parametrize(
        ("function", "number", "when"),
        [
            ("createSession", 1, "after"),
            ("confirmUpload", 1, "before"),
            ("completeSession", 2, "before"),
            ("completeSession", 2, "after"),
            ("onSessionCreated", 1, "before"),
            ("onSessionCompleted", 1, "after"),
            ("runTransform", 1, "after"),
            ("runTransform", 4, "before"),
            ("runTransform", 4, "after"),
        ],
    )
    def test_a_visit_ends_as_if_nothing_had_been(
        self, trouble: Trouble, function: str, number: int, when: str
    ) -> None:
        uid = f"killed-{function}-{number}-{when}"
        trouble.faults(killAtCommit=number, killWhen=when, only=function)
        trouble.guest(uid).visit()
        trouble.suite.settle()
        eventually(lambda: trouble.suite.faults.kill_at_commit is None)  # it was killed
        trouble.calm()
        assert visit_of(trouble, uid) == WHOLE_VISIT

    @pytest.mark.parametrize("when", WHEN)
    def test_a_sweep_that_dies_is_done_by_the_next(self, trouble: Trouble, when: str) -> None:
        uid = f"killed-sweep-{when}"
        trouble.faults(drop=1)
        trouble.guest(uid).visit()
        trouble.suite.settle()
        trouble.faults(killAtCommit=1, killWhen=when, only="sweepJobs")
        with pytest.raises(Exception, match="did not end"):
            trouble.sweep()
        trouble.calm()
        assert visit_of(trouble, uid) == WHOLE_VISIT


class TestAgainAndAgain:
    @pytest.mark.parametrize("when", WHEN)
    def test_two_visits_get_through_while_every_eighth_commit_kills(
        self, trouble: Trouble, when: str
    ) -> None:
        uids = [f"again-{when}-{number}" for number in range(2)]
        with killing(trouble, 8, when), ThreadPoolExecutor(2) as pool:
            list(pool.map(Guest.visit, [trouble.guest(uid, n) for n, uid in enumerate(uids)]))
        trouble.calm()
        assert [visit_of(trouble, uid) for uid in uids] == [WHOLE_VISIT] * 2


@contextmanager
def killing(trouble: Trouble, number: int, when: str) -> Iterator[None]:
    """Meanwhile every process is killed at its commit of this number."""
    over = threading.Event()

    def arm() -> None:
        while not over.wait(0.05):
            if trouble.suite.faults.kill_at_commit is None:
                with suppress(requests.RequestException):  # it is being killed
                    trouble.faults(killAtCommit=number, killWhen=when)

    armed = threading.Thread(target=arm)
    armed.start()
    try:
        yield
    finally:
        over.set()
        armed.join()

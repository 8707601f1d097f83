"""The functions' process is killed at a commit: whatever it had in hand gets done, once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import requests

from emulator.demo.chaos import ChaosGuest
from tests.support.faulty_suite import WHOLE_VISIT, FaultySuite, visit_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

WHEN = ("before", "after")
MAX_KILLS = 3


class TestOneCommit:
    """`number` is the commit of that function at which the process dies.

    Before its only commit it dies as if its call or event had not come, which test_deliveries has,
    and what follows where onSessionCompleted dies after it.
    A lease that was taken and not heard of is in tests/experience/transforms/test_crashes.py.
    """

    @pytest.mark.parametrize(
        ("function", "number", "when"),
        [
            ("createSession", 1, "after"),
            ("completeSession", 2, "after"),
            ("runTransform", 4, "before"),
            ("runTransform", 4, "after"),
            ("onSessionCompleted", 2, "before"),  # the mail
            ("onSessionCompleted", 2, "after"),
        ],
    )
    def test_a_visit_ends_as_if_nothing_had_been(
        self, faulty_suite: FaultySuite, function: str, number: int, when: str
    ) -> None:
        uid = f"killed-{function}-{number}-{when}"
        faulty_suite.faults(killAtCommit=number, killWhen=when, only=function)
        faulty_suite.demo_guest(uid).visit()
        faulty_suite.suite.settle()
        eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)  # it was killed
        faulty_suite.recover()
        assert visit_of(faulty_suite, uid) == WHOLE_VISIT

    def test_a_sweep_that_dies_is_done_by_the_next(self, faulty_suite: FaultySuite) -> None:
        uid = "killed-sweep"
        faulty_suite.faults(drop=1)
        faulty_suite.demo_guest(uid).visit()
        faulty_suite.suite.settle()
        faulty_suite.faults(killAtCommit=1, killWhen="after", only="sweepJobs")
        with pytest.raises(Exception, match="did not end"):
            faulty_suite.sweep()
        faulty_suite.recover()
        assert visit_of(faulty_suite, uid) == WHOLE_VISIT


class TestAgainAndAgain:
    @pytest.mark.parametrize("when", WHEN)
    def test_two_visits_get_through_while_an_eighth_commit_kills_three_times(
        self, faulty_suite: FaultySuite, when: str
    ) -> None:
        uids = [f"again-{when}-{number}" for number in range(2)]
        with killing(faulty_suite, 8, when), ThreadPoolExecutor(2) as pool:
            list(
                pool.map(
                    ChaosGuest.visit,
                    [faulty_suite.demo_guest(uid, n) for n, uid in enumerate(uids)],
                )
            )
        faulty_suite.recover()
        assert [visit_of(faulty_suite, uid) for uid in uids] == [WHOLE_VISIT] * 2


@contextmanager
def killing(faulty_suite: FaultySuite, number: int, when: str) -> Iterator[None]:
    """Meanwhile MAX_KILLS processes, one after the other, are killed at this commit of theirs."""
    over = threading.Event()

    def arm() -> None:
        kills = 0
        while kills < MAX_KILLS and not over.wait(0.05):
            if faulty_suite.suite.faults.kill_at_commit is None:
                kills += 1
                with suppress(requests.RequestException):  # it is being killed
                    faulty_suite.faults(killAtCommit=number, killWhen=when)

    armed = threading.Thread(target=arm)
    armed.start()
    try:
        yield
    finally:
        over.set()
        armed.join()

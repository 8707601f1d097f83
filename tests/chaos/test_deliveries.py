"""Events and tasks that come twice, late, out of order or not at all: the visit ends the same."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.demo import seed
from tests.support.calling import at_once
from tests.support.trouble import WHOLE_VISIT, Trouble, visit_of
from tests.support.waiting import eventually

DELIVERED = ["onJobCreated", "onSessionCompleted", "onSessionCreated", "runTransform"]
# A visit starts no run of a workflow; tests/experience/workflows try what runs are delivered to.
OF_RUNS = ["pollGeneration", "runStep"]
FAULTS: dict[str, dict[str, Any]] = {
    "twice": {"duplicate": 1},
    "late": {"delayMs": [200, 200]},
    "overtaken": {"reorder": 1},
}


def attempts(trouble: Trouble, uid: str) -> list[int]:
    return [job["attemptCount"] for job in trouble.of(seed.PROJECT, "jobs", createdBy=uid)]


class TestOneFunction:
    def test_every_function_that_is_delivered_to_is_tried(self, trouble: Trouble) -> None:
        host = trouble.suite.functions
        delivered = host.endpoints("eventTrigger") | host.endpoints("taskQueueTrigger")
        assert sorted(delivered) == sorted([*DELIVERED, *OF_RUNS])

    @pytest.mark.parametrize("function", DELIVERED)
    def test_what_is_lost_of_one_is_swept(self, trouble: Trouble, function: str) -> None:
        trouble.faults(drop=1, only=function)
        uid = f"{function}-lost"
        trouble.demo_guest(uid).visit()
        trouble.suite.settle()
        trouble.faults()
        trouble.sweep()
        assert visit_of(trouble, uid) == WHOLE_VISIT
        assert attempts(trouble, uid) == [1]

    def test_a_job_whose_creator_died_is_handed_on_by_its_own_event(self, trouble: Trouble) -> None:
        """Without a sweep, and without the event that was lost with its function's process."""
        trouble.faults(killAtCommit=1, killWhen="after", only="onSessionCompleted")
        trouble.demo_guest("creator-died").visit()
        eventually(lambda: trouble.suite.faults.kill_at_commit is None)  # it was killed
        # The job's event can be so quick that its run dies in the same process, and comes again.
        eventually(lambda: visit_of(trouble, "creator-died") == WHOLE_VISIT)
        trouble.suite.settle()
        assert attempts(trouble, "creator-died") in ([1], [2])

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_visit_ends_the_same(self, trouble: Trouble, fault: str) -> None:
        """Whatever is delivered meets this: each event and task of the visit."""
        trouble.faults(**FAULTS[fault])
        trouble.demo_guest(fault).visit()
        trouble.suite.settle()
        assert visit_of(trouble, fault) == WHOLE_VISIT
        assert attempts(trouble, fault) == [1]


class TestEverything:
    @pytest.mark.parametrize("replay", range(3))
    def test_visits_in_the_worst_of_networks_end_the_same(
        self, trouble: Trouble, replay: int
    ) -> None:
        trouble.faults(
            seed=replay, duplicate=0.5, drop=0.3, reorder=0.5, delayMs=[0, 200], abort=0.1
        )
        uids = [f"worst-{replay}-{n}" for n in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: trouble.demo_guest(uids[n], n).visit(), range(4)))
        trouble.calm()
        assert [visit_of(trouble, uid) for uid in uids] == [WHOLE_VISIT] * 4


class TestSweeps:
    def test_what_was_lost_stays_undone_until_a_sweep(self, trouble: Trouble) -> None:
        trouble.faults(drop=1)
        trouble.demo_guest("nothing-came").visit()
        trouble.suite.settle()
        left = visit_of(trouble, "nothing-came")
        assert (left["jobs"], left["linked to the main session"]) == ([], [False, False, True])
        trouble.faults()
        trouble.sweep()
        assert visit_of(trouble, "nothing-came") == WHOLE_VISIT

    def test_four_sweeps_at_once_do_it_once(self, trouble: Trouble) -> None:
        trouble.faults(drop=1)
        trouble.demo_guest("swept-by-four").visit()
        trouble.suite.settle()
        trouble.faults()
        at_once(4, lambda _: trouble.sweep())
        assert visit_of(trouble, "swept-by-four") == WHOLE_VISIT
        assert attempts(trouble, "swept-by-four") == [1]

    def test_a_sweep_that_finds_nothing_changes_nothing(self, trouble: Trouble) -> None:
        trouble.demo_guest("all-is-well").visit()
        trouble.suite.settle()
        before = [trouble.of(seed.PROJECT, each) for each in ("sessions", "jobs", "guests")]
        trouble.sweep()
        trouble.sweep("sweepSessions")
        assert before == [trouble.of(seed.PROJECT, each) for each in ("sessions", "jobs", "guests")]

"""Events and tasks that come twice, late, out of order or not at all: the visit ends the same."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.demo import seed
from tests.support.builders.venues import Venue
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once
from tests.support.faulty_suite import WHOLE_VISIT, FaultySuite, visit_of
from tests.support.players.visitor import Visitor
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

DELIVERED = ["onJobCreated", "onSessionCompleted", "onSessionCreated", "runTransform"]
# A visit starts no run of a workflow; tests/experience/workflows try what runs are delivered to.
OF_RUNS = ["pollGeneration", "runStep"]
# Nor does it close anything; tests/experience/media try what follows when something is closed.
OF_CLOSURES = ["onEventUpdated", "onProjectUpdated", "onWorkspaceUpdated", "updateDownloadUrls"]
# Nor does it play or delete a campaign; tests/experience/campaigns and ai_generations try that.
OF_CAMPAIGNS = ["onCampaignDeleted", "revealDraws"]
# Nor does it leave a daily sweep anything; tests/experience/retention try what tasks go on with.
OF_SWEEPS = ["continueSweep"]
# Nor does a vendor make its picture; tests/scenarios/test_pictures_of_vendors.py tries that.
OF_VENDORS = ["runVendorTransform"]
FAULTS: dict[str, dict[str, Any]] = {
    "twice": {"duplicate": 1},
    "late": {"delayMs": [200, 200]},
    "overtaken": {"reorder": 1},
}


def attempts(faulty_suite: FaultySuite, uid: str) -> list[int]:
    return [job["attemptCount"] for job in faulty_suite.of(seed.PROJECT, "jobs", createdBy=uid)]


class TestOneFunction:
    def test_every_function_that_is_delivered_to_is_tried(self, faulty_suite: FaultySuite) -> None:
        host = faulty_suite.suite.functions
        delivered = host.endpoints("eventTrigger") | host.endpoints("taskQueueTrigger")
        others = [*OF_RUNS, *OF_CLOSURES, *OF_CAMPAIGNS, *OF_SWEEPS, *OF_VENDORS]
        assert sorted(delivered) == sorted([*DELIVERED, *others])

    @pytest.mark.parametrize("function", DELIVERED)
    def test_what_is_lost_of_one_is_swept(self, faulty_suite: FaultySuite, function: str) -> None:
        faulty_suite.faults(drop=1, only=function)
        uid = f"{function}-lost"
        faulty_suite.demo_guest(uid).visit()
        faulty_suite.suite.settle()
        faulty_suite.faults()
        faulty_suite.sweep()
        assert visit_of(faulty_suite, uid) == WHOLE_VISIT
        assert attempts(faulty_suite, uid) == [1]

    def test_a_job_whose_creator_died_is_handed_on_by_its_own_event(
        self, faulty_suite: FaultySuite
    ) -> None:
        """Without a sweep, and without the event that was lost with its function's process."""
        faulty_suite.faults(killAtCommit=1, killWhen="after", only="onSessionCompleted")
        faulty_suite.demo_guest("creator-died").visit()
        eventually(lambda: faulty_suite.suite.faults.kill_at_commit is None)  # it was killed
        # The job's event can be so quick that its run dies in the same process, and comes again.
        eventually(lambda: visit_of(faulty_suite, "creator-died") == WHOLE_VISIT)
        faulty_suite.suite.settle()
        assert attempts(faulty_suite, "creator-died") in ([1], [2])

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_visit_ends_the_same(self, faulty_suite: FaultySuite, fault: str) -> None:
        """Whatever is delivered meets this: each event and task of the visit."""
        faulty_suite.faults(**FAULTS[fault])
        faulty_suite.demo_guest(fault).visit()
        faulty_suite.suite.settle()
        assert visit_of(faulty_suite, fault) == WHOLE_VISIT
        assert attempts(faulty_suite, fault) == [1]


class TestEverything:
    @pytest.mark.parametrize("replay", range(3))
    def test_visits_in_the_worst_of_networks_end_the_same(
        self, faulty_suite: FaultySuite, replay: int
    ) -> None:
        faulty_suite.faults(
            seed=replay, duplicate=0.5, drop=0.3, reorder=0.5, delayMs=[0, 200], abort=0.1
        )
        uids = [f"worst-{replay}-{n}" for n in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: faulty_suite.demo_guest(uids[n], n).visit(), range(4)))
        faulty_suite.recover()
        assert [visit_of(faulty_suite, uid) for uid in uids] == [WHOLE_VISIT] * 4


class TestCountedSessions:
    @pytest.mark.parametrize(
        "faults",
        [
            {"duplicate": 1, "reorder": 1},
            {"drop": 1},
            {"killAtCommit": 1, "killWhen": "before"},
            {"killAtCommit": 1, "killWhen": "after"},
        ],
    )
    def test_a_completed_session_counts_once_for_its_guest(
        self, faulty_suite: FaultySuite, faults: dict[str, Any]
    ) -> None:
        visitor = Visitor(faulty_suite.db)
        a_member(faulty_suite.db, visitor.workspace, "owner")
        venue = Venue(visitor.workspace, visitor.project, visitor.experience)
        guest = faulty_suite.guest(venue, visitor.uid)
        session = guest.begin()
        faulty_suite.faults(**faults, only="onSessionCompleted")
        guest.complete(session)
        faulty_suite.suite.settle()
        assert visitor.counted() == ((0, 0, 0, 0) if "drop" in faults else (1, 1, 1, 1))
        faulty_suite.faults()
        at_once(2, lambda _: faulty_suite.sweep("sweepProgress"))
        assert visitor.counted() == (1, 1, 1, 1)


class TestSweeps:
    def test_what_was_lost_stays_undone_until_a_sweep(self, faulty_suite: FaultySuite) -> None:
        faulty_suite.faults(drop=1)
        faulty_suite.demo_guest("nothing-came").visit()
        faulty_suite.suite.settle()
        left = visit_of(faulty_suite, "nothing-came")
        assert (left["jobs"], left["linked to the main session"]) == ([], [False, False, True])
        faulty_suite.faults()
        faulty_suite.sweep()
        assert visit_of(faulty_suite, "nothing-came") == WHOLE_VISIT

    def test_four_sweeps_at_once_do_it_once(self, faulty_suite: FaultySuite) -> None:
        faulty_suite.faults(drop=1)
        faulty_suite.demo_guest("swept-by-four").visit()
        faulty_suite.suite.settle()
        faulty_suite.faults()
        at_once(4, lambda _: faulty_suite.sweep())
        assert visit_of(faulty_suite, "swept-by-four") == WHOLE_VISIT
        assert attempts(faulty_suite, "swept-by-four") == [1]

    def test_a_sweep_that_finds_nothing_changes_nothing(self, faulty_suite: FaultySuite) -> None:
        faulty_suite.demo_guest("all-is-well").visit()
        faulty_suite.suite.settle()
        before = [faulty_suite.of(seed.PROJECT, each) for each in ("sessions", "jobs", "guests")]
        faulty_suite.sweep()
        faulty_suite.sweep("sweepSessions")
        assert before == [
            faulty_suite.of(seed.PROJECT, each) for each in ("sessions", "jobs", "guests")
        ]

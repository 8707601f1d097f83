"""A process that dies between any two writes leaves a run that finishes by itself."""

from typing import Any

import pytest
from firebase_admin.exceptions import UnavailableError

from experience import clients
from experience.workflows.runs.models import RunStatus
from experience.workflows.usecases import sweep
from tests.experience.workflows.runs.kill_at_commit import kill_at_every_commit
from tests.support.workflows.workflow_bench import Killed, WorkflowBench, came_to


def refuse(*_: Any, **__: Any) -> None:
    """A queue that takes no task."""
    raise UnavailableError("no queue answers")


@pytest.mark.exhaustive
@pytest.mark.parametrize("when", ["before", "after"])
class TestKilledAtEveryCommit:
    """The build has a file of its own, because it takes long: test_crashes_of_builds.py."""

    def test_a_chain_ends_the_same(self, bench: WorkflowBench, when: str) -> None:
        kill_at_every_commit(bench, "test.chain", {}, 3, when, stride=2)

    def test_a_step_that_is_tried_again_ends_the_same(
        self, bench: WorkflowBench, when: str
    ) -> None:
        payload = {"plan": {"root": {"failures": 1}}}
        kill_at_every_commit(bench, "test.tree", payload, 7, when, stride=3)


class TestSweeps:
    def test_a_run_whose_creator_died_is_found(self, bench: WorkflowBench) -> None:
        with bench.killed_at(1, "after"), pytest.raises(Killed):
            bench.start("test.chain", requestId="left")
        assert bench.queue.waiting == []
        assert sweep.sweep_runs()["undispatched"] == 1
        bench.drain()
        [found] = bench.tenant.collection("runs").stream()
        assert came_to(bench, found.id)

    def test_a_run_whose_queue_takes_no_task_is_answered_and_found(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(clients, "enqueue", refuse)
            run_id = bench.start("test.chain", requestId="left")
            assert bench.start("test.chain", requestId="left") == run_id
        assert bench.queue.waiting == []
        assert sweep.sweep_runs()["undispatched"] == 1
        bench.drain()
        assert came_to(bench, run_id)

    def test_a_repeated_start_enqueues_what_was_not(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(clients, "enqueue", refuse)
            run_id = bench.start("test.chain", requestId="left")
        assert bench.start("test.chain", requestId="left") == run_id
        bench.drain()
        assert came_to(bench, run_id)

    def test_a_step_whose_lease_ran_out_is_taken_over(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain")
        with bench.killed_at(2, "before"), pytest.raises(Killed):
            bench.deliver()
        bench.queue.waiting.clear()  # even the queue has forgotten it
        assert sweep.sweep_runs()["lost"] == 0
        bench.expire(run_id, "one")
        assert sweep.sweep_runs()["lost"] == 1
        bench.drain()
        assert came_to(bench, run_id)
        assert bench.steps(run_id)["one"].losses == 1

    def test_a_ready_step_that_was_never_enqueued_is_found(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.queue.waiting.clear()
        assert sweep.sweep_runs()["undispatched"] == 1
        bench.drain()
        assert came_to(bench, run_id)

    def test_a_run_that_nobody_ended_is_ended(self, bench: WorkflowBench) -> None:
        bench.start("test.tree")
        with bench.killed_at(10**6, "before") as sent:
            bench.drain()
        run_id = bench.start("test.tree")  # of its last steps there are several
        with bench.killed_at(sent[0], "before"), pytest.raises(Killed):
            bench.drain()
        bench.queue.waiting.clear()
        assert set(bench.statuses(run_id).values()) == {"completed"}
        assert bench.run(run_id).status is RunStatus.RUNNING
        assert sweep.sweep_runs()["unfinalized"] == 1
        assert came_to(bench, run_id)

    def test_a_sweep_that_finds_nothing_changes_nothing(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.drain()
        before = bench.steps(run_id), bench.run(run_id)
        assert not any(sweep.sweep_runs().values())
        assert (bench.steps(run_id), bench.run(run_id)) == before

"""A run that has a deadline ends by then, whatever its steps, workers and tasks are doing."""

import pytest

from experience.clock import now_ms
from experience.workflows.runs import dispatch, finalization, leases
from experience.workflows.runs.dispatch import resume_step
from experience.workflows.runs.models import Run, RunStatus
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished

MINUTE_MS = 60_000


def due(bench: WorkflowBench, run_id: str, milliseconds: int) -> Run:
    """Let the run's deadline be so far from now."""
    bench.tenant.run_ref(run_id).update({"deadlineAt": now_ms() + milliseconds})
    return bench.run(run_id)


def reached(bench: WorkflowBench, run_id: str) -> None:
    """Let the run's deadline pass, and its task come; nothing else is on its way."""
    bench.queue.waiting.clear()
    dispatch.enqueue_deadline(due(bench, run_id, 0))
    bench.drain()


def ended(bench: WorkflowBench, run_id: str) -> tuple[dict[str, str], str]:
    """How its steps ended, and why the run failed."""
    run = bench.run(run_id)
    assert unfinished(bench, run_id) == []
    assert run.status is RunStatus.FAILED
    assert run.error
    return bench.statuses(run_id), run.error.code


def a_failed_chain(*completed: str) -> dict[str, str]:
    return {
        **dict.fromkeys(("one", "two", "three"), "failed"),
        **dict.fromkeys(completed, "completed"),
    }


class TestTheTaskOfTheDeadline:
    def test_comes_once_and_just_after_it(self, bench: WorkflowBench) -> None:
        run = due(bench, bench.start("test.chain"), MINUTE_MS)
        bench.queue.waiting.clear()
        for _ in range(2):
            dispatch.enqueue_deadline(run)
        assert len(bench.queue.waiting) == 1
        assert 60 < bench.queue.delays["one"] <= 61

    def test_before_it_changes_nothing(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": "never"}}})
        bench.drain()
        dispatch.enqueue_deadline(due(bench, run_id, MINUTE_MS))
        before = bench.steps(run_id)
        bench.drain()
        assert bench.steps(run_id) == before
        assert not finalization.expire_run(bench.tenant, run_id)

    def test_ends_a_run_that_waits_for_something_and_what_comes_late_changes_nothing(
        self, bench: WorkflowBench
    ) -> None:
        run_id = bench.start("test.chain", {"plan": {"two": {"wait": "late"}}})
        bench.drain()
        reached(bench, run_id)
        assert ended(bench, run_id) == (a_failed_chain("one"), "DEADLINE_EXCEEDED")
        before = bench.run(run_id), bench.steps(run_id)
        bench.make("late")
        resume_step(bench.tenant, run_id, "two")
        reached(bench, run_id)
        assert not any(sweep_runs().values())
        assert (bench.run(run_id).status, bench.steps(run_id)) == (before[0].status, before[1])

    def test_ends_a_run_under_a_worker_that_is_alive(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"one": {"stuck": "stuck"}}})
        with bench.working():
            bench.wait_until(lambda: bench.executions(run_id) == ["one"])
            due(bench, run_id, 0)
            assert finalization.expire_run(bench.tenant, run_id)
            assert ended(bench, run_id) == (a_failed_chain(), "DEADLINE_EXCEEDED")
            before = bench.run(run_id), bench.steps(run_id)
            bench.make("stuck")
        assert (bench.run(run_id), bench.steps(run_id)) == before

    def test_is_not_needed_where_the_sweep_comes_first(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain")
        bench.queue.waiting.clear()
        due(bench, run_id, 0)
        assert sweep_runs()["undispatched"] == 1
        bench.drain()
        assert ended(bench, run_id) == (a_failed_chain(), "DEADLINE_EXCEEDED")


class TestAttempts:
    def test_are_cut_off_at_the_deadline(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"two": {"stuck": "cut"}}})
        due(bench, run_id, 400)
        bench.drain()
        bench.make("cut")
        statuses, code = ended(bench, run_id)
        assert (statuses["two"], code) == ("failed", "DEADLINE_EXCEEDED")

    @pytest.mark.parametrize(("pause_ms", "count"), [(1, 3), (2 * MINUTE_MS, 1)])
    def test_are_begun_only_where_the_pause_ends_before_it(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch, pause_ms: int, count: int
    ) -> None:
        monkeypatch.setattr(leases, "capped_pause_ms", lambda _: pause_ms)
        run_id = bench.start("test.chain", {"plan": {"two": {"failures": 9}}})
        due(bench, run_id, MINUTE_MS)
        bench.drain()
        assert bench.executions(run_id).count("two") == count
        assert ended(bench, run_id)[1] == "NOT_YET"

    def test_wait_no_longer_than_until_then(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.chain", {"plan": {"one": {"wait": "never"}}})
        due(bench, run_id, MINUTE_MS)
        bench.drain()
        lease = bench.steps(run_id)["one"].lease
        assert lease
        assert lease.expires_at <= (bench.run(run_id).deadline_at or 0)

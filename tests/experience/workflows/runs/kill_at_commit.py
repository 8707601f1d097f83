"""Runs in which the process dies at every commit of a workflow, at several in each."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from experience.workflows.runs.models import StepTask
from tests.support.workflows.commits import Mishaps, Paths, RecordedCommit
from tests.support.workflows.workflow_bench import Killed, WorkflowBench, came_to, through


def kill_at_every_commit(
    bench: WorkflowBench, workflow: str, payload: dict[str, Any], count: int, when: str, stride: int
) -> list[str]:
    """The runs, each of which came to what a reference one of so many executions comes to.

    What a process had done and not written down is done again, and nothing else.
    """
    deaths = Mishaps(Killed, when, stride=stride, may_strike=recovered(bench))
    with deaths.watching():
        reference = through(bench, workflow, payload, "reference")
    expected, executed = came_to(bench, reference), bench.executions(reference)
    assert len(executed) == count
    runs = []
    for number in deaths.runs():
        with deaths.striking() as died:
            run_id = through(bench, workflow, payload, f"killed-{number}")
            assert came_to(bench, run_id) == expected
            again = [each for commit in died for each in released_steps(commit) if when == "before"]
            made = bench.executions(run_id)
            assert Counter(list(expected)) <= Counter(made) <= Counter(executed + again)

        runs.append(run_id)
    assert len(deaths.reference) > count
    return runs


def released_steps(commit: RecordedCommit) -> list[str]:
    """The steps whose worker writes down what came of them."""
    released = [each for each in commit.writes if "releasedBy" in each.fields]
    return [each.document.removeprefix("runSteps/") for each in released]


def recovered(bench: WorkflowBench) -> Callable[[Paths], bool]:
    """Whether nobody is dead any more.

    Then whoever came again has left nothing lying: a later death would have it found.
    """

    def is_recovered(written: Paths) -> bool:
        if any(retries for _, _, retries in bench.queue.waiting):
            return False
        _, _, _, run_id, *_ = written[0].split("/")
        tasks = [task for _, task, _ in bench.queue.waiting]
        for step in bench.steps(run_id).values():
            mine = bench.tenant.step_ref(run_id, step.id).path in written
            if (step.is_ready or step.lease) and not mine:
                assert StepTask.next_of(step) in tasks, f"{step.id} is forgotten"
        return True

    return is_recovered

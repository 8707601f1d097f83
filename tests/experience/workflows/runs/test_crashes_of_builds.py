"""A process that dies between any two writes of the build: eighteen steps, each paid once."""

import pytest

from tests.experience.workflows.runs.kill_at_commit import kill_at_every_commit
from tests.support.workflows.workflow_bench import WorkflowBench, paid


@pytest.mark.exhaustive
@pytest.mark.parametrize("when", ["before", "after"])
def test_it_ends_the_same_and_pays_nothing_twice(bench: WorkflowBench, when: str) -> None:
    for run_id in kill_at_every_commit(bench, "test.build", {"word": "hi"}, 18, when, stride=4):
        assert len(paid(run_id)) == 18

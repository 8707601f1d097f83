"""Commits that were carried out, and of which nobody heard."""

import pytest

from tests.support.workflows.commits import Mishaps, ResponseLost
from tests.support.workflows.workflow_bench import WorkflowBench, came_to, through


class TestLostResponses:
    @pytest.mark.parametrize("workflow", ["test.tree", "test.chain"])
    def test_a_commit_whose_answer_is_lost_strands_nothing(
        self, bench: WorkflowBench, workflow: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)
        payload = {"plan": {"root": {"failures": 1}, "two": {"failures": 1}}}
        losses = Mishaps(ResponseLost, "after", stride=1)
        with losses.watching():
            reference = through(bench, workflow, payload, "reference")
        expected, executed = came_to(bench, reference), bench.executions(reference)
        assert len(executed) == len(expected) + 1
        for number in losses.runs():
            with losses.striking():
                run_id = through(bench, workflow, payload, f"lost-{number}")
                assert came_to(bench, run_id) == expected
                assert sorted(bench.executions(run_id)) == sorted(executed)

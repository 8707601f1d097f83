"""Commits that were carried out, and of which nobody heard."""

import pytest

from tests.support.workflows.commits import Lost, Mishaps
from tests.support.workflows.workflow_bench import Bench, came_to, through


class TestLostAnswers:
    @pytest.mark.parametrize("workflow", ["test.tree", "test.chain"])
    def test_a_commit_whose_answer_is_lost_strands_nothing(
        self, bench: Bench, workflow: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)
        payload = {"plan": {"root": {"failures": 1}, "two": {"failures": 1}}}
        losses = Mishaps(Lost, "after", stride=1)
        with losses.watching():
            calm = through(bench, workflow, payload, "calm")
        expected, executed = came_to(bench, calm), bench.executions(calm)
        assert len(executed) == len(expected) + 1
        for number in losses.runs():
            with losses.striking():
                run_id = through(bench, workflow, payload, f"lost-{number}")
                assert came_to(bench, run_id) == expected
                assert sorted(bench.executions(run_id)) == sorted(executed)

"""One run for each commit of a workflow, and in each the process dies at another one."""

from typing import Any

import pytest

from tests.workflows.bench import MOST_COMMITS, Bench, came_to, through


def kill_at_every_commit(
    bench: Bench, workflow: str, payload: dict[str, Any], count: int, when: str
) -> list[str]:
    """The runs, each of which came to what a calm one comes to, with one step more at most."""
    expected = came_to(bench, through(bench, workflow, payload, "calm"))
    runs = []
    for number in range(1, MOST_COMMITS):
        with bench.killed_at(number, when) as sent:
            run_id = through(bench, workflow, payload, f"killed-{number}")
        assert came_to(bench, run_id) == expected
        executed = bench.executions(run_id)
        assert len(expected) <= len(executed) <= count + 1, f"killed {when} commit {number}"
        runs.append(run_id)
        if sent[0] < number:
            break
    else:
        pytest.fail("there are more commits than expected")
    assert number > count
    return runs

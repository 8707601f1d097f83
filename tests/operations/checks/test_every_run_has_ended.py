"""What is wrong with a run that somebody forgot."""

from typing import Any

import pytest

from experience.workflows.definitions.models import Workflow
from experience.workflows.runs.models import Run, RunStep
from operations.checks.data import Data
from operations.checks.run_invariants import every_run_has_ended

PATH = "workspaces/w/runs/r"
WORKFLOW = Workflow.model_validate(
    {
        "workflow_name": "a.b",
        "version": "1.0.0",
        "steps": [
            {"step_id": "one", "skill_id": "x"},
            {"step_id": "two", "skill_id": "x", "depends_on": ["one"]},
        ],
    }
)
TIMES = {"created_at": 1, "updated_at": 1}
LEASE = {"holder": "o", "expires_at": 1, "acquired_at": 1, "fence": 1}


def found(run: dict[str, Any], one: dict[str, Any], **more: RunStep) -> list[tuple[str, str]]:
    stored = {
        "id": "r",
        "tenant_id": "w",
        "workflow_name": "a.b",
        "workflow_version": "1.0.0",
        "status": "completed",
        "definition": WORKFLOW.to_json(),
        "remaining_sinks": 0,
    }
    steps = {
        f"{PATH}/runSteps/{name}": RunStep.model_validate(
            {
                "id": name,
                "step_id": name,
                "run_id": "r",
                "tenant_id": "w",
                "skill_id": "x",
                "status": "completed",
                "remaining_dependencies": 0,
                **TIMES,
                **(one if name == "one" else {}),
            }
        )
        for name in ("one", "two")
    }
    data = Data(runs={PATH: Run.model_validate({**stored, **TIMES, **run})}, steps=steps | more)
    return list(every_run_has_ended(data))


@pytest.mark.parametrize(
    ("run", "one"),
    [({}, {}), ({"status": "failed"}, {"status": "failed"}), ({"status": "cancelled"}, {})],
    ids=["completed", "failed", "cancelled"],
)
def test_one_that_is_over_has_ended(run: dict[str, Any], one: dict[str, Any]) -> None:
    assert found(run, one) == []


@pytest.mark.parametrize(
    ("run", "one", "where", "message"),
    [
        ({"tenant_id": "v"}, {}, PATH, "has the id r of v"),
        ({"status": "running"}, {}, PATH, "is still running"),
        ({}, {"status": "failed"}, PATH, "is completed, and its steps say failed"),
        ({"remaining_sinks": 1}, {}, PATH, "is completed, and 1 last steps are not over"),
        ({}, {"status": "pending"}, f"{PATH}/runSteps/one", "is still pending"),
        ({}, {"lease": LEASE}, f"{PATH}/runSteps/one", "is completed, and somebody has it"),
        ({}, {"remaining_dependencies": 1}, f"{PATH}/runSteps/one", "and waits for 1 others"),
        ({}, {"run_id": "q"}, f"{PATH}/runSteps/one", "has the id workspaces/w/runs/q"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_forgotten_is_told(
    run: dict[str, Any], one: dict[str, Any], where: str, message: str
) -> None:
    assert any(path == where and message in reported for path, reported in found(run, one))


def test_a_step_that_the_definition_does_not_have_is_reported() -> None:
    third = RunStep.model_validate(
        {
            "id": "three",
            "step_id": "three",
            "run_id": "r",
            "tenant_id": "w",
            "skill_id": "x",
            "remaining_dependencies": 0,
            **TIMES,
        }
    )
    more = {f"{PATH}/runSteps/three": third}
    assert found({}, {}, **more) == [(PATH, "has the steps one, three, two")]

"""What is wrong with a job and a run that tell different stories."""

from typing import Any

import pytest

from experience.transforms.models.job import Job
from experience.workflows.definitions.models import Workflow
from experience.workflows.runs.models import Run
from operations.checks.data import Data
from operations.checks.run_invariants import a_job_is_its_run

JOB, RUN = "projects/p/jobs/j", "workspaces/w/runs/r"
STEPS = [{"step_id": "one", "skill_id": "x"}]
WORKFLOW = {"workflow_name": "a.b", "version": "1.0.0", "steps": STEPS}
TIMES = {"created_at": 1, "updated_at": 1}
IDS = {"projectId": "p", "sessionId": "s", "jobId": "j"}


def found(job: dict[str, Any], run: dict[str, Any] | None) -> list[tuple[str, str]]:
    named = {"id": "j", "project_id": "p", "session_id": "s", "experience_id": "e"}
    stored = {"workspace_id": "w", "status": "completed", "run_id": "r", **TIMES}
    data = Data(jobs={JOB: Job.model_validate({**named, **stored, **job})})
    if run is not None:
        about = {"id": "r", "tenant_id": "w", "workflow_name": "a.b", "workflow_version": "1.0.0"}
        kept = {"definition": Workflow.model_validate(WORKFLOW).to_json(), "remaining_sinks": 0}
        owner = {"owner_reference": {"kind": "transform", "ids": IDS}, "status": "completed"}
        data.runs[RUN] = Run.model_validate({**about, **kept, **owner, **TIMES, **run})
    return list(a_job_is_its_run(data))


@pytest.mark.parametrize(
    ("job", "run"),
    [({}, {}), ({"run_id": None}, None), ({"run_id": None}, {"owner_reference": None})],
    ids=["one story", "a job without a run", "a run that belongs to nobody"],
)
def test_what_agrees_is_silent(job: dict[str, Any], run: dict[str, Any] | None) -> None:
    assert found(job, run) == []


@pytest.mark.parametrize(
    ("job", "run", "where", "message"),
    [
        ({}, None, JOB, "names the run r, which is not its own"),
        ({}, {"owner_reference": None}, JOB, "names the run r, which is not its own"),
        ({"status": "failed"}, {}, JOB, "is failed, and its run is completed"),
        ({"run_id": None}, {}, RUN, "is done for job j, which names another run"),
    ],
)
def test_what_does_not_is_told(
    job: dict[str, Any], run: dict[str, Any] | None, where: str, message: str
) -> None:
    assert found(job, run) == [(where, message)]

"""What is wrong with a session of an event and a run that tell different stories."""

from typing import Any

import pytest

from experience.journeys.models.session import EventSession
from experience.workflows.definitions.models import Workflow
from experience.workflows.runs.models import Run
from operations.checks.data import Data
from operations.checks.run_invariants import an_event_session_is_its_run

SESSION, RUN = "events/e/sessions/s", "workspaces/w/runs/r"
STEPS = [{"step_id": "one", "skill_id": "x"}]
WORKFLOW = {"workflow_name": "a.b", "version": "1.0.0", "steps": STEPS}
TIMES = {"created_at": 1, "updated_at": 1}
IDS = {"eventId": "e", "sessionId": "s"}
CAPTURED = {"state": "captured"}
PICTURE = {"result_image_path": "https://pictures.example/result.png"}
READY = {"state": "ready", "run_id": "r", **PICTURE}
FAILED = {"state": "error", "error": "AI transform failed: cancelled"}


def found(session: dict[str, Any], run: dict[str, Any] | None) -> list[str]:
    named = {"id": "s", "event_id": "e", "workspace_id": "w", **TIMES}
    data = Data(event_sessions={SESSION: EventSession.model_validate({**named, **session})})
    if run is not None:
        about = {"id": "r", "tenant_id": "w", "workflow_name": "a.b", "workflow_version": "1.0.0"}
        kept = {"definition": Workflow.model_validate(WORKFLOW).to_json(), "remaining_sinks": 0}
        owner = {"owner_reference": {"kind": "journey", "ids": IDS}, "status": "completed"}
        data.runs[RUN] = Run.model_validate({**about, **kept, **owner, **TIMES, **run})
    return [message for path, message in an_event_session_is_its_run(data) if path == SESSION]


@pytest.mark.parametrize(
    ("session", "run"),
    [(READY, {}), ({"state": "created"}, None), ({**FAILED, "run_id": "r"}, {"status": "failed"})],
    ids=["one story", "no transform yet", "one that failed"],
)
def test_what_agrees_is_silent(session: dict[str, Any], run: dict[str, Any] | None) -> None:
    assert found(session, run) == []


@pytest.mark.parametrize(
    ("session", "run", "message"),
    [
        (READY, None, "names the run r, which is not its own"),
        (READY, {"owner_reference": None}, "names the run r, which is not its own"),
        (READY, {"status": "failed"}, "is ready, and its run is failed"),
        ({**FAILED, "run_id": "r"}, {}, "is error, and its run is completed"),
        ({"state": "transforming"}, None, "is still transforming"),
        ({"state": "ready"}, None, "is ready, with a picture: False"),
        ({**CAPTURED, **PICTURE}, None, "is captured, with a picture: True"),
        ({"state": "error"}, None, "is error, with an error: False"),
        (
            {"state": "captured", "error_code": "TIMEOUT"},
            None,
            "is captured, with the error TIMEOUT",
        ),
    ],
)
def test_what_does_not_is_told(
    session: dict[str, Any], run: dict[str, Any] | None, message: str
) -> None:
    assert found(session, run) == [message]

"""What is wrong with a generation or a place that somebody forgot."""

from typing import Any

import pytest

from experience.workflows.generations.models import GenerationJob, GenerationPermit
from experience.workflows.skills import ArtifactRef
from operations.checks.data import Data
from operations.checks.invariants import every_generation_has_ended

PATH = "workspaces/w/generationJobs/g"
PERMIT = "workspaces/w/generationPermits/image-0"
ARTIFACT = ArtifactRef(id="a", uri="gs://b/a", type="image/png", content_hash="h", size_bytes=1)
JOB: dict[str, Any] = {
    "id": "g",
    "tenant_id": "w",
    "run_id": "r",
    "run_step_id": "s",
    "slot": "result",
    "provider_id": "local",
    "media_type": "image",
    "status": "completed",
    "artifact": ARTIFACT,
    "poll_interval_ms": 1,
    "timeout_ms": 1,
    "created_at": 1,
    "updated_at": 1,
}


def found(holder: str | None = None, **changes: Any) -> list[tuple[str, str]]:
    data = Data(
        generations={PATH: GenerationJob(**{**JOB, **changes})},
        permits={PERMIT: GenerationPermit(job_id=holder, updated_at=1)},
    )
    return list(every_generation_has_ended(data))


def test_one_that_is_over_has_ended() -> None:
    assert found() == []
    assert found(status="failed", artifact=None) == []


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"id": "other"}, PATH, "has the id other of w"),
        ({"tenant_id": "other"}, PATH, "has the id g of other"),
        ({"status": "processing", "artifact": None}, PATH, "is still processing"),
        ({"permit": "image-0"}, PATH, "is completed, and holds or awaits a permit"),
        ({"waitingFor": "image"}, PATH, "is completed, and holds or awaits a permit"),
        ({"cancel_due": True}, PATH, "has ended, but its provider was not asked to cancel"),
        ({"artifact": None}, PATH, "is completed, with an artifact: False"),
        ({"status": "failed"}, PATH, "is failed, with an artifact: True"),
        ({"holder": "g"}, PERMIT, "is held by g, which does not have it"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_was_forgotten_is_told(changes: dict[str, Any], where: str, message: str) -> None:
    assert found(**changes) == [(where, message)]

"""A generation that has ended holds no permit, and no permit is held by one that has ended."""

from typing import Any

import pytest

from operations.checks.check import Violation, check
from tests.operations.conftest import StoredVisit

JOB = {
    "runId": "run",
    "runStepId": "made",
    "slot": "result",
    "providerId": "local",
    "mediaType": "image",
    "status": "completed",
    "pollIntervalMs": 2000,
    "timeoutMs": 60000,
    "artifact": {
        "id": "a",
        "uri": "gs://bucket/a",
        "type": "image/png",
        "contentHash": "0",
        "sizeBytes": 1,
    },
    "createdAt": 1,
    "updatedAt": 2,
}


class TestGenerations:
    @pytest.fixture
    def made(self, visit: StoredVisit) -> StoredVisit:
        """The visit, in a workspace with a generation that ended well."""
        workspace = visit.venue.workspace
        visit.change("workspaces/{workspace}/generationJobs/g", id="g", tenantId=workspace, **JOB)
        visit.change("workspaces/{workspace}/generationPermits/image-0", jobId=None, updatedAt=1)
        return visit

    def test_that_ended_well_break_no_invariant(self, made: StoredVisit) -> None:
        assert check(made.db, None, made.venue.project).violations == []

    @pytest.mark.parametrize(
        ("name", "fields", "message"),
        [
            ("generationJobs/g", {"status": "processing"}, "is still processing"),
            (
                "generationJobs/g",
                {"permit": "image-0"},
                "is completed, and holds or awaits a permit",
            ),
            (
                "generationJobs/g",
                {"waitingFor": "image"},
                "is completed, and holds or awaits a permit",
            ),
            (
                "generationJobs/g",
                {"cancelDue": True},
                "has ended, but its provider was not asked to cancel",
            ),
            ("generationJobs/g", {"artifact": None}, "is completed, with an artifact: False"),
            ("generationJobs/g", {"tenantId": "other"}, "has the id g of other"),
            ("generationPermits/image-0", {"jobId": "g"}, "is held by g, which does not have it"),
        ],
    )
    def test_that_are_otherwise_are_reported(
        self, made: StoredVisit, name: str, fields: dict[str, Any], message: str
    ) -> None:
        path = f"workspaces/{made.venue.workspace}/{name}"
        made.change(path, **fields)
        found = check(made.db, None, made.venue.project).violations
        assert Violation("every_generation_has_ended", path, message) in found

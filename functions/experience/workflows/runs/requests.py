"""The requests of the callables for runs."""

from typing import Any

from pydantic import Field

from experience.documents import Request
from experience.ids import DocumentId, RequestId
from experience.workflows.definitions.models import NAME
from experience.workflows.runs.models import RunStatus


class Changes(Request):
    """What an update changes: inputs, by paths in the payload, and steps to run again."""

    inputs: list[str] = Field(default=[], max_length=100)
    steps: list[str] = Field(default=[], max_length=100)


class StartRun(Request):
    """Start a workflow with a payload; with `base_run_id`, as an update of that run.

    The payload of an update is merged into that of the base run, key by key. It is checked against
    the inputs of the steps that read it.
    """

    workspace_id: DocumentId
    workflow_name: str = Field(pattern=NAME, max_length=100)
    payload: dict[str, Any] = {}
    request_id: RequestId | None = None
    base_run_id: DocumentId | None = None
    changes: Changes | None = None


class GetRun(Request):
    """One run of a workspace."""

    workspace_id: DocumentId
    run_id: DocumentId


class CancelRun(GetRun):
    """A run to cancel."""


class RetryRun(GetRun):
    """A failed or cancelled run to retry."""


class ListRuns(Request):
    """The runs of a workspace, newest first."""

    workspace_id: DocumentId
    status: RunStatus | None = None
    workflow_name: str | None = Field(default=None, pattern=NAME, max_length=100)
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)

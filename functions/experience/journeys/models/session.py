"""Event sessions: `/events/{e}/sessions/{s}`.

Older clients read these documents too. They take no null, and in `data` only inputs, but for the
one plain string of the selected experience. So a field without a value is absent, and what only the
server needs lies beside `data`.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from experience.documents import Sparse, SparseDocument
from experience.guests.models import Rate
from experience.steps import StepInput
from experience.steps.screens import SELECTED_EXPERIENCE

_INPUT: TypeAdapter[StepInput] = TypeAdapter(StepInput)


class SessionState(StrEnum):
    """Where an event session stands; `moves` has the ways from one state to another."""

    CREATED = "created"
    CAPTURED = "captured"
    TRANSFORMING = "transforming"
    READY = "ready"
    ERROR = "error"


class EventSession(SparseDocument):
    """`/events/{eventId}/sessions/{id}`. Timestamps are Unix milliseconds.

    `data` holds an input by the id of its step, as `StepInput` dumps it, and the id of the selected
    experience. One that began without a journey has neither `journey_id` nor what follows it.
    """

    id: str
    event_id: str
    state: SessionState
    input_image_path: Sparse[str] = None
    """Where the photo lies in the bucket."""
    result_image_path: Sparse[str] = None
    """The picture's download URL, whatever the name says."""
    error: Sparse[str] = None
    journey_id: Sparse[str] = None
    current_step_index: Sparse[Annotated[int, Field(ge=0)]] = None
    data: Sparse[dict[str, Any]] = None
    created_at: int
    updated_at: int

    # The server's own. Sessions of before it have none of them.
    created_by: Sparse[str] = None
    workspace_id: Sparse[str] = None
    step_order: Sparse[list[str]] = None
    """The journey's steps as they were ordered when the session began."""
    request_fingerprint: Sparse[str] = None
    upload_rate: Sparse[Rate] = None
    capture_generation: Sparse[int] = None
    """The storage's number of the photo that was saved: another upload has another."""
    result_generation: Sparse[int] = None
    """The storage's number of the picture that `result_image_path` leads to."""
    run_id: Sparse[str] = None
    """The run of the newest transform."""
    transform_attempt: Sparse[Annotated[int, Field(ge=1)]] = None
    """How many transforms were begun: a worker of an earlier one is stale."""
    transforming_since: Sparse[int] = None

    def input_of(self, step_id: str) -> StepInput | None:
        """The input of a step; None where there is none that this version can read."""
        stored = (self.data or {}).get(step_id)
        if step_id == SELECTED_EXPERIENCE or stored is None:
            return None
        try:
            return _INPUT.validate_python(stored)
        except ValidationError:
            return None

    @property
    def selected_experience_id(self) -> str | None:
        """The experience that the guest picked last."""
        selected = (self.data or {}).get(SELECTED_EXPERIENCE)
        return selected if isinstance(selected, str) else None

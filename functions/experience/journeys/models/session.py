"""Event sessions: `/events/{e}/sessions/{s}`.

Older clients read these documents too. They take no null, and in `data` only inputs, but for the
one plain string of the selected experience. So a field without a value is absent, and what only the
server needs lies beside `data`.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from experience.documents import Sharded, Sparse, SparseDocument
from experience.guests.models import Rate
from experience.steps import StepInput
from experience.steps.screens import SELECTED_EXPERIENCE
from experience.steps.values import PhotoInput
from experience.transforms.models.failures import JobErrorCode

_INPUT: TypeAdapter[StepInput] = TypeAdapter(StepInput)


class SessionState(StrEnum):
    """Where an event session stands; `moves` has the ways from one state to another."""

    CREATED = "created"
    CAPTURED = "captured"
    TRANSFORMING = "transforming"
    READY = "ready"
    ERROR = "error"


class EventSessionView(SparseDocument):
    """A session of an event, as clients get it. Timestamps are Unix milliseconds.

    `data` holds an input by the id of its step, as `StepInput` dumps it, and the id of the selected
    experience. One that began without a journey has neither `journey_id` nor what follows it.
    `result_image_path` is the picture's download URL, whatever its name says. `error` is a
    sentence for the guest, and `error_code` what clients switch on; older sessions have no code.
    """

    id: str
    event_id: str
    state: SessionState
    input_image_path: Sparse[str] = None
    result_image_path: Sparse[str] = None
    error: Sparse[str] = None
    error_code: Sparse[JobErrorCode] = None
    journey_id: Sparse[str] = None
    current_step_index: Sparse[Annotated[int, Field(ge=0)]] = None
    step_order: Sparse[list[str]] = None
    data: Sparse[dict[str, Any]] = None
    created_by: Sparse[str] = None
    created_at: int
    updated_at: int

    @classmethod
    def of(cls, session: "EventSession") -> "EventSessionView":
        """The view of a session."""
        names = cls.model_fields.keys() & session.model_fields_set
        return cls.model_construct(**{name: getattr(session, name) for name in names})


class EventSession(EventSessionView, Sharded):
    """`/events/{eventId}/sessions/{id}`: what clients get, and what the server keeps about it.

    Sessions of earlier versions have nothing of the latter, and no `step_order` and `created_by`.
    """

    workspace_id: Sparse[str] = None
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

    def model_post_init(self, _context: Any, /) -> None:
        """Leave what is stored without a shard as it is: `startJourney` gives each session one."""

    transforming_since: Sparse[int] = None
    locale: Sparse[str] = None
    """The language that the guest reads, as BCP 47 has it."""
    has_email: Sparse[bool] = None
    """Whether the guest gave an e-mail address. Only true is stored."""
    mail_due_at: Sparse[int] = None
    """When the picture was ready, or an address was given for one that was."""
    revoked_at: Sparse[int] = None
    """When the addresses of the picture were taken back."""

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
    def photo_steps(self) -> list[str]:
        """The steps whose input is the photo."""
        return [key for key in self.data or {} if isinstance(self.input_of(key), PhotoInput)]

    @property
    def selected_experience_id(self) -> str | None:
        """The experience that the guest picked last."""
        selected = (self.data or {}).get(SELECTED_EXPERIENCE)
        return selected if isinstance(selected, str) else None

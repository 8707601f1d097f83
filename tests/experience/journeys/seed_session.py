"""The schema that older clients validate an event session with, and their three examples.

Written from the data model document of the guest runtime alone, and from nothing here: there the
schema is one of Zod. `problems` returns what Zod would object to.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

ABSENT = object()
STATES = {"created", "captured", "transforming", "ready", "error"}

Check = Callable[[Any], bool]


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    """`z.number()`: neither a boolean, nor NaN."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and not math.isnan(value)


def _is_index(value: Any) -> bool:
    """`z.number().int().min(0)`"""
    return _is_number(value) and value == int(value) and value >= 0


def _is_url(value: Any) -> bool:
    """`z.string().url()`: what the constructor `URL` takes."""
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return bool(parts.scheme) and bool(parts.netloc)


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_string, value))


def _optional(check: Check) -> Check:
    """`.optional()`: it may be absent. Null is something else."""
    return lambda value: value is ABSENT or check(value)


STEP_INPUTS: dict[str, tuple[str, Check]] = {
    "text": ("value", _is_string),
    "boolean": ("value", lambda value: isinstance(value, bool)),
    "number": ("value", _is_number),
    "selection": ("selectedId", _is_string),
    "selections": ("selectedIds", _is_strings),
    "photo": ("url", _is_url),
}


def _is_step_input(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("type") not in STEP_INPUTS:
        return False
    field, check = STEP_INPUTS[value["type"]]
    return field in value and check(value[field])


def _is_data(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(
        _is_string(each) if key == "selected_experience_id" else _is_step_input(each)
        for key, each in value.items()
    )


SESSION: dict[str, Check] = {
    "id": _is_string,
    "eventId": _is_string,
    "state": lambda value: value in STATES,
    "inputImagePath": _optional(_is_string),
    "resultImagePath": _optional(_is_url),
    "error": _optional(_is_string),
    "journeyId": _optional(_is_string),
    "currentStepIndex": _optional(_is_index),
    "data": _optional(_is_data),
    "createdAt": _is_number,
    "updatedAt": _is_number,
}


def problems(document: dict[str, Any]) -> Iterator[str]:
    """The fields that an older client refuses. It takes any others, and drops them."""
    for name, check in SESSION.items():
        value = document.get(name, ABSENT)
        if not check(value):
            yield f"{name}: {'absent' if value is ABSENT else repr(value)}"


IN_PROGRESS: dict[str, Any] = {
    "id": "sess_abc123",
    "eventId": "evt_xyz789",
    "state": "created",
    "journeyId": "journey_001",
    "currentStepIndex": 2,
    "data": {
        "selected_experience_id": "exp_cartoon",
        "step_name": {"type": "text", "value": "Jane Doe"},
        "step_email": {"type": "text", "value": "jane@example.com"},
    },
    "createdAt": 1701100800000,
    "updatedAt": 1701100850000,
}

COMPLETED: dict[str, Any] = {
    "id": "sess_def456",
    "eventId": "evt_xyz789",
    "state": "ready",
    "journeyId": "journey_001",
    "currentStepIndex": 6,
    "inputImagePath": "captures/evt_xyz789/sess_def456/input.jpg",
    "resultImagePath": "https://storage.googleapis.com/.../result.png",
    "data": {
        "selected_experience_id": "exp_cartoon",
        "step_name": {"type": "text", "value": "John Smith"},
        "step_email": {"type": "text", "value": "john@test.com"},
        "step_rating": {"type": "number", "value": 9},
        "step_consent": {"type": "boolean", "value": True},
    },
    "createdAt": 1701100800000,
    "updatedAt": 1701101200000,
}

FAILED: dict[str, Any] = {
    "id": "sess_ghi789",
    "eventId": "evt_xyz789",
    "state": "error",
    "journeyId": "journey_001",
    "currentStepIndex": 4,
    "inputImagePath": "captures/evt_xyz789/sess_ghi789/input.jpg",
    "error": "AI transform failed: timeout after 45s",
    "data": {"selected_experience_id": "exp_cartoon"},
    "createdAt": 1701100800000,
    "updatedAt": 1701101000000,
}

EXAMPLES = {"in progress": IN_PROGRESS, "completed": COMPLETED, "error": FAILED}

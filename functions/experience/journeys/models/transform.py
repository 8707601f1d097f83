"""The transform of a session's photo: what callers send, what a run is made of, and its errors."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from experience.documents import Request
from experience.guests.models import Rate, next_rate
from experience.ids import DocumentId, derived_id
from experience.journeys.models.guest import EventGuest
from experience.journeys.models.session import EventSession
from experience.steps import Step, StepValue
from experience.steps.screens import SELECTED_EXPERIENCE, CaptureStep, ExperiencePickerStep
from experience.steps.values import PhotoInput, SelectionInput
from experience.transforms.models.failures import (
    JobErrorCode,
    JobFailure,
    cancelled_failure,
    failure_of,
)
from experience.transforms.models.quota import MAX_RUNNING_PER_GUEST, day_of
from experience.workflows.runs.decisions import DEADLINE_EXCEEDED
from experience.workflows.runs.models import Run, RunStatus

FAILED = "AI transform failed"
"""How each error of a transform begins, as older clients know it."""


class TriggerTransform(Request):
    """The session whose photo is to be transformed, and by which experience if none was picked."""

    event_id: DocumentId
    session_id: DocumentId
    experience_id: DocumentId | None = None


class RetryJourney(Request):
    """The session that is to go on after an error."""

    event_id: DocumentId
    session_id: DocumentId


HOUR, DAY = "transforms", "transformsOfDay"
"""The rates of an event's guest: the transforms of this hour, and of a day."""


def transforms_today(guest: EventGuest, now: int) -> int:
    """How many transforms a guest of an event began today, in all their sessions."""
    rate = guest.rates.get(DAY)
    return rate.count if rate and day_of(rate.since) == day_of(now) else 0


def may_have_others(guest: EventGuest) -> bool:
    """Whether two other transforms may be on their way when another one begins."""
    rate = guest.rates.get(HOUR)
    return rate is not None and rate.count >= MAX_RUNNING_PER_GUEST


def next_rates(guest: EventGuest, hourly_limit: int, now: int) -> dict[str, Rate]:
    """The guest's rates with one more transform. Raises ResourceExhausted."""
    hour = next_rate(guest.rates.get(HOUR), hourly_limit, now)
    day = Rate(since=now, count=transforms_today(guest, now) + 1)
    return {**guest.rates, HOUR: hour, DAY: day}


def run_id_of(event_id: str, session_id: str, attempt: int) -> str:
    """The id of the one run that a transform of a session has."""
    return derived_id("run", event_id, session_id, attempt)


def needs_steps(session: EventSession) -> bool:
    """Whether its steps have to be known to tell which experience transforms the photo.

    Not where the guest picked one in the usual way: then it is in the session.
    """
    picked_elsewhere = any(
        isinstance(session.input_of(step_id), SelectionInput) for step_id in session.data or {}
    )
    return picked_elsewhere or session.selected_experience_id is None


def chosen_experience_id(
    session: EventSession, steps: Mapping[str, Step], requested: str | None
) -> str | None:
    """The experience that transforms the photo.

    What the guest picked for the capture step, else what the request names, else the capture step's
    fallback.
    """
    capture = next((each for each in steps.values() if isinstance(each, CaptureStep)), None)
    picked = session.selected_experience_id
    if capture and capture.config.source_variable != SELECTED_EXPERIENCE:
        picked = _picked(session, steps, capture.config.source_variable) or picked
    return picked or requested or (capture.config.fallback_experience_id if capture else None)


def _picked(session: EventSession, steps: Mapping[str, Step], variable: str) -> str | None:
    """What the guest picked in the step of this variable."""
    for step in steps.values():
        if isinstance(step, ExperiencePickerStep) and step.config.variable == variable:
            given = session.input_of(step.id)
            if isinstance(given, SelectionInput):
                return given.selected_id
    return None


def answers_of(session: EventSession) -> Iterator[tuple[str, StepValue]]:
    """The guest's answers, for the mentions of steps in a prompt."""
    for step_id in session.data or {}:
        given = session.input_of(step_id)
        if given is not None and not isinstance(given, PhotoInput):
            yield step_id, given.content


def without_photos(session: EventSession) -> EventSession:
    """The session without the inputs that are photos."""
    photos = session.photo_steps
    kept = {name: each for name, each in (session.data or {}).items() if name not in photos}
    return changed_session(session, {"data": kept}, ()) if photos else session


def changed_session(
    session: EventSession, changes: Mapping[str, Any], ended: Iterable[str]
) -> EventSession:
    """The session with these stored fields, and without those that ended."""
    gone = set(ended)
    kept = {name: value for name, value in session.dump().items() if name not in gone}
    return EventSession.load({**kept, **changes})


def failure_of_run(run: Run | None, now: int) -> JobFailure:
    """Why a run that ended, or is gone, made no picture, as its guest may read it."""
    if run is None:
        return _with_words(failure_of(JobErrorCode.UNKNOWN, "", None, now), "the run is gone")
    if run.status is RunStatus.CANCELLED:
        return _with_words(cancelled_failure(now), "cancelled")
    error = run.error
    code, message = (error.code, error.message) if error else (JobErrorCode.UNKNOWN.value, "")
    failure = failure_of(code, message, None, now)
    if code == DEADLINE_EXCEEDED and run.deadline_at is not None:
        return _with_words(failure, f"timeout after {(run.deadline_at - run.created_at) / 1000:g}s")
    return _with_words(failure, failure.message)


def _with_words(failure: JobFailure, words: str) -> JobFailure:
    return failure.model_copy(update={"message": f"{FAILED}: {words}"})

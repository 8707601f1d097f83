"""Callables of event sessions, and the sweep of their transforms."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.journeys.models.requests import (
    CreateCaptureUpload,
    GetEventSession,
    GoToStep,
    ListEventSessions,
    SaveCapture,
    SaveStepInput,
    StartJourney,
)
from experience.journeys.models.session import EventSessionView
from experience.journeys.models.transform import RetryJourney, TriggerTransform
from experience.journeys.models.views import JourneySession
from experience.journeys.usecases import capture, read, retry, save_input, start, sweep, transform
from experience.journeys.usecases import go_to_step as moving
from experience.media.models import SignedUpload
from experience.pages import Page


@callable_function(
    StartJourney,
    refuses=[
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.CONSENT_REQUIRED,
        reasons.REQUEST_ID_REUSED,
        reasons.RATE_LIMITED,
        reasons.CONTENTION,
    ],
)
def start_journey(caller: Caller, request: StartJourney) -> JourneySession:
    """Begin a session of a live event, at the first step of its journey."""
    return start.start_journey(caller.uid, request)


@callable_function(
    GetEventSession,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
    ],
)
def get_event_session(caller: Caller, request: GetEventSession) -> JourneySession:
    """A session with its steps, for its guest and for the members of the event's workspace."""
    return read.get_event_session(caller.uid, request)


@callable_function(
    SaveStepInput,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.NO_JOURNEY,
        reasons.CONTENTION,
    ],
)
def save_step_input(caller: Caller, request: SaveStepInput) -> EventSessionView:
    """Keep what a guest put into one step, and touch no other."""
    return save_input.save_step_input(caller.uid, request)


@callable_function(
    GoToStep,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.NO_JOURNEY,
        reasons.STEPS_INCOMPLETE,
        reasons.CONTENTION,
    ],
)
def go_to_step(caller: Caller, request: GoToStep) -> EventSessionView:
    """Go back to any step, or forward past answered required ones."""
    return moving.go_to_step(caller.uid, request)


@callable_function(
    CreateCaptureUpload,
    consumes_token=True,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.NO_JOURNEY,
        reasons.MOVE_NOT_ALLOWED,
        reasons.UNSUPPORTED_MEDIA,
        reasons.RATE_LIMITED,
        reasons.CONTENTION,
    ],
)
def create_capture_upload(caller: Caller, request: CreateCaptureUpload) -> SignedUpload:
    """An address to which the session's photo can be uploaded once, in place of the one there."""
    return capture.create_capture_upload(caller.uid, request)


@callable_function(
    SaveCapture,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EVENT_NOT_LIVE,
        reasons.NO_JOURNEY,
        reasons.MOVE_NOT_ALLOWED,
        reasons.UPLOAD_MISSING,
        reasons.UNSUPPORTED_MEDIA,
        reasons.UPLOAD_TOO_LARGE,
        reasons.UPLOAD_TYPE_MISMATCH,
        reasons.UPLOAD_DAMAGED,
        reasons.UPLOAD_TOO_MANY_PIXELS,
        reasons.CONTENTION,
    ],
)
def save_capture(caller: Caller, request: SaveCapture) -> EventSessionView:
    """Make the uploaded file the session's photo, if it is what it says."""
    return capture.save_capture(caller.uid, request)


@callable_function(
    ListEventSessions,
    refuses=[
        reasons.EVENT_NOT_FOUND,
    ],
)
def list_event_sessions(caller: Caller, request: ListEventSessions) -> Page[EventSessionView]:
    """The event's sessions, the newest first; members."""
    return read.list_event_sessions(caller.uid, request)


@callable_function(
    TriggerTransform,
    consumes_token=True,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EVENT_NOT_LIVE,
        reasons.MOVE_NOT_ALLOWED,
        reasons.NO_EXPERIENCE,
        reasons.NO_TRANSFORM,
        reasons.RATE_LIMITED,
        reasons.DAILY_LIMIT_REACHED,
        reasons.GUEST_DAILY_LIMIT_REACHED,
        reasons.CONTENTION,
    ],
)
def trigger_transform(caller: Caller, request: TriggerTransform) -> EventSessionView:
    """Begin the transform of a captured photo, once while it runs; its guest, and attendants."""
    return transform.trigger_transform(caller.uid, request)


@callable_function(
    RetryJourney,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.EVENT_NOT_LIVE,
        reasons.MOVE_NOT_ALLOWED,
        reasons.CONTENTION,
    ],
)
def retry_journey(caller: Caller, request: RetryJourney) -> EventSessionView:
    """Go on after an error, with the photo if it still stands; its guest, and attendants."""
    return retry.retry_journey(caller.uid, request)


@schedule(every="5 minutes")
def sweep_journeys() -> None:
    """End transforms of event sessions that nothing else ends."""
    sweep.sweep_journeys()

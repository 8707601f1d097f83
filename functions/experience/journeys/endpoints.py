"""The callables of event sessions, and the sweep of their transforms."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.journeys.models.session import EventSession
from experience.journeys.models.transform import RetryJourney, TriggerTransform
from experience.journeys.usecases import retry, sweep, transform


@callable_function(
    TriggerTransform,
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
def trigger_transform(caller: Caller, request: TriggerTransform) -> EventSession:
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
def retry_journey(caller: Caller, request: RetryJourney) -> EventSession:
    """Go on after an error, with the photo if it still stands; its guest, and attendants."""
    return retry.retry_journey(caller.uid, request)


@schedule(every="5 minutes")
def sweep_journeys() -> None:
    """End transforms of event sessions that nothing else ends."""
    sweep.sweep_journeys()

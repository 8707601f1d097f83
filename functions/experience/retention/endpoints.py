"""The callable of erasure, the schedule of retention, and the task that goes on with sweeps."""

from firebase_functions import options

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.firebase.tasks import task_function
from experience.retention.models import EraseGuest, Erasure
from experience.retention.usecases import erase, rests, sweep
from experience.sweeps import Rest


@callable_function(
    EraseGuest,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.EVENT_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.CONTENTION,
    ],
)
def erase_guest(caller: Caller, request: EraseGuest) -> Erasure:
    """Erase a guest with everything of theirs, at once: the guest, or an admin for them."""
    return erase.erase_guest(caller.uid, request)


@schedule(every="day 03:00", timeout_seconds=1800)
def sweep_retention() -> None:
    """Delete the guests whose time is over, with their visits, and objects of no session."""
    sweep.sweep_retention()


@task_function(
    Rest,
    memory=options.MemoryOption.MB_512,
    timeout_seconds=540,
    # For crashes, and a database or a storage that fails.
    retry=options.RetryConfig(
        max_attempts=5, min_backoff_seconds=10, max_backoff_seconds=300, max_doublings=5
    ),
    rate=options.RateLimits(max_concurrent_dispatches=32, max_dispatches_per_second=10),
)
def continue_sweep(rest: Rest) -> None:
    """Go on with what a daily sweep had no time for."""
    rests.continue_sweep(rest)

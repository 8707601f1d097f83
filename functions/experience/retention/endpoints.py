"""The callable of erasure, and the schedule of retention."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.retention.models import EraseGuest, Erasure
from experience.retention.usecases import erase, sweep


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

"""Callables about guests."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.guests import usecases
from experience.guests.models import EnsureGuest, GetGuest, Guest, ListGuests
from experience.pages import Page


@callable_function(
    EnsureGuest,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONSENT_REQUIRED,
        reasons.CONTENTION,
    ],
)
def ensure_guest(caller: Caller, request: EnsureGuest) -> Guest:
    """Register the signed-in visitor as a guest of a project; safe to call at every start."""
    return usecases.ensure_guest(caller.uid, request)


@callable_function(
    GetGuest,
    refuses=[
        reasons.GUEST_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_guest(caller: Caller, request: GetGuest) -> Guest:
    """The caller as a guest: what they completed and what they are in."""
    return usecases.get_guest(caller.uid, request)


@callable_function(
    ListGuests,
    refuses=[
        reasons.PROJECT_NOT_FOUND,
    ],
)
def list_guests(caller: Caller, request: ListGuests) -> Page[Guest]:
    """The project's guests, the newest first; members."""
    return usecases.list_guests(caller.uid, request)

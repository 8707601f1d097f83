"""Guests of events: `/events/{e}/eventGuests/{uid}`."""

from experience.documents import Sparse, SparseDocument
from experience.guests.models import GuestConsent, Rate


class EventGuest(SparseDocument):
    """`/events/{eventId}/eventGuests/{id}`, the id being the uid of the anonymous sign-in.

    What a person agreed to in an event, and how many sessions they began in this hour. Its first
    session makes it. `updated_at` is when they began one last.
    """

    id: str
    event_id: str
    consent: Sparse[GuestConsent] = None
    rates: dict[str, Rate] = {}
    created_at: int
    updated_at: int

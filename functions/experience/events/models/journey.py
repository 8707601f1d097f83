"""Journeys: `/events/{e}/journeys/{j}`."""

from typing import Literal

from experience.documents import SparseDocument

MAX_JOURNEY_STEPS = 50


class Journey(SparseDocument):
    """`/events/{eventId}/journeys/{id}`: the order in which guests go through an event's steps.

    The steps are documents of the event (`/events/{eventId}/steps/{s}`), which several journeys may
    share. An absent `version` counts as 0.
    """

    id: str
    event_id: str
    name: str
    step_order: list[str]
    status: Literal["active", "deleted"]
    version: int = 0

    @property
    def is_active(self) -> bool:
        """Whether guests can be led through it."""
        return self.status == "active"

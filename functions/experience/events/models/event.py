"""Events: `/events/{e}`."""

from enum import StrEnum

from experience.documents import Sparse, SparseDocument
from experience.locales.translations import SparseTranslations
from experience.projects.models import ProjectTranslation


class EventStatus(StrEnum):
    """Guests can begin a session in a live event and in no other."""

    DRAFT = "draft"
    LIVE = "live"
    ARCHIVED = "archived"


CLOSED = frozenset({EventStatus.ARCHIVED})
"""Of an event in this state no guest may begin, continue or see anything."""


class EventTheme(SparseDocument):
    """How the pages of an event look."""

    primary_color: Sparse[str] = None
    logo_url: Sparse[str] = None
    font_family: Sparse[str] = None


class EventConsent(SparseDocument):
    """What a guest must agree to before anything else. A new version asks everyone again."""

    version: str
    text: str
    minimum_age: Sparse[int] = None


class EventKiosk(SparseDocument):
    """That its page runs on devices that many visitors use, as a project's `Kiosk` says."""

    pause_seconds: Sparse[int] = None


class Event(SparseDocument):
    """`/events/{id}`. Timestamps are Unix milliseconds; an absent `version` counts as 0.

    `locales` are the languages of its page, as a project's. Without an `active_journey_id`, guests
    capture and transform a photo and nothing else.
    """

    id: str
    workspace_id: str
    name: str
    status: EventStatus
    active_journey_id: Sparse[str] = None
    theme: Sparse[EventTheme] = None
    retention_days: Sparse[int] = None
    daily_transform_limit: Sparse[int] = None
    consent: Sparse[EventConsent] = None
    kiosk: Sparse[EventKiosk] = None
    locales: Sparse[list[str]] = None
    translations: SparseTranslations[ProjectTranslation] = None
    version: int = 0
    created_at: int
    updated_at: int

    @property
    def is_closed(self) -> bool:
        """Whether no guest may begin, continue or see anything."""
        return self.status in CLOSED

    @property
    def is_live(self) -> bool:
        """Whether guests can begin a session in it."""
        return self.status is EventStatus.LIVE

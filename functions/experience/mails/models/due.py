"""When a mail is due, to whom, and until when one may be written."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from experience.events.models.event import Event, EventConsent
from experience.guests.models import GuestConsent
from experience.journeys.models.session import EventSession
from experience.projects.models import Consent, Project
from experience.sessions.models.session import Session, SessionStatus
from experience.steps import StepValueError
from experience.steps.values import check_email

DUE_FOR = timedelta(days=7)
"""How long after its beginning a visit may bring a mail. Shorter than a mail is kept, so that none
is written again after the TTL policy has deleted it."""


def email_of(main: Session, linked: Iterable[Session]) -> str | None:
    """The e-mail address that a visit's guest gave last, in its completed sessions.

    None where there is none, or where it is not one address by today's rules.
    """
    of_visit = [main, *(each for each in linked if each.created_by == main.created_by)]
    given = [
        each.email for each in of_visit if each.status is SessionStatus.COMPLETED and each.is_visit
    ]
    newest = max(filter(None, given), key=lambda answer: answer.answered_at, default=None)
    return one_address(newest.value) if newest else None


def one_address(value: Any) -> str | None:
    """The value if it is the address of one person, and nothing else; else None.

    In small letters, so that it counts as one however it is spelt. Servers hardly
    ever tell them apart.
    """
    try:
        return check_email(value).lower()
    except StepValueError:
        return None


def may_be_mailed(
    session: Session | EventSession,
    parent: Project | Event,
    asked: Consent | EventConsent | None,
    given: GuestConsent | None,
    now: int,
) -> bool:
    """Whether the picture of a visit may go to its guest by mail now (Unix ms)."""
    return (
        session.revoked_at is None
        and is_in_time(session.created_at, now)
        and is_open(parent)
        and has_consented(asked, given)
    )


def is_in_time(created_at: int, now: int) -> bool:
    """Whether a visit that began then may still bring a mail (Unix ms)."""
    return created_at > now - int(DUE_FOR.total_seconds() * 1000)


def has_consented(asked: Consent | EventConsent | None, given: GuestConsent | None) -> bool:
    """Whether a guest accepted the text that is shown now. Without a text nobody has."""
    return asked is not None and given is not None and given.version == asked.version


def is_open(parent: Project | Event | None) -> bool:
    """Whether a project or an event is there for its guests."""
    return parent is not None and not parent.is_closed

"""The visitor of most tests, and what their page sends to begin a session."""

from typing import Any

from google.cloud.firestore import Client

from tests.support.builders.guests import a_guest
from tests.support.builders.venues import Venue, a_venue

GUEST = {"mode": "guest", "configSource": "published"}
PREVIEW = {"mode": "preview", "configSource": "draft"}


def entered(db: Client, **venue: Any) -> Venue:
    """A venue whose guest is the visitor."""
    made = a_venue(db, **venue)
    a_guest(db, made.project, "visitor")
    return made


def of(venue: Venue, experience: str | None = None, **more: Any) -> dict[str, Any]:
    """The request of a guest for the venue's main experience, or another."""
    return {
        "projectId": venue.project,
        "experienceId": experience or venue.main,
        **GUEST,
        **more,
    }

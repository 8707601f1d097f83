"""An event whose journey has all eleven step types, and what every test of sessions ends with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.steps import STEP_TYPES
from tests.experience.journeys.journey_guest import JourneyGuest, all_types
from tests.experience.journeys.seed_session import problems
from tests.support.builders.events import an_event

NewGuest = Callable[..., JourneyGuest]


@pytest.fixture(scope="module")
def tour(db: Client, workspace: str) -> Iterator[str]:
    """A live event that leads through a step of each type, each with its type as its id."""
    event = an_event(db, workspace, all_types())
    yield event
    assert len(STEP_TYPES) == 11
    check_documents(db, event)


@pytest.fixture
def new_guest(db: Client, tour: str) -> NewGuest:
    """Makes guests who have just begun a session, of the tour unless told otherwise."""

    def begin(event: str = tour, **request: Any) -> JourneyGuest:
        return JourneyGuest.begin(db, event, **request)

    return begin


@pytest.fixture
def guest(new_guest: NewGuest) -> JourneyGuest:
    return new_guest()


def check_documents(db: Client, event: str) -> None:
    """Every session of an event is one that older clients take."""
    for snapshot in db.collection("events", event, "sessions").stream():
        fields = snapshot.to_dict() or {}
        assert not list(problems(fields)), fields

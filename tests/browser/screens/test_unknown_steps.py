"""Steps of a type that the page does not know, and experiences that make no picture."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from tests.support.browser import Browser
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.images import PHOTOS
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.faulty_suite import FaultySuite

STEPS = [
    {"id": "first", "type": "hologram", "config": {"required": True}},
    a_step("name", required=True),
    {"id": "scent", "type": "scent", "config": {}},
    a_step("wait", "processing"),
    {"id": "last", "type": "hologram", "config": {}},
]


@pytest.fixture
def db(browser_suite: tuple[Suite, Client, Browser]) -> Client:
    return browser_suite[1]


def titled(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps as an author leaves them who writes no titles."""
    return [{"title": "", "description": "", **step} for step in steps]


def a_project(db: Client, steps: list[dict[str, Any]]) -> Venue:
    """A project of one experience without a picture, and its workspace with an owner."""
    venue = a_venue(db, steps=titled(steps))
    a_member(db, venue.workspace, "owner")
    return venue


@pytest.mark.parametrize(
    "reload", [True, pytest.param(False, marks=pytest.mark.exhaustive)], ids=["reload", "go on"]
)
def test_unknown_steps_are_told_once_and_passed_over(
    reload: bool, browser: Browser, db: Client, faulty_suite: FaultySuite
) -> None:
    venue = a_project(db, STEPS)
    seen = browser.play("unknownSteps", project=venue.project, reload=reload)
    assert seen["uncaught"] == []
    assert seen["loads"] == (2 if reload else 1)
    assert seen["count"] == "2"
    [session] = faulty_suite.of(venue.project, "sessions", createdBy=seen["uid"])
    assert session["status"] == "completed"
    assert [answer["stepId"] for answer in session["answers"]] == ["name"]
    # Nobody is promised a picture, and only the last button of the visit says that it is done.
    assert not [text for text in seen["texts"] if "picture" in text.lower()]
    assert (seen["first"], seen["last"]) == ("Continue", "Done")


@pytest.mark.exhaustive
def test_a_step_that_only_a_newer_page_can_answer_leads_there_and_not_in_a_circle(
    browser: Browser, db: Client
) -> None:
    hello, wait = a_step("hello", "info"), a_step("wait", "processing")
    steps = [hello, a_step("name", required=True), wait]
    venue = a_project(db, steps)
    seen = browser.play("requiredUnknownStep", project=venue.project)
    assert seen["uncaught"] == []
    assert "too old" in seen["words"]
    assert seen["asked"] == 1


@pytest.mark.exhaustive
def test_an_event_s_journey_passes_over_them_too(browser: Browser, db: Client) -> None:
    workspace = a_workspace(db)
    a_member(db, workspace, "owner")
    experience = an_event_experience(db, workspace)
    ends = [a_step("wait", "processing"), a_step("reward", "reward")]
    event = an_event(db, workspace, [*titled(STEPS[:1]), a_step("photo", "capture"), *ends])
    seen = browser.play(
        "unknownJourneySteps",
        event=event,
        experience=experience,
        photo=str(PHOTOS / "chelsea.jpg"),
    )
    assert seen["uncaught"] == []
    assert seen["button"] == "Continue"

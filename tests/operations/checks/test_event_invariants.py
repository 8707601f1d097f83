"""The invariants of events: each is broken and reported; what the builders make breaks none."""

from dataclasses import replace
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.steps import parse_step
from experience.workspaces.models import Workspace
from operations.checks.check import check
from operations.checks.data import Data, read
from operations.checks.event_invariants import EVENT_INVARIANTS
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.workspaces import a_member, a_step, a_workspace

PICKER, CAPTURE = "experience-picker", "capture"


@pytest.fixture(scope="module")
def whole() -> Data:
    """An event `e` with a journey through three steps, which name the experience `x`."""
    own = {"name": "A", "createdAt": 1, "updatedAt": 1}
    steps = [
        a_step("pick", PICKER, experienceIds=["x"]),
        a_step("photo", CAPTURE, fallbackExperienceId="x"),
        a_step("name"),
    ]
    order = [each["id"] for each in steps]
    event = {"id": "e", "workspaceId": "w", "status": "live", "activeJourneyId": "j", **own}
    journey = {"id": "j", "eventId": "e", "name": "A", "stepOrder": order, "status": "active"}
    experience = {"id": "x", "workspaceId": "w", "name": "A", "status": "active"}
    return Data(
        workspaces={"workspaces/w": Workspace.load({"id": "w", **own})},
        events={"events/e": Event.load(event)},
        journeys={"events/e/journeys/j": Journey.load(journey)},
        event_steps={f"events/e/steps/{each['id']}": parse_step(each) for each in steps},
        event_experiences={"experiences/x": EventExperience.load(experience)},
    )


def reported(data: Data) -> list[tuple[str, str, str]]:
    return [
        (invariant.__name__, path, message)
        for invariant in EVENT_INVARIANTS
        for path, message in invariant(data)
    ]


EVENT, JOURNEY, EXPERIENCE = "events/e", "events/e/journeys/j", "experiences/x"

BROKEN: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("events_say_where_they_are", EVENT, {"id": "f"}, EVENT, "the id f"),
    ("events_say_where_they_are", EVENT, {"workspace_id": "v"}, EVENT, "workspace v, which"),
    ("events_say_where_they_are", JOURNEY, {"event_id": "f"}, JOURNEY, "the id j of f"),
    ("events_say_where_they_are", EXPERIENCE, {"id": "y"}, EXPERIENCE, "the id y"),
    ("an_active_journey_can_be_passed", EVENT, {"active_journey_id": "k"}, EVENT, "k, which does"),
    ("an_active_journey_can_be_passed", JOURNEY, {"status": "deleted"}, EVENT, "is deleted"),
    ("an_active_journey_can_be_passed", JOURNEY, {"step_order": []}, EVENT, "has no steps"),
    (
        "a_journey_has_each_step_once",
        JOURNEY,
        {"step_order": ["name", "name"]},
        JOURNEY,
        "more than once: name",
    ),
    (
        "a_journey_has_each_step_once",
        JOURNEY,
        {"step_order": ["gone"] * 51},
        JOURNEY,
        "has 51 steps",
    ),
    ("a_journey_has_each_step_once", JOURNEY, {"step_order": ["gone"]}, JOURNEY, "for: gone"),
    (
        "a_step_offers_what_its_workspace_has",
        EXPERIENCE,
        {"workspace_id": "v"},
        "events/e/steps/pick",
        "names experience x",
    ),
    (
        "a_step_offers_what_its_workspace_has",
        EXPERIENCE,
        {"workspace_id": "v"},
        "events/e/steps/photo",
        "names experience x",
    ),
]


class TestEventInvariants:
    def test_a_whole_event_breaks_none(self, whole: Data) -> None:
        assert reported(whole) == []

    @pytest.mark.parametrize(
        ("invariant", "changed", "fields", "path", "message"),
        BROKEN,
        ids=[f"{each[0]}: {each[4]}" for each in BROKEN],
    )
    def test_a_broken_one_is_reported(
        self,
        whole: Data,
        invariant: str,
        changed: str,
        fields: dict[str, Any],
        path: str,
        message: str,
    ) -> None:
        kinds: dict[str, Any] = {
            name: dict(getattr(whole, name)) for name in vars(Data()) if getattr(whole, name)
        }
        for kind in kinds.values():
            if changed in kind:
                kind[changed] = kind[changed].model_copy(update=fields)
        found = reported(replace(whole, **kinds))
        assert [each for each in found if each[:2] == (invariant, path) and message in each[2]]

    def test_a_step_is_of_an_event_and_not_named_like_a_choice(self, whole: Data) -> None:
        strange = "events/f/steps/selected_experience_id"
        step = parse_step({"id": "selected_experience_id", "type": "info"})
        found = reported(replace(whole, event_steps={**whole.event_steps, strange: step}))
        assert [message for _, path, message in found if path == strange] == [
            "has the name of a guest's choice",
            "belongs to no event",
        ]

    def test_every_invariant_is_broken_somewhere_here(self) -> None:
        assert {each.__name__ for each in EVENT_INVARIANTS} == {each[0] for each in BROKEN}


class TestReading:
    def test_the_stored_events_are_checked(self, quiet_db: Client) -> None:
        workspace = a_workspace(quiet_db)
        a_member(quiet_db, workspace, "owner")
        chosen = an_event_experience(quiet_db, workspace)
        steps = [a_step("pick", PICKER, experienceIds=[chosen]), {"id": "odd", "type": "haptic"}]
        event = an_event(quiet_db, workspace, steps)

        data = read(quiet_db)
        assert [*data.events, *data.journeys, *data.event_steps, *data.event_experiences] == [
            f"events/{event}",
            f"events/{event}/journeys/journey",
            f"events/{event}/steps/odd",
            f"events/{event}/steps/pick",
            f"experiences/{chosen}",
        ]
        assert data.experiences == {}
        session = {"id": "s", "eventId": event, "state": "created", "createdAt": 1, "updatedAt": 1}
        quiet_db.document("events", event, "sessions", "s").set(session)
        report = check(quiet_db)
        assert (report.violations, report.counts["event sessions"]) == ([], 1)

        quiet_db.document("experiences", chosen).delete()
        quiet_db.document("events", event).update({"status": "closed"})
        found = {(each.invariant, each.path) for each in check(quiet_db).violations}
        assert ("documents_can_be_read", f"events/{event}") in found

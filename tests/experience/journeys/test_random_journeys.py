"""Random journeys, edited while their guests are in them, and random inputs from two tabs.

Nothing is ever refused for a reason that no callable declares, no input is lost, and no position
is outside of its journey.
"""

import contextlib
import os
from typing import Any

import pytest
from google.cloud.firestore import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experience.errors import Refusal
from experience.steps import STEP_TYPES
from tests.experience.journeys.conftest import NewGuest, check_documents
from tests.support.builders.events import a_journey, an_event
from tests.support.builders.steps import REQUIRED_CONFIG

IDS = ["a", "1", "-", "a-b", "__x", "type"]
ORDERS = st.lists(st.sampled_from([*IDS, "gone", "selected_experience_id", "a/b", ""]), max_size=8)
PRINTABLE = st.text(st.characters(codec="utf-8"), max_size=20)
INPUTS = st.one_of(
    st.builds(lambda value: {"type": "text", "value": value}, PRINTABLE),
    st.builds(lambda value: {"type": "boolean", "value": value}, st.booleans()),
    st.builds(
        lambda value: {"type": "number", "value": value},
        st.integers(-1, 11) | st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.builds(
        lambda value: {"type": "selection", "selectedId": value},
        st.sampled_from(["red", "white", "exp_cartoon", "other", ""]),
    ),
    st.builds(
        lambda value: {"type": "selections", "selectedIds": value},
        st.lists(st.sampled_from(["red", "white", "other"]), max_size=3),
    ),
    st.just({"type": "photo", "url": "https://example.com/a.jpg"}),
)


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    """A stored step of any type, or of none that is known; some must be answered."""
    type_ = draw(st.sampled_from([*STEP_TYPES, "hologram"]))
    config = dict(REQUIRED_CONFIG.get(type_, {}))
    if draw(st.booleans()):
        config["required"] = True
    if type_ == "multiple_choice":
        config["allowMultiple"] = draw(st.booleans())
    if type_ == "experience-picker" and draw(st.booleans()):
        config["variable"] = "background"
    return {"id": draw(st.sampled_from(IDS)), "type": type_, "config": config}


ACTIONS = st.one_of(
    st.tuples(st.just("save"), st.sampled_from([*IDS, "gone", "elsewhere"]), INPUTS),
    st.tuples(st.just("go"), st.integers(0, 10)),
    st.tuples(st.just("edit"), steps()),
    st.tuples(st.just("reorder"), ORDERS),
    st.tuples(st.just("remove"), st.sampled_from(IDS)),
    st.tuples(st.just("read")),
)
JOURNEYS = st.tuples(st.lists(steps(), max_size=6), ORDERS, st.lists(ACTIONS, max_size=12))


class Visit:
    """A guest in a journey, and what must hold of their session."""

    def __init__(
        self, db: Client, new_guest: NewGuest, event: str, journey: tuple[Any, ...]
    ) -> None:
        stored, order, self.actions = journey
        self.reference = db.document("events", event)
        for each in self.reference.collection("steps").list_documents():
            each.delete()
        for step in stored:
            self.edit(step)
        self.reorder(order)
        self.guest = new_guest(event)
        self.order = order
        self.kept: dict[str, Any] = {}

    def run(self) -> None:
        for name, *arguments in self.actions:
            # It is one that its callable declares, or the test has failed already.
            with contextlib.suppress(Refusal):
                getattr(self, name)(*arguments)
            self.check()

    def edit(self, step: dict[str, Any]) -> None:
        self.reference.collection("steps").document(step["id"]).set(step)

    def reorder(self, order: list[str]) -> None:
        event = self.reference.id
        self.reference.collection("journeys").document("journey").set(a_journey(event, order))

    def remove(self, step: str) -> None:
        self.reference.collection("steps").document(step).delete()

    def save(self, step: str, given_: dict[str, Any]) -> None:
        content = {name: value for name, value in given_.items() if name != "type"}
        data = self.guest.save(step, given_["type"], **content)["data"]
        changed = {key for key in data if data[key] != self.kept.get(key)}
        assert changed <= {step, "selected_experience_id"}
        assert step in self.order
        self.kept = data

    def go(self, index: int) -> None:
        assert self.guest.go_to(index)["currentStepIndex"] == index

    def read(self) -> None:
        view = self.guest.read()
        assert [step["id"] for step in view["steps"]] == self.order

    def check(self) -> None:
        stored = self.guest.stored()
        assert stored.get("data", {}) == self.kept
        assert stored["stepOrder"] == self.order
        assert 0 <= stored["currentStepIndex"] <= len(self.order)


@pytest.fixture
def event(db: Client, workspace: str) -> str:
    return an_event(db, workspace, [])


HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


class TestRandomJourneys:
    @settings(max_examples=4, suppress_health_check=HEALTH)
    @given(journey=JOURNEYS)
    def test_nothing_is_lost_and_nobody_is_stuck(
        self, db: Client, new_guest: NewGuest, event: str, journey: tuple[Any, ...]
    ) -> None:
        Visit(db, new_guest, event, journey).run()

    @pytest.mark.exhaustive
    @settings(max_examples=int(os.environ.get("PROGRAMS", "200")), suppress_health_check=HEALTH)
    @given(journey=JOURNEYS)
    def test_nothing_is_lost_and_nobody_is_stuck_in_many_of_them(
        self, db: Client, new_guest: NewGuest, event: str, journey: tuple[Any, ...]
    ) -> None:
        Visit(db, new_guest, event, journey).run()
        check_documents(db, event)

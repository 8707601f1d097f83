"""Event sessions as stored: the fields of older clients, and nothing that those would refuse."""

import json
from copy import deepcopy
from typing import Any

import pytest
from google.cloud.firestore import DELETE_FIELD

from experience import clients
from experience.ids import new_id
from experience.journeys.models.session import EventSession, SessionState
from experience.journeys.store import event_session_ref, get_event_session
from experience.steps import StepInput
from experience.steps.values import (
    BooleanInput,
    NumberInput,
    PhotoInput,
    SelectionInput,
    SelectionsInput,
    TextInput,
)
from experience.store import field_updates
from tests.experience.journeys.seed_session import (
    COMPLETED,
    EXAMPLES,
    FAILED,
    IN_PROGRESS,
    problems,
)

INPUTS: list[StepInput] = [
    TextInput(value="Ada"),
    TextInput(value=""),
    BooleanInput(value=False),
    NumberInput(value=0),
    SelectionInput(selected_id="a"),
    SelectionsInput(selected_ids=[]),
    PhotoInput(url="https://example.com/input.jpg?token=1"),
]


class TestTheExamples:
    @pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
    def test_an_example_loads_and_saves_byte_for_byte(self, example: dict[str, Any]) -> None:
        assert json.dumps(EventSession.load(example).dump(), sort_keys=True) == json.dumps(
            example, sort_keys=True
        )
        assert EventSession.load(example).shown() == example

    @pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
    def test_the_older_schema_takes_it(self, example: dict[str, Any]) -> None:
        assert not list(problems(example))

    def test_what_firestore_returns_of_them_is_what_was_stored(self, suite: Any) -> None:
        client = clients.firestore()
        event_id = new_id()
        for example in EXAMPLES.values():
            reference = event_session_ref(client, event_id, example["id"])
            reference.set(example)
            session = get_event_session(client, event_id, example["id"])
            reference.set(session.dump())
            assert reference.get().to_dict() == example

    def test_a_session_of_before_journeys_is_valid(self) -> None:
        early = {"id": "s", "eventId": "e", "state": "captured", "createdAt": 1, "updatedAt": 1}
        assert EventSession.load(early).dump() == early

    def test_what_this_version_does_not_know_stays(self) -> None:
        unknown = {
            **IN_PROGRESS,
            "later": {"nothing": None},
            "data": {"x": {"type": "hologram", "size": None}, "selected_experience_id": "a"},
        }
        assert EventSession.load(unknown).dump() == unknown


class TestInputs:
    @pytest.mark.parametrize("given", INPUTS, ids=lambda given: str(given.type))
    def test_an_input_is_read_as_it_was_stored(self, given: StepInput) -> None:
        data = {"step": given.model_dump(by_alias=True)}
        session = EventSession.load({**IN_PROGRESS, "data": data})
        assert session.input_of("step") == given
        assert not list(problems(session.dump()))

    def test_an_input_of_an_unknown_type_is_none(self) -> None:
        session = EventSession.load({**IN_PROGRESS, "data": {"x": {"type": "hologram"}, "y": 3}})
        assert session.input_of("x") is None
        assert session.input_of("y") is None
        assert session.input_of("z") is None

    def test_the_selected_experience_is_a_plain_string(self) -> None:
        session = EventSession.load(IN_PROGRESS)
        assert session.selected_experience_id == "exp_cartoon"
        assert session.input_of("selected_experience_id") is None
        assert EventSession.load({**FAILED, "data": {}}).selected_experience_id is None


class TestDifferences:
    def test_a_field_that_ends_is_deleted_and_never_null(self) -> None:
        failed = EventSession.load(FAILED)
        again = failed.model_copy(update={"error": None, "state": SessionState.CAPTURED})
        assert field_updates(failed, again) == {"state": "captured", "error": DELETE_FIELD}
        assert "error" not in again.dump()
        assert field_updates(failed, failed) == {}


class TestTheOlderSchema:
    """It would find what it is there to find."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("id", 3),
            ("state", "done"),
            ("error", None),
            ("inputImagePath", None),
            ("resultImagePath", "results/e/s/result.png"),
            ("currentStepIndex", -1),
            ("currentStepIndex", 1.5),
            ("createdAt", True),
            ("data", None),
            ("data", {"selected_experience_id": None}),
            ("data", {"step": "plain"}),
            ("data", {"step": None}),
            ("data", {"step": {"type": "text"}}),
            ("data", {"step": {"type": "text", "value": None}}),
            ("data", {"step": {"type": "number", "value": "3"}}),
            ("data", {"step": {"type": "boolean", "value": 1}}),
            ("data", {"step": {"type": "photo", "url": "input.jpg"}}),
            ("data", {"step": {"type": "selections", "selectedIds": [1]}}),
        ],
    )
    def test_it_refuses(self, name: str, value: Any) -> None:
        assert list(problems({**deepcopy(COMPLETED), name: value}))

    @pytest.mark.parametrize("name", ["id", "eventId", "state", "createdAt", "updatedAt"])
    def test_it_requires(self, name: str) -> None:
        assert list(problems({key: each for key, each in COMPLETED.items() if key != name}))

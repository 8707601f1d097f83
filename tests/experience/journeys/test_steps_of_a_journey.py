"""Going through a journey: inputs by step, and the way back and forth."""

import pytest
from google.cloud.firestore import Client

from experience.errors import FailedPrecondition, InvalidArgument
from experience.ids import new_id
from experience.journeys.store import event_session_ref
from tests.experience.conftest import SignIn
from tests.experience.journeys.conftest import NewGuest, check_documents
from tests.experience.journeys.journey_guest import JourneyGuest
from tests.experience.journeys.seed_session import IN_PROGRESS
from tests.support.builders.events import a_journey, an_event
from tests.support.builders.workspaces import a_step
from tests.support.calling import at_once, issue_paths, refused

ODD = ["1", "-", "a-b", "__a", "type", "x" * 128]


class TestSaveStepInput:
    def test_every_step_type_through_the_callable(
        self, signed_in: SignIn, guest: JourneyGuest
    ) -> None:
        client = signed_in(guest.uid)
        good = {
            "short_text": {"type": "text", "value": " Ada "},
            "long_text": {"type": "text", "value": "Once"},
            "multiple_choice": {"type": "selection", "selectedId": "red"},
            "yes_no": {"type": "boolean", "value": False},
            "opinion_scale": {"type": "number", "value": 4.0},
            "email": {"type": "text", "value": "ada@example.com"},
        }
        for step, given in good.items():
            client.call("saveStepInput", **guest.ids, stepId=step, input=given)
        choice = {"type": "selection", "selectedId": "exp_sketch"}
        session = client.call(
            "saveStepInput", **guest.ids, stepId="experience_picker", input=choice
        )
        expected = {
            **good,
            "short_text": {"type": "text", "value": "Ada"},
            "selected_experience_id": "exp_sketch",
        }
        assert session["data"] == guest.stored()["data"] == expected
        for step in ("info", "processing", "reward", "capture"):
            error = refused(client, "saveStepInput", **guest.ids, stepId=step, input=choice)
            assert issue_paths(error) == ["input.type"]
        for bad, path in (
            ({"type": "text", "value": 3}, "input.value"),
            ({"type": "text"}, "input.value"),
            ({"type": "text", "value": "x", "more": 1}, "input.more"),
            ({"type": "number", "value": True}, "input.value"),
            ({"type": "number", "value": "3"}, "input.value"),
            ({"type": "selections", "selectedIds": [1]}, "input.selectedIds[0]"),
            ({"type": "hologram"}, "input.type"),
            ({"type": 7}, "input.type"),
            ({"value": "x"}, "input.type"),
            ({}, "input.type"),
            ("text", "input"),
        ):
            error = refused(client, "saveStepInput", **guest.ids, stepId="yes_no", input=bad)
            assert issue_paths(error) == [path]
        assert guest.stored()["data"] == expected

    def test_the_same_again_writes_nothing(self, guest: JourneyGuest) -> None:
        saved = guest.save("short_text", "text", value="Ada")
        stored = guest.reference.get()
        assert guest.save("short_text", "text", value=" Ada") == saved
        assert guest.reference.get().update_time == stored.update_time

    def test_nothing_else_is_touched(self, guest: JourneyGuest) -> None:
        guest.reference.update({"later": {"kept": None}, "data": {"x": {"type": "hologram"}}})
        before = guest.stored_as_is()
        guest.save("short_text", "text", value="Ada")
        after = guest.stored_as_is()
        assert after["data"] == {**before["data"], "short_text": {"type": "text", "value": "Ada"}}
        changed = {name for name in after if after[name] != before.get(name)}
        assert changed <= {"data", "updatedAt"}
        guest.reference.update({"data": {}})

    def test_steps_of_odd_names_from_two_tabs_at_once_lose_nothing(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        event = an_event(db, workspace, [a_step(each) for each in ODD])
        guest = new_guest(event)
        at_once(len(ODD), lambda number: guest.save(ODD[number], "text", value=ODD[number]))
        assert guest.stored()["data"] == {each: {"type": "text", "value": each} for each in ODD}
        check_documents(db, event)

    def test_only_steps_of_the_journey_that_are_there(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        steps = [a_step("name"), {"id": "odd", "type": "hologram"}]
        event = an_event(db, workspace, steps)
        order = ["name", "odd", "gone", "selected_experience_id", "a/b", ""]
        journeys = db.collection("events", event, "journeys")
        journeys.document("journey").set(a_journey(event, order))
        for stray in ("elsewhere", "selected_experience_id"):
            db.document("events", event, "steps", stray).set(a_step(stray))
        guest = new_guest(event)
        shown = [step["type"] for step in guest.read()["steps"]]
        assert shown == ["short_text", *["unknown"] * 5]
        for step in ("odd", "gone", "selected_experience_id", "elsewhere"):
            with pytest.raises(InvalidArgument) as refusal:
                guest.save(step, "text", value="x")
            [issue] = refusal.value.details["issues"]
            assert issue["path"] == "stepId"
        guest.save("name", "text", value="x")
        assert guest.go_to(len(order))["currentStepIndex"] == len(order)


class TestGoToStep:
    def test_back_freely_and_forward_past_what_is_answered(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        steps = [
            a_step("hello", "info"),
            a_step("name", required=True),
            a_step("pick", "experience-picker"),
            a_step("photo", "capture"),
            a_step("more"),
        ]
        event = an_event(db, workspace, steps)
        guest = new_guest(event)
        assert guest.go_to(1)["currentStepIndex"] == 1
        for index, missing in ((2, ["name"]), (5, ["name", "pick", "photo"])):
            with pytest.raises(FailedPrecondition) as refusal:
                guest.go_to(index)
            assert refusal.value.details == {"reason": "steps_incomplete", "steps": missing}
        guest.save("name", "text", value="Ada")
        guest.save("pick", "selection", selectedId="exp_cartoon")
        assert guest.go_to(3)["currentStepIndex"] == 3
        assert guest.go_to(0)["currentStepIndex"] == 0
        with pytest.raises(FailedPrecondition):
            guest.go_to(4)
        guest.capture(step="photo")
        assert guest.go_to(5)["currentStepIndex"] == 5
        before = guest.reference.get().update_time
        guest.go_to(5)
        assert guest.reference.get().update_time == before
        with pytest.raises(InvalidArgument) as beyond:
            guest.go_to(6)
        assert beyond.value.details["issues"] == [
            {"path": "index", "message": "the journey has 5 steps"}
        ]
        check_documents(db, event)

    @pytest.mark.parametrize("index", [-1, 1.5, "1", True, None])
    def test_an_index_is_a_whole_number(
        self, signed_in: SignIn, guest: JourneyGuest, index: object
    ) -> None:
        error = refused(signed_in(guest.uid), "goToStep", **guest.ids, index=index)
        assert issue_paths(error) == ["index"]

    def test_two_tabs_at_once_leave_one_of_both_positions(self, guest: JourneyGuest) -> None:
        at_once(4, lambda number: guest.go_to(number % 2))
        assert guest.stored()["currentStepIndex"] in (0, 1)

    def test_what_an_operator_requires_later_is_asked_on_the_way_forward(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        event = an_event(db, workspace, [a_step("a"), a_step("b")])
        guest = new_guest(event)
        guest.go_to(1)
        db.document("events", event, "steps", "a").set(a_step("a", "email", required=True))
        assert guest.go_to(2)["currentStepIndex"] == 2
        guest.go_to(0)
        with pytest.raises(FailedPrecondition):
            guest.go_to(1)


class TestEarlierSessions:
    def test_one_without_its_order_goes_through_its_journey_of_now(
        self, db: Client, workspace: str, signed_in: SignIn
    ) -> None:
        order = ["step_name", "step_email", "step_rating"]
        event = an_event(db, workspace, [a_step(each) for each in order])
        uid, session = f"guest-{new_id()}", IN_PROGRESS["id"]
        early = {**IN_PROGRESS, "eventId": event, "journeyId": "journey", "createdBy": uid}
        event_session_ref(db, event, session).set(early)
        guest = JourneyGuest(db, event, uid, session)
        assert [step["id"] for step in guest.read()["steps"]] == order
        guest.save("step_name", "text", value="Ada")
        assert "stepOrder" not in guest.stored()
        assert guest.go_to(3)["stepOrder"] == order
        expected = {**early["data"], "step_name": {"type": "text", "value": "Ada"}}
        assert guest.stored()["data"] == expected

    def test_one_that_names_nobody_is_nobodys(self, db: Client, tour: str) -> None:
        early = {**IN_PROGRESS, "eventId": tour}
        event_session_ref(db, tour, early["id"]).set(early)
        guest = JourneyGuest(db, tour, "anybody", early["id"])
        with pytest.raises(Exception, match="no such session"):
            guest.go_to(0)

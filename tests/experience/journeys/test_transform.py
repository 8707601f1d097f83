"""The transform of an event session's photo: one run, one picture at one path, one end."""

from typing import Any

import pytest
import requests

from experience.errors import FailedPrecondition, NotFound, PermissionDenied, ResourceExhausted
from experience.journeys.models.moves import is_move
from experience.journeys.models.session import SessionState
from experience.media.store import objects
from experience.storage import bucket
from experience.workflows.runs.models import RunStatus
from tests.experience.journeys.seed_session import problems
from tests.support.builders.events import an_event_experience
from tests.support.builders.jobs import size_of
from tests.support.builders.workspaces import a_member, a_step
from tests.support.calling import at_once
from tests.support.journeys.journey_bench import JourneyBench, NewJourney


def valid(one: JourneyBench) -> dict[str, Any]:
    """The stored session, which older clients can read."""
    session = one.session()
    assert list(problems(session)) == []
    return session


def refused(one: JourneyBench, **more: Any) -> tuple[str, dict[str, Any]]:
    """Why a trigger is refused, which changes nothing."""
    before = one.session()
    with pytest.raises((FailedPrecondition, NotFound)) as caught:
        one.trigger(**more)
    assert one.session() == before
    return caught.value.reason, caught.value.details


class TestTriggerTransform:
    def test_makes_one_picture_at_the_documented_path(self, new_journey: NewJourney) -> None:
        one = new_journey(error="old", resultImagePath="https://old.example/result.png")
        shown = one.trigger()
        assert (shown.state, shown.error, shown.result_image_path) == ("transforming", None, None)
        assert valid(one)["state"] == "transforming"
        assert one.trigger() == shown
        one.drain()
        session = valid(one)
        assert one.shown() == ("ready", None)
        assert "transformingSince" not in session
        url = session["resultImagePath"]
        assert url.endswith(f"&generation={session['resultGeneration']}")
        assert f"results%2F{one.event}%2F{one.id}%2Fresult.png?" in url
        assert requests.get(url, timeout=5).content == one.picture()
        assert one.picture().startswith(b"\x89PNG")
        width, height = size_of(one.picture())
        assert width * 2 == pytest.approx(height * 3, abs=2)  # the experience's aspect ratio
        assert [each.id for each in one.runs()] == [session["runId"]]
        assert refused(one) == (
            "move_not_allowed",
            {"reason": "move_not_allowed", "from": "ready", "to": "transforming"},
        )
        blob = bucket().blob(one.result_path)
        blob.metadata = {"firebaseStorageDownloadTokens": None}
        blob.patch()
        assert requests.get(url, timeout=5).status_code == 403

    def test_at_the_same_moment_begins_one_run(self, new_journey: NewJourney) -> None:
        one = new_journey()
        first, *others = at_once(6, lambda _: one.trigger())
        assert others == [first] * 5
        assert [each.id for each in one.runs()] == [one.session()["runId"]]
        guest = one.client.document("events", one.event, "eventGuests", one.uid).get().to_dict()
        assert guest
        assert {name: rate["count"] for name, rate in guest["rates"].items()} == {
            "transforms": 1,
            "transformsOfDay": 1,
        }

    def test_takes_the_answers_and_the_very_photo_that_was_saved(
        self, new_journey: NewJourney
    ) -> None:
        one = new_journey()
        name = {"type": "text", "value": "Ada"}
        photo = {"type": "photo", "url": "https://photos.example/p"}
        one.reference.update({"data.name": name, "data.photo": photo, "data.odd": {"type": "new"}})
        one.trigger()
        run = one.whole_run()
        assert run.trigger_payload["answers"] == [{"stepId": "name", "value": "Ada"}]
        assert run.deadline_at == run.created_at + 45_000
        one.take_photo()  # uploaded, and saved by nobody
        one.drain()
        assert one.shown() == ("error", "AI transform failed: The photo is gone.")

    def test_takes_the_picked_experience_or_the_requested_one_or_the_fallback(
        self, new_journey: NewJourney
    ) -> None:
        one = new_journey(journeyId="j", stepOrder=["pick", "photo"], data={})
        event = one.client.document("events", one.event)
        styles = {"picked": "sketch", "requested": "duotone", "fallback": "cartoon"}
        made = {
            prompt: an_event_experience(
                one.client,
                one.workspace,
                aiPhotoConfig={"enabled": True, "prompt": prompt, "model": f"local/{style}"},
            )
            for prompt, style in styles.items()
        }
        for step in (
            a_step("pick", "experience-picker"),
            a_step("photo", "capture", fallbackExperienceId=made["fallback"]),
        ):
            event.collection("steps").document(step["id"]).set(step)
        begun = []
        for data, requested in [({"selected_experience_id": made["picked"]}, made["requested"])] + [
            ({}, each) for each in (made["requested"], None)
        ]:
            one.reference.update({"state": "captured", "data": data})
            one.trigger(experience_id=requested)
            transform = one.whole_run().trigger_payload["transform"]
            begun.append((transform["prompt"], transform["style"]))
        assert begun == list(styles.items())

    def test_passes_over_a_journey_that_is_gone(self, new_journey: NewJourney) -> None:
        one = new_journey(journeyId="gone", data={})
        assert refused(one)[0] == "no_experience"
        assert one.trigger(experience_id=one.experience).state == "transforming"

    def test_refuses_what_cannot_be_transformed(self, new_journey: NewJourney) -> None:
        one = new_journey(state="created")
        moved = {"reason": "move_not_allowed", "from": "created", "to": "transforming"}
        assert refused(one) == ("move_not_allowed", moved)
        one.reference.update({"state": "captured", "data": {}})
        assert refused(one)[0] == "no_experience"
        cases: list[tuple[str, dict[str, Any], str]] = [
            (one.workspace, {"status": "deleted"}, "experience_not_found"),
            ("another", {}, "experience_not_found"),
            (one.workspace, {"aiPhotoConfig": {"enabled": False}}, "no_transform"),
        ]
        for workspace, fields, reason in cases:
            made = an_event_experience(one.client, workspace, **fields)
            assert refused(one, experience_id=made)[0] == reason
        assert refused(one, experience_id="nowhere")[0] == "experience_not_found"
        assert refused(one, uid="another guest")[0] == "session_not_found"
        with pytest.raises(PermissionDenied):
            one.trigger(a_member(one.client, one.workspace, "viewer"))
        assert one.runs() == []
        attendant = a_member(one.client, one.workspace, "attendant")
        assert one.trigger(attendant, experience_id=one.experience).state == "transforming"
        guests = one.client.document("events", one.event).collection("eventGuests")
        assert list(guests.stream()) == []


@pytest.mark.parametrize("state", SessionState)
def test_every_state_is_left_by_a_move_or_kept(
    new_journey: NewJourney, state: SessionState
) -> None:
    """Of a session with a photo: `is_move` says what a call does, and a repeated call nothing."""
    ends = {
        "trigger": SessionState.TRANSFORMING,
        "retry": SessionState.CREATED if state is SessionState.CREATED else SessionState.CAPTURED,
    }
    for name, end in ends.items():
        failure = {"error": "AI transform failed: cancelled", "errorCode": "CANCELLED"}
        error = failure if state is SessionState.ERROR else {}
        one = new_journey(state=state.value, **error)
        through = SessionState.CAPTURED if state is SessionState.ERROR else state
        before, call = one.session(), getattr(one, name)
        if state is end or is_move(through, end):
            assert call().state is end
            assert not failure.keys() & one.session().keys()
            after = one.session()
            assert call().state is end
            assert one.session() == after
        else:
            with pytest.raises(FailedPrecondition) as refusal:
                call()
            assert refusal.value.details == {
                "reason": "move_not_allowed",
                "from": state.value,
                "to": end.value,
            }
            assert one.session() == before


class TestLimits:
    def test_an_event_and_a_guest_have_so_many_in_a_day_and_in_an_hour(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, other = new_journey(), new_journey()
        event = one.client.document("events", one.event)
        event.update({"dailyTransformLimit": 1})
        one.trigger()
        with pytest.raises(ResourceExhausted) as full:
            other.trigger()
        assert full.value.reason == "daily_limit_reached"
        event.update({"dailyTransformLimit": 9})
        other.of_guest(one.uid)
        for name, reason in [
            ("TRANSFORMS_PER_GUEST_AND_HOUR", "rate_limited"),
            ("TRANSFORMS_PER_GUEST_AND_DAY", "guest_daily_limit_reached"),
        ]:
            monkeypatch.setenv(name, "1")
            with pytest.raises(ResourceExhausted) as refusal:
                other.trigger()
            assert refusal.value.reason == reason
            monkeypatch.delenv(name)
        other.trigger()

    def test_a_third_one_of_a_guest_waits_for_its_turn(self, new_journey: NewJourney) -> None:
        first, second, third = sessions = [new_journey() for _ in range(3)]
        for each in sessions:
            each.of_guest(first.uid).trigger()
        waiting, run_id = first.queue.waiting, third.session()["runId"]
        waiting.sort(key=lambda entry: entry[1].run_id != run_id)
        first.deliver()
        assert third.whole_run().status is RunStatus.QUEUED
        first.drain()
        assert [each.shown() for each in sessions] == [("ready", None)] * 3
        assert second.picture()
        assert objects.find(third.result_path)

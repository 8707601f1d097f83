"""Keeping answers, position and outputs of an active session."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore import Client as Database
from google.cloud.firestore import GeoPoint

from emulator.demo.client import Client
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.steps import OPTIONS
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_step
from tests.support.calling import at_once, issue_paths, refused

SignIn = Callable[[str | None], Client]

STEPS = [
    a_step("name", "short_text", maxLength=10, required=True),
    a_step("story", "long_text"),
    a_step("wine", "multiple_choice"),
    a_step("wines", "multiple_choice", allowMultiple=True),
    a_step("adult", "yes_no"),
    a_step("fun", "opinion_scale", scaleMin=1, scaleMax=5),
    a_step("mail", "email"),
    a_step("photo", "capture"),
    a_step("hello", "info"),
]
PHOTO = {"stepId": "photo", "assetId": "a1", "url": "http://media/a1", "createdAt": 5}


class ActiveSession:
    """A visitor in the middle of a session."""

    def __init__(self, db: Database, client: Client, **fields: Any) -> None:
        venue = a_venue(db, steps=STEPS)
        fields = {"workspaceId": venue.workspace} | fields
        session = a_session(db, venue.project, "visitor", venue.main, **fields)
        self.db, self.client = db, client
        self.ids = {"projectId": venue.project, "sessionId": session}
        self.reference = session_ref(db, venue.project, session)

    def update(self, **data: Any) -> Any:
        return self.client.call("updateSessionProgress", **self.ids, **data)

    def refused(self, **data: Any) -> Any:
        return refused(self.client, "updateSessionProgress", **self.ids, **data)

    @property
    def stored(self) -> dict[str, Any]:
        return stored_session(self.db, self.ids["projectId"], self.ids["sessionId"])


StartSession = Callable[..., ActiveSession]


@pytest.fixture
def start(db: Database, signed_in: SignIn) -> StartSession:
    def begin(**fields: Any) -> ActiveSession:
        return ActiveSession(db, signed_in("visitor"), **fields)

    return begin


class TestAnswers:
    @pytest.mark.parametrize(
        ("step", "value", "stored"),
        [
            ("name", "Anna", "Anna"),
            ("name", "Zoë 👩‍🚀", "Zoë 👩‍🚀"),
            ("story", "", ""),
            ("wine", OPTIONS[0]["value"], OPTIONS[0]["value"]),
            ("wines", ["white", "red"], ["white", "red"]),
            ("wines", [], []),
            ("adult", False, False),
            ("fun", 5, 5),
            ("fun", 3.0, 3),
            ("mail", " anna@example.com ", "anna@example.com"),
        ],
    )
    def test_a_value_that_fits_its_step_is_kept(
        self, start: StartSession, step: str, value: Any, stored: Any
    ) -> None:
        visit = start()

        view = visit.update(answers=[{"stepId": step, "value": value}])

        [answer] = visit.stored["answers"]
        assert (answer["stepId"], answer["value"]) == (step, stored)
        assert type(answer["value"]) is type(stored)
        assert answer["stepType"] == next(each["type"] for each in STEPS if each["id"] == step)
        assert answer["answeredAt"] == view["updatedAt"]
        assert view["answers"] == [answer]
        assert view["inputs"] == {step: stored}

    @pytest.mark.parametrize(
        ("step", "value"),
        [
            ("name", "far too long a name"),
            ("name", ""),
            ("name", "   "),
            ("name", 7),
            ("name", ["Anna"]),
            ("wine", "beer"),
            ("wine", ["red"]),
            ("wines", ["red", "beer"]),
            ("wines", ["red", "red"]),
            ("adult", "yes"),
            ("adult", 1),
            ("fun", 0),
            ("fun", 6),
            ("fun", 2.5),
            ("fun", True),
            ("fun", "3"),
            ("mail", "anna"),
            ("photo", "http://elsewhere/photo.jpg"),
            ("hello", "hi"),
        ],
    )
    def test_a_value_that_does_not_is_named_by_its_place_and_nothing_is_kept(
        self, start: StartSession, step: str, value: Any
    ) -> None:
        visit = start()
        before = visit.stored

        listed = visit.refused(
            answers=[{"stepId": "story", "value": "fine"}, {"stepId": step, "value": value}]
        )
        keyed = visit.refused(inputs={"story": "fine", step: value})

        assert listed.reason == "invalid_request"
        assert issue_paths(listed) == ["answers[1].value"]
        assert issue_paths(keyed) == [f"inputs.{step}"]
        assert visit.stored == before

    def test_a_first_bad_value_is_at_the_first_place(self, start: StartSession) -> None:
        error = start().refused(answers=[{"stepId": "fun", "value": 9}])

        assert issue_paths(error) == ["answers[0].value"]
        assert "1 to 5" in error.details["issues"][0]["message"]

    def test_every_bad_field_is_named_at_once(self, start: StartSession) -> None:
        error = start().refused(
            currentStepIndex=10,
            answers=[
                {"stepId": "fun", "value": 9},
                {"stepId": "nowhere", "value": "x"},
                {"stepId": "mail", "stepType": "short_text", "value": "a@example.com"},
            ],
            inputs={"gone": "x"},
            capturedMedia=[{"stepId": "photo", "assetId": "other"}],
            outputs={"photo": {"url": "http://elsewhere", "type": "image"}},
        )

        assert sorted(issue_paths(error)) == [
            "answers[0].value",
            "answers[1].stepId",
            "answers[2].stepType",
            "capturedMedia[0].assetId",
            "currentStepIndex",
            "inputs.gone",
            "outputs.photo.url",
        ]

    def test_the_servers_clock_is_kept_not_the_clients(self, start: StartSession) -> None:
        visit = start()

        visit.update(
            answers=[{"stepId": "fun", "stepType": "opinion_scale", "value": 1, "answeredAt": 7}]
        )

        assert visit.stored["answers"][0]["answeredAt"] >= visit.stored["createdAt"]

    def test_a_new_value_replaces_the_old_one_in_its_place(self, start: StartSession) -> None:
        visit = start()
        visit.update(inputs={"name": "Anna", "fun": 1})

        view = visit.update(inputs={"name": "Berta"})

        assert [(each["stepId"], each["value"]) for each in view["answers"]] == [
            ("name", "Berta"),
            ("fun", 1),
        ]

    def test_an_equal_answer_keeps_its_time_and_writes_nothing(self, start: StartSession) -> None:
        visit = start()
        answers = [{"stepId": "fun", "value": 3}, {"stepId": "wines", "value": ["red"]}]
        first = visit.update(answers=answers, currentStepIndex=2)
        before = visit.reference.get().update_time

        again = visit.update(answers=answers, inputs={"fun": 3.0}, currentStepIndex=2)

        assert again == first
        assert visit.reference.get().update_time == before

    def test_a_call_without_news_writes_nothing(self, start: StartSession) -> None:
        visit = start()
        before = visit.reference.get().update_time

        view = visit.update()

        assert view["updatedAt"] == visit.stored["updatedAt"]
        assert visit.reference.get().update_time == before

    def test_tabs_that_answer_at_the_same_moment_lose_nothing(self, start: StartSession) -> None:
        visit = start()
        answers = {"name": "Anna", "story": "Long", "adult": True, "fun": 2, "mail": "a@b.de"}

        at_once(len(answers), lambda n: visit.update(inputs=dict([list(answers.items())[n]])))

        stored = {each["stepId"]: each["value"] for each in visit.stored["answers"]}
        assert stored == answers


class TestPosition:
    @pytest.mark.parametrize("index", [0, 3, len(STEPS)])
    def test_it_is_a_step_or_the_end(self, start: StartSession, index: int) -> None:
        assert start().update(currentStepIndex=index)["currentStepIndex"] == index

    @pytest.mark.parametrize("index", [-1, len(STEPS) + 1, 1.5, "first", 2**53, 2**70])
    def test_anything_else_is_refused(self, start: StartSession, index: Any) -> None:
        assert issue_paths(start().refused(currentStepIndex=index)) == ["currentStepIndex"]


class TestMedia:
    def test_a_confirmed_capture_may_be_repeated_in_every_shape(self, start: StartSession) -> None:
        visit = start(capturedMedia=[PHOTO])
        before = visit.stored

        view = visit.update(
            capturedMedia=[PHOTO],
            inputs={"photo": PHOTO["url"]},
            answers=[{"stepId": "photo", "value": "a1"}],
        )

        assert visit.stored == before
        assert view["capturedMedia"][0].items() >= PHOTO.items()

    def test_outputs_are_media_of_the_session_and_merge_by_step(self, start: StartSession) -> None:
        result = {"stepId": "photo", "assetId": "r1", "url": "http://media/r1", "createdAt": 9}
        visit = start(capturedMedia=[PHOTO], resultMedia=result)

        visit.update(outputs={"photo": {"url": PHOTO["url"], "type": "image", "width": 640}})
        view = visit.update(outputs={"hello": {"url": result["url"], "type": "image"}})

        assert view["outputs"] == {
            "photo": {"url": PHOTO["url"], "type": "image", "width": 640},
            "hello": {"url": result["url"], "type": "image"},
        }
        assert view["outputs"] == visit.stored["outputs"]
        assert view["resultAssetId"] == "r1"

    @pytest.mark.parametrize(
        ("outputs", "path"),
        [
            ({"nowhere": {"url": PHOTO["url"], "type": "image"}}, "outputs.nowhere"),
            ({"photo": {"url": "http://elsewhere", "type": "image"}}, "outputs.photo.url"),
            ({"photo": {"url": PHOTO["url"], "type": "hologram"}}, "outputs.photo.type"),
            ({"photo": {"url": PHOTO["url"], "type": "image", "width": 0}}, "outputs.photo.width"),
            ({"photo": {"url": PHOTO["url"]}}, "outputs.photo.type"),
            ({"photo": "http://elsewhere"}, "outputs.photo"),
        ],
    )
    def test_other_outputs_are_refused(
        self, start: StartSession, outputs: dict[str, Any], path: str
    ) -> None:
        assert issue_paths(start(capturedMedia=[PHOTO]).refused(outputs=outputs)) == [path]


class TestState:
    @pytest.mark.parametrize("status", ["completed", "abandoned", "error"])
    def test_a_session_that_ended_takes_nothing(self, start: StartSession, status: str) -> None:
        visit = start(status=status)
        before = visit.stored

        error = visit.refused(inputs={"name": "Anna"})

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "session_not_active")
        assert error.details["status"] == status
        assert visit.stored == before

    def test_fields_that_this_version_does_not_know_stay_as_they_are(
        self, start: StartSession
    ) -> None:
        venue = GeoPoint(52.5, 13.4)
        answer = {"stepId": "fun", "stepType": "opinion_scale", "value": 1, "answeredAt": 5}
        mood = {"kind": "new", "at": venue, "raw": b"\xff", "when": datetime.now(UTC)}
        visit = start(answers=[{**answer, "where": venue}], mood=mood)

        view = visit.update(inputs={"name": "Anna"})

        stored = visit.stored
        assert stored["mood"] == mood
        [kept] = [each for each in stored["answers"] if each["stepId"] == "fun"]
        assert kept == {**answer, "where": venue}
        assert view["mood"]["kind"] == "new"
        assert view["inputs"] == {"fun": 1, "name": "Anna"}

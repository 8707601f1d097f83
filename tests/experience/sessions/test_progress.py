"""What answers make of a session, whatever their order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experience.errors import FailedPrecondition
from experience.sessions.models.progress import require_complete, with_progress
from experience.sessions.models.requests import UpdateSessionProgress
from experience.sessions.models.session import Session
from experience.sessions.models.views import SessionView
from experience.workspaces.models import ExperienceConfig
from tests.support.builders.sessions import session_fields
from tests.support.builders.workspaces import a_step

CONFIG = ExperienceConfig.load(
    {
        "steps": [
            a_step("name", required=True),
            a_step("adult", "yes_no"),
            a_step("fun", "opinion_scale", scaleMin=0),
            a_step("wines", "multiple_choice", allowMultiple=True),
        ]
    }
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["Anna", "Berta"]),
    "adult": st.booleans(),
    "fun": st.integers(0, 5),
    "wines": st.sampled_from([[], ["red"], ["white", "red"]]),
}
INPUTS = st.fixed_dictionaries({}, optional=VALUES)
SETTINGS = settings(deadline=None)


def session(**fields: Any) -> Session:
    return Session.load(session_fields("p", "visitor", "e", **fields))


def progress(before: Session, now: int = 100, **data: Any) -> Session:
    request = UpdateSessionProgress.model_validate({"projectId": "p", "sessionId": "s1", **data})
    return with_progress(before, CONFIG, request, now)


class TestMerge:
    @SETTINGS
    @given(INPUTS, INPUTS)
    def test_the_last_value_of_each_step_stays_and_no_step_is_lost(
        self, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        after = progress(progress(session(), inputs=first), inputs=second)

        assert SessionView.of(after).inputs == {**first, **second}

    @SETTINGS
    @given(INPUTS)
    def test_repeating_changes_nothing(self, inputs: dict[str, Any]) -> None:
        once = progress(session(), now=100, inputs=inputs, currentStepIndex=2)

        assert progress(once, now=200, inputs=inputs, currentStepIndex=2) == once

    @SETTINGS
    @given(INPUTS)
    def test_inputs_and_answers_are_two_shapes_of_the_same(self, inputs: dict[str, Any]) -> None:
        answers = [{"stepId": step, "value": value} for step, value in inputs.items()]

        assert progress(session(), inputs=inputs) == progress(session(), answers=answers)

    def test_only_what_changed_gets_the_new_time(self) -> None:
        before = progress(session(), now=100, inputs={"name": "Anna", "fun": 1})

        after = progress(before, now=200, inputs={"name": "Anna", "fun": 2})

        assert [(each.step_id, each.answered_at) for each in after.answers] == [
            ("name", 100),
            ("fun", 200),
        ]

    def test_true_is_not_one(self) -> None:
        stored = {"stepId": "adult", "stepType": "yes_no", "value": 1, "answeredAt": 5}

        after = progress(session(answers=[stored]), now=200, inputs={"adult": True})

        assert after.answers[0].value is True
        assert after.answers[0].answered_at == 200


class TestRequireComplete:
    def test_the_missing_required_steps_are_named(self) -> None:
        with pytest.raises(FailedPrecondition) as caught:
            require_complete(progress(session(), inputs={"fun": 1}), CONFIG)

        assert caught.value.details == {"reason": "steps_incomplete", "steps": ["name"]}

    def test_an_answer_to_each_of_them_is_enough(self) -> None:
        answered = progress(session(), answers=[{"stepId": "name", "value": "Anna"}])

        require_complete(answered, CONFIG)
        assert [each.value for each in answered.answers] == ["Anna"]


class TestEarlierNames:
    @pytest.mark.parametrize("stored", [{}, {"activeJobId": None}, {"activeJobId": "another"}])
    def test_the_job_has_both_names_whatever_an_earlier_client_stored(
        self, stored: dict[str, Any]
    ) -> None:
        stored_session = session(jobId="job-1", **stored)

        view = SessionView.of(stored_session).shown()

        assert (view["jobId"], view["activeJobId"]) == ("job-1", "job-1")

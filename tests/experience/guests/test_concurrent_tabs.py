"""Many tabs and retries of one visitor, in one process."""

from google.cloud.firestore import Client

from experience.errors import FailedPrecondition
from experience.guests.models import EnsureGuest, Guest
from experience.guests.usecases import ensure_guest
from experience.sessions.models.requests import (
    CompleteSession,
    CreateSession,
    UpdateSessionProgress,
)
from experience.sessions.usecases.complete import complete_session
from experience.sessions.usecases.create import create_session
from experience.sessions.usecases.update import update_session_progress
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_step
from tests.support.calling import at_once


def request_of(venue: Venue, experience: str, **more: str) -> CreateSession:
    return CreateSession.model_validate(
        {
            "projectId": venue.project,
            "experienceId": experience,
            "mode": "guest",
            "configSource": "published",
            **more,
        }
    )


class TestEnsureGuest:
    def test_ten_at_once_make_one_guest(self, db: Client) -> None:
        venue = a_venue(db)

        guests = at_once(10, lambda _: ensure_guest("g", EnsureGuest(project_id=venue.project)))

        assert all(guest == guests[0] for guest in guests)
        assert Guest.load(stored_guest(db, venue.project, "g")) == guests[0]


class TestCreateSession:
    def test_one_request_id_sent_ten_times_at_once_makes_one_session(self, db: Client) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "g")
        request = request_of(venue, venue.main, requestId="r1")

        sessions = at_once(10, lambda _: create_session("g", request).session)

        assert len({session.id for session in sessions}) == 1

    def test_preshares_of_two_main_sessions_begun_at_once_are_two(self, db: Client) -> None:
        venue = a_venue(db, preshare=True)
        a_guest(db, venue.project, "g")
        mains = [a_session(db, venue.project, "g", venue.main) for _ in range(2)]

        def begin(number: int) -> tuple[str | None, str]:
            request = request_of(venue, venue.preshare, mainSessionId=mains[number % 2])
            session = create_session("g", request).session
            return session.main_session_id, session.id

        made = at_once(6, begin)

        assert len(set(made)) == 2
        assert {main for main, _ in made} == set(mains)


class TestLastAnswers:
    def test_an_answer_that_meets_the_completion_is_kept_or_refused(self, db: Client) -> None:
        venue = a_venue(db, steps=[a_step("name"), a_step("story", "long_text")])
        a_guest(db, venue.project, "g")
        session = create_session("g", request_of(venue, venue.main)).session
        ids = {"projectId": venue.project, "sessionId": session.id}
        answer = UpdateSessionProgress.model_validate({**ids, "inputs": {"name": "Anna"}})
        end = CompleteSession.model_validate(
            {**ids, "answers": [{"stepId": "story", "value": "Long"}]}
        )

        def act(number: int) -> set[str]:
            if number:
                return {each.step_id for each in complete_session("g", end).session.answers}
            try:
                return {each.step_id for each in update_session_progress("g", answer).answers}
            except FailedPrecondition as refused:
                return {refused.reason}

        answered, completed = at_once(2, act)

        assert completed == ({"story"} if answered == {"session_not_active"} else {"name", "story"})

"""Sessions that guests wrote themselves, once the server comes to look at them."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock, config
from experience.documents import shard_of
from experience.errors import AlreadyExists
from experience.ids import derived_id
from experience.media.models import CreateUpload
from experience.media.usecases.upload import create_upload
from experience.sessions.models.requests import (
    AbandonSession,
    CompleteSession,
    CreateSession,
    FailSession,
    GetJourneySessions,
    GetSession,
    ListSessions,
    UpdateSessionProgress,
)
from experience.sessions.models.session import Session
from experience.sessions.models.views import SessionView
from experience.sessions.usecases import end, read, sweep, update
from experience.sessions.usecases.adopt import adopt, adopt_and_link
from experience.sessions.usecases.complete import complete_session
from experience.sessions.usecases.create import create_session
from operations.checks.check import check
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.projects import CONSENT, a_config
from tests.support.builders.sessions import a_session, session_ref, stored_session, written_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, edit
from tests.support.calling import at_once


def written(db: Client, venue: Venue, uid: str = "g", **fields: Any) -> Session:
    """A session that this guest of the venue wrote, of the main experience."""
    if not db.document("projects", venue.project, "guests", uid).get().exists:
        a_guest(db, venue.project, uid)
    return alone(db, venue, uid, **fields)


def alone(db: Client, venue: Venue, uid: str, **fields: Any) -> Session:
    """The same, of somebody who may be no guest."""
    experience = fields.pop("experienceId", venue.main)
    stored = written_session(venue.project, uid, experience, **fields)
    session_ref(db, venue.project, stored["id"]).set(stored)
    return Session.load(stored)


def begin(venue: Venue, uid: str = "g") -> Session:
    request = {"projectId": venue.project, "experienceId": venue.main}
    request |= {"mode": "guest", "configSource": "published"}
    return create_session(uid, CreateSession.model_validate(request)).session


def ids(session: Session) -> dict[str, str]:
    return {"project_id": session.project_id, "session_id": session.id}


def assert_valid(db: Client, venue: Venue) -> None:
    a_member(db, venue.workspace, "owner")
    assert not check(db, project_id=venue.project).violations


class TestTakenIn:
    def test_it_becomes_what_create_session_would_have_made(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        by_guest, by_server = written(quiet_db, venue, "g"), (a_guest(quiet_db, venue.project, "o"))
        adopt(by_guest)
        begun = begin(venue, by_server)
        one = stored_session(quiet_db, venue.project, by_guest.id)
        other = stored_session(quiet_db, venue.project, begun.id)
        different = {name for name in other if one.get(name) != other[name]}
        # one id may be in the other's shard
        assert different - {"shard"} == {"id", "createdBy", "createdAt", "updatedAt"}
        assert one["shard"] == shard_of(by_guest.id)
        guests = [stored_guest(quiet_db, venue.project, each) for each in ("g", "o")]
        assert guests[0]["activeSessions"] == {
            venue.main: {"sessionId": by_guest.id, "mainSessionId": None}
        }
        assert [guest["rates"]["sessions"]["count"] for guest in guests] == [1, 1]
        assert_valid(quiet_db, venue)

    def test_lists_that_were_written_as_null_are_lists(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue, answers=None, capturedMedia=None, outputs=None)
        adopt(session)
        stored = stored_session(quiet_db, venue.project, session.id)
        assert (stored["answers"], stored["capturedMedia"], stored["outputs"]) == ([], [], {})

    def test_so_are_those_that_were_written_as_the_other_empty_thing(
        self, quiet_db: Client
    ) -> None:
        """The rules refuse it now; what lies there must not stay unreadable for good."""
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue, answers={}, capturedMedia={}, outputs=[])
        assert adopt(session).phase == "main"
        stored = stored_session(quiet_db, venue.project, session.id)
        assert (stored["answers"], stored["capturedMedia"], stored["outputs"]) == ([], [], {})

    def test_it_began_when_it_arrived_whatever_the_guests_clock_says(
        self, quiet_db: Client
    ) -> None:
        venue, before = a_venue(quiet_db), clock.now_ms()
        slow = before - 4 * 60_000
        session = adopt(written(quiet_db, venue, createdAt=slow, updatedAt=slow))
        assert before <= session.created_at <= session.updated_at <= clock.now_ms()

    def test_its_pregate_is_linked(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db, pregate=True)
        gate = a_session(
            quiet_db,
            venue.project,
            "g",
            venue.pregate,
            workspaceId=venue.workspace,
            phase="pregate",
            status="completed",
            completedAt=clock.now_ms(),
        )
        a_guest(quiet_db, venue.project, "g", completed={venue.pregate: gate})
        slow = clock.now_ms() - 4 * 60_000
        session = written(quiet_db, venue, createdAt=slow)
        assert adopt_and_link(session)
        assert stored_session(quiet_db, venue.project, gate)["mainSessionId"] == session.id
        assert_valid(quiet_db, venue)

    @pytest.mark.parametrize("experience", ["pregate", "main"])
    def test_its_phase_is_where_the_project_has_it(self, quiet_db: Client, experience: str) -> None:
        venue = a_venue(quiet_db, pregate=experience == "pregate")
        session = written(quiet_db, venue, experienceId=getattr(venue, experience))
        assert adopt(session).phase == experience


Prepare = Callable[[Client], Session]


def taken_back(db: Client) -> Session:
    session = written(db, venue := a_venue(db))
    db.document("projects", venue.project).update({"status": "draft"})
    return session


def elsewhere(db: Client) -> Session:
    return written(db, a_venue(db), experienceId=a_venue(db).main)


def drafted(db: Client) -> Session:
    """The project's draft has it, and what is published does not."""
    other = a_venue(db).main
    venue = a_venue(db, draft=a_config([other]))
    return written(db, venue, experienceId=other)


def disabled(db: Client) -> Session:
    venue = a_venue(db)
    config = a_config([venue.main], disabled=[venue.main])
    db.document("projects", venue.project).update({"publishedConfig": config})
    return written(db, venue)


def edited(**fields: Any) -> Prepare:
    def prepare(db: Client) -> Session:
        venue = a_venue(db)
        edit(db, venue.workspace, venue.main, **fields)
        return written(db, venue)

    return prepare


def before_the_pregate(db: Client) -> Session:
    return written(db, a_venue(db, pregate=True))


def preshare(db: Client) -> Session:
    venue = a_venue(db, preshare=True)
    return written(db, venue, experienceId=venue.preshare)


def without_consent(db: Client) -> Session:
    return written(db, a_venue(db, consent=CONSENT))


def of_nobody(db: Client) -> Session:
    return alone(db, a_venue(db), "stranger")


def beside_another(db: Client) -> Session:
    venue = a_venue(db)
    a_guest(db, venue.project, "g")
    begin(venue)
    return written(db, venue)


def too_often(db: Client) -> Session:
    venue, now = a_venue(db), clock.now_ms()
    a_guest(db, venue.project, "g")
    limit = config.SESSIONS_PER_GUEST_AND_HOUR.value
    used_up = {"rates": {"sessions": {"since": now, "count": limit}}}
    db.document("projects", venue.project, "guests", "g").update(used_up)
    return written(db, venue)


def named(**fields: Any) -> Prepare:
    """Names that are Firestore's own, and that no request may have."""
    return lambda db: written(db, a_venue(db), **fields)


REFUSED: list[tuple[Prepare, str]] = [
    (taken_back, "project_not_live"),
    (elsewhere, "experience_unavailable"),
    (drafted, "experience_unavailable"),
    (disabled, "experience_unavailable"),
    (edited(status="deleted"), "experience_unavailable"),
    (edited(published=None, publishedVersion=None), "experience_unavailable"),
    (before_the_pregate, "pregate_required"),
    (preshare, "invalid_request"),
    (without_consent, "consent_required"),
    (of_nobody, "guest_required"),
    (beside_another, "session_active"),
    (too_often, "rate_limited"),
    (named(experienceId="__own__"), "invalid_request"),
    (named(eventId="__own__"), "invalid_request"),
    (named(pregateSessionId="__own__"), "invalid_request"),
]


@pytest.mark.parametrize(("prepare", "reason"), REFUSED)
class TestRefused:
    def test_it_ends_in_an_error_that_its_page_can_show(
        self, quiet_db: Client, prepare: Prepare, reason: str
    ) -> None:
        session = prepare(quiet_db)
        guests = quiet_db.collection("projects", session.project_id, "guests")
        before = [guest.to_dict() for guest in guests.stream()]
        assert adopt_and_link(session)
        stored = stored_session(quiet_db, session.project_id, session.id)
        assert (stored["status"], stored["error"]["code"]) == ("error", reason)
        assert stored["error"]["message"]
        assert (stored["phase"], stored["experienceVersion"]) == (None, None)
        assert [guest.to_dict() for guest in guests.stream()] == before
        project = quiet_db.document("projects", session.project_id).get().to_dict() or {}
        a_member(quiet_db, project["workspaceId"], "owner")
        assert not check(quiet_db, project_id=session.project_id).violations

    def test_it_stays_refused(self, quiet_db: Client, prepare: Prepare, reason: str) -> None:
        session = prepare(quiet_db)
        adopt(session)
        stored = stored_session(quiet_db, session.project_id, session.id)
        adopt_and_link(session)
        assert sweep.sweep_sessions()["adopted"] == 0
        assert stored_session(quiet_db, session.project_id, session.id) == stored
        shown = read.get_session(str(session.created_by), GetSession(**ids(session)))
        assert (shown.session.dump()["error"]["code"], shown.steps) == (reason, [])


class TestName:
    def test_one_that_lies_where_a_request_would_put_its_own_refuses_the_request(
        self, quiet_db: Client
    ) -> None:
        venue = a_venue(quiet_db)
        uid = a_guest(quiet_db, venue.project)
        own = derived_id("session", uid, venue.project, "once")
        squatter = written(quiet_db, venue, "other", id=own)
        request = {"projectId": venue.project, "experienceId": venue.main, "requestId": "once"}
        request |= {"mode": "guest", "configSource": "published"}
        with pytest.raises(AlreadyExists) as refused:
            create_session(uid, CreateSession.model_validate(request))
        assert refused.value.reason == "request_id_reused"
        assert stored_session(quiet_db, venue.project, own)["createdBy"] == squatter.created_by


class TestAgain:
    def test_many_at_once_are_one(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue)
        adopted = at_once(6, lambda _: adopt(session))
        assert len({each.updated_at for each in adopted}) == 1
        stored = stored_session(quiet_db, venue.project, session.id)
        assert stored_guest(quiet_db, venue.project, "g")["rates"]["sessions"]["count"] == 1
        adopt_and_link(session)
        assert stored_session(quiet_db, venue.project, session.id) == stored

    def test_of_several_of_one_experience_one_is_taken_in(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        sessions = [written(quiet_db, venue) for _ in range(4)]
        adopted = at_once(4, lambda n: adopt(sessions[n]))
        assert sorted(each.status for each in adopted) == ["active", "error", "error", "error"]
        assert_valid(quiet_db, venue)

    def test_what_its_guest_did_meanwhile_stays(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue)
        reference = session_ref(quiet_db, venue.project, session.id)

        def step(number: int) -> Any:
            return adopt(session) if number else reference.update({"currentStepIndex": 1})

        at_once(2, step)
        stored = stored_session(quiet_db, venue.project, session.id)
        assert (stored["currentStepIndex"], stored["phase"]) == (1, "main")

    def test_what_ended_before_its_event_came_is_left_alone(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue)
        complete_session("g", CompleteSession(**ids(session)))
        stored = stored_session(quiet_db, venue.project, session.id)
        adopt_and_link(session)
        assert stored_session(quiet_db, venue.project, session.id) == stored
        assert_valid(quiet_db, venue)


class TestSweep:
    def test_it_finds_what_no_event_told(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        lost = [written(quiet_db, venue, uid) for uid in ("g", "h")]
        begun = begin(venue, a_guest(quiet_db, venue.project))
        before = stored_session(quiet_db, venue.project, begun.id)
        assert sweep.sweep_sessions()["adopted"] == 2
        phases = [stored_session(quiet_db, venue.project, each.id)["phase"] for each in lost]
        assert phases == ["main", "main"]
        assert stored_session(quiet_db, venue.project, begun.id) == before
        assert sweep.sweep_sessions()["adopted"] == 0
        assert_valid(quiet_db, venue)

    def test_one_that_cannot_be_looked_at_does_not_stop_the_others(self, quiet_db: Client) -> None:
        broken, venue = a_venue(quiet_db), a_venue(quiet_db)
        written(quiet_db, broken)
        quiet_db.document("projects", broken.project).update({"createdAt": "yesterday"})
        session = written(quiet_db, venue)
        assert sweep.sweep_sessions()["adopted"] == 1
        assert stored_session(quiet_db, venue.project, session.id)["phase"] == "main"


def get(session: Session) -> Session:
    return read.get_session("g", GetSession(**ids(session))).session


def move_on(session: Session) -> Session:
    request = UpdateSessionProgress(**ids(session), inputs={"name": "Ada"}, current_step_index=1)
    return update.update_session_progress("g", request)


def complete(session: Session) -> Session:
    return complete_session("g", CompleteSession(**ids(session))).session


def abandon(session: Session) -> Session:
    return end.abandon_session("g", AbandonSession(**ids(session)))


def fail(session: Session) -> Session:
    return end.fail_session("g", FailSession(**ids(session), code="CAMERA", message="none"))


def journey(session: Session) -> Session:
    request = GetJourneySessions(project_id=session.project_id, main_session_id=session.id)
    return read.get_journey_sessions("g", request).main


CALLS = [get, move_on, complete, abandon, fail, journey]


class TestCallsBeforeItsEvent:
    @pytest.mark.parametrize("call", CALLS)
    def test_they_find_it_taken_in(
        self, quiet_db: Client, call: Callable[[Session], Session]
    ) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue)
        shown = call(session)
        assert (shown.phase, shown.experience_version) == ("main", 1)
        stored = stored_session(quiet_db, venue.project, session.id)
        assert shown.dump() == SessionView.of(Session.load(stored)).dump()
        adopt_and_link(session)
        assert stored_session(quiet_db, venue.project, session.id) == stored
        assert_valid(quiet_db, venue)

    def test_so_does_an_upload(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db, steps=[a_step("photo", "capture")])
        session = written(quiet_db, venue)
        sent = {"step_id": "photo", "content_type": "image/jpeg", "size_bytes": 100}
        upload = create_upload("g", CreateUpload(**ids(session), **sent), None)
        assert session.id in upload.path
        assert stored_session(quiet_db, venue.project, session.id)["phase"] == "main"

    def test_operators_see_it_in_their_list_from_then_on(self, quiet_db: Client) -> None:
        venue = a_venue(quiet_db)
        session = written(quiet_db, venue)
        viewer = a_member(quiet_db, venue.workspace, "viewer")
        listed = ListSessions(project_id=venue.project)
        assert read.list_sessions(viewer, listed).items == []
        found = read.get_session(viewer, GetSession(**ids(session))).session
        assert found.phase == "main"
        assert [each.id for each in read.list_sessions(viewer, listed).items] == [session.id]

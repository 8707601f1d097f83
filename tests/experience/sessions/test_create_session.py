"""Beginning a session: who may, in which phase, pinned to what, and only once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.documents import shard_of
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import a_venue
from tests.support.builders.visits import entered, of
from tests.support.builders.workspaces import a_step, a_transform, edit, publish
from tests.support.calling import at_once, refused

SignIn = Callable[[str | None], Client]


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


SERVERS = {"requestFingerprint", "shard"}
"""Fields that only the server sees."""


class TestNewSession:
    def test_it_has_every_field_and_the_earlier_view_of_them(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, steps=[a_step("name"), a_step("photo", "capture")])

        answer = visitor.call("createSession", **of(venue, eventId="e1"))

        session = answer["session"]
        stored = stored_session(db, venue.project, session["id"])
        assert session == {
            **{name: value for name, value in stored.items() if name not in SERVERS},
            "inputs": {},
            "activeJobId": None,
            "resultAssetId": None,
        }
        assert stored == {
            "id": session["id"],
            "projectId": venue.project,
            "workspaceId": venue.workspace,
            "eventId": "e1",
            "experienceId": venue.main,
            "experienceVersion": 1,
            "mode": "guest",
            "configSource": "published",
            "phase": "main",
            "status": "active",
            "currentStepIndex": 0,
            "answers": [],
            "capturedMedia": [],
            "outputs": {},
            "resultMedia": None,
            "jobId": None,
            "jobStatus": None,
            "jobError": None,
            "error": None,
            "mainSessionId": None,
            "pregateSessionId": None,
            "createdBy": "visitor",
            "requestFingerprint": None,
            "shard": shard_of(session["id"]),
            "createdAt": stored["createdAt"],
            "updatedAt": stored["createdAt"],
            "completedAt": None,
        }

    def test_the_steps_come_in_order_and_nothing_of_the_transform(
        self, db: Database, visitor: Client
    ) -> None:
        steps = [a_step("name", required=True), a_step("photo", "capture"), a_step("end", "reward")]
        steps[0]["translations"] = {"de": {"title": "Wie heißt du?"}}
        venue = entered(db, steps=steps, transform=a_transform(model="SECRET MODEL"))

        answer = visitor.call("createSession", **of(venue))

        assert [step["id"] for step in answer["steps"]] == ["name", "photo", "end"]
        assert answer["steps"][0]["config"]["required"] is True
        assert answer["steps"][0]["translations"] == {"de": {"title": "Wie heißt du?"}}
        assert "translations" not in answer["steps"][1]
        assert set(answer) == {"session", "steps", "makesPicture"}
        assert "SECRET" not in str(answer)
        assert "transform" not in str(answer)

    @pytest.mark.parametrize(
        ("steps", "transform", "makes"),
        [
            ([a_step("photo", "capture")], a_transform(), True),
            ([a_step("photo", "capture")], a_transform(enabled=False), False),
            ([a_step("photo", "capture")], None, False),
            ([a_step("name")], a_transform(), False),
        ],
    )
    def test_only_a_photo_with_a_transform_promises_a_picture(
        self, db: Database, visitor: Client, steps: Any, transform: Any, *, makes: bool
    ) -> None:
        venue = entered(db, steps=steps, transform=transform)
        created = visitor.call("createSession", **of(venue))
        assert created["makesPicture"] is makes
        session_id = created["session"]["id"]
        again = visitor.call("getSession", projectId=venue.project, sessionId=session_id)
        assert again["makesPicture"] is makes

    def test_a_step_that_this_version_does_not_know_shows_that_it_is_there_and_no_more(
        self, db: Database, visitor: Client
    ) -> None:
        hologram = {"id": "x", "type": "hologram", "config": {"prompt": "secret"}, "title": 7}
        venue = entered(db, steps=[hologram])

        [step] = visitor.call("createSession", **of(venue))["steps"]

        assert step == {"id": "x", "type": "hologram", "title": "7"}

    def test_fields_that_a_step_should_not_have_stay_on_the_server(
        self, db: Database, visitor: Client
    ) -> None:
        info = {**a_step("hello", "info"), "prompt": "secret", "config": {"system": "secret"}}
        venue = entered(db, steps=[info])

        answer = visitor.call("createSession", **of(venue))

        assert answer["steps"][0]["type"] == "info"
        assert "secret" not in json.dumps(answer)

    def test_a_request_that_joined_an_active_session_finds_it_after_its_end(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db)
        first = visitor.call("createSession", **of(venue, requestId="tab-1"))["session"]
        joined = visitor.call("createSession", **of(venue, requestId="tab-2"))["session"]
        ids = {"projectId": venue.project, "sessionId": first["id"]}
        visitor.call("completeSession", **ids)

        again = visitor.call("createSession", **of(venue, requestId="tab-2"))["session"]

        assert first["id"] == joined["id"] == again["id"]
        other = refused(visitor, "createSession", **of(venue, requestId="tab-2", eventId="another"))
        assert (other.status, other.reason) == ("ALREADY_EXISTS", "request_id_reused")

    @pytest.mark.parametrize("phase", ["pregate", "main"])
    def test_the_phase_follows_from_the_projects_config(
        self, db: Database, visitor: Client, phase: str
    ) -> None:
        venue = a_venue(db, pregate=True)
        a_guest(db, venue.project, "visitor", completed={venue.pregate: "done"})

        answer = visitor.call("createSession", **of(venue, getattr(venue, phase)))

        assert answer["session"]["phase"] == phase

    def test_a_preshare_knows_its_main_session(self, db: Database, visitor: Client) -> None:
        venue = entered(db, preshare=True)
        main = a_session(db, venue.project, "visitor", venue.main, status="completed")

        answer = visitor.call("createSession", **of(venue, venue.preshare, mainSessionId=main))

        assert answer["session"]["phase"] == "preshare"
        assert answer["session"]["mainSessionId"] == main

    def test_a_pregate_may_know_its_main_session(self, db: Database, visitor: Client) -> None:
        venue = entered(db, pregate=True)
        main = a_session(db, venue.project, "visitor", venue.main)

        answer = visitor.call("createSession", **of(venue, venue.pregate, mainSessionId=main))

        assert answer["session"]["mainSessionId"] == main

    def test_it_is_claimed_in_the_guest(self, db: Database, visitor: Client) -> None:
        venue = entered(db)

        session = visitor.call("createSession", **of(venue))["session"]

        assert stored_guest(db, venue.project, "visitor")["activeSessions"] == {
            venue.main: {"sessionId": session["id"], "mainSessionId": None}
        }

    def test_it_keeps_its_version_when_another_one_is_published(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db, steps=[a_step("old")])
        first = visitor.call("createSession", **of(venue))
        edit(db, venue.workspace, venue.main, draft={"steps": [a_step("new")]})
        publish(db, venue.workspace, venue.main, 2)

        again = visitor.call("createSession", **of(venue))
        read = visitor.call("getSession", projectId=venue.project, sessionId=first["session"]["id"])
        a_guest(db, venue.project, "visitor")  # who has no active session any more
        anew = visitor.call("createSession", **of(venue))

        assert first == again == read
        assert [step["id"] for step in read["steps"]] == ["old"]
        assert anew["session"]["experienceVersion"] == 2
        assert [step["id"] for step in anew["steps"]] == ["new"]


class TestLinks:
    def bad_field(self, visitor: Client, request: dict[str, Any]) -> str:
        error = refused(visitor, "createSession", **request)
        assert (error.status, error.reason) == ("INVALID_ARGUMENT", "invalid_request")
        [issue] = error.details["issues"]
        return str(issue["path"])

    def test_main_has_no_main_session(self, db: Database, visitor: Client) -> None:
        venue = entered(db)

        assert self.bad_field(visitor, of(venue, mainSessionId="s")) == "mainSessionId"

    def test_a_preshare_needs_one(self, db: Database, visitor: Client) -> None:
        venue = entered(db, preshare=True)

        assert self.bad_field(visitor, of(venue, venue.preshare)) == "mainSessionId"

    @pytest.mark.parametrize("phase", ["pregate", "preshare"])
    def test_only_main_names_its_pregate(self, db: Database, visitor: Client, phase: str) -> None:
        venue = entered(db, pregate=True, preshare=True)
        links = {"pregateSessionId": "s"} | ({"mainSessionId": "m"} if phase == "preshare" else {})

        request = of(venue, getattr(venue, phase), **links)

        assert self.bad_field(visitor, request) == "pregateSessionId"

    @pytest.mark.parametrize("phase", ["pregate", "preshare"])
    @pytest.mark.parametrize(
        "other",
        [
            {"createdBy": "another guest"},
            {"phase": "pregate"},
            {"phase": "preshare"},
            {"mode": "preview"},
            None,
        ],
        ids=["another guest's", "a pregate", "a preshare", "a preview", "missing"],
    )
    def test_what_is_no_main_session_of_the_caller_is_not_found(
        self, db: Database, visitor: Client, phase: str, other: dict[str, str] | None
    ) -> None:
        venue = entered(db, pregate=True, preshare=True)
        main = "missing"
        if other:
            fields = {"uid": "visitor", "experience": venue.main}
            main = a_session(db, venue.project, **fields, **other)

        error = refused(
            visitor, "createSession", **of(venue, getattr(venue, phase), mainSessionId=main)
        )

        assert (error.status, error.reason) == ("NOT_FOUND", "main_session_not_found")

    def test_a_main_session_of_another_project_is_not_found(
        self, db: Database, visitor: Client
    ) -> None:
        venue, elsewhere = entered(db, preshare=True), entered(db)
        main = a_session(db, elsewhere.project, "visitor", elsewhere.main)

        error = refused(visitor, "createSession", **of(venue, venue.preshare, mainSessionId=main))

        assert error.reason == "main_session_not_found"


class TestOneActiveSession:
    def test_asking_again_returns_it_and_writes_nothing(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db)
        first = visitor.call("createSession", **of(venue))
        guest = db.document("projects", venue.project, "guests", "visitor")
        before = guest.get().update_time

        assert visitor.call("createSession", **of(venue)) == first
        assert guest.get().update_time == before

    @pytest.mark.parametrize("status", ["completed", "abandoned", "error"])
    def test_after_it_ended_another_one_begins(
        self, db: Database, visitor: Client, status: str
    ) -> None:
        venue = entered(db)
        first = visitor.call("createSession", **of(venue))["session"]
        session_ref(db, venue.project, first["id"]).update({"status": status})

        second = visitor.call("createSession", **of(venue))["session"]

        assert second["id"] != first["id"]
        assert second["status"] == "active"

    def test_each_main_session_has_its_own_preshare(self, db: Database, visitor: Client) -> None:
        venue = entered(db, preshare=True)
        mains = [a_session(db, venue.project, "visitor", venue.main) for _ in range(2)]

        first, second, first_again, second_again = (
            visitor.call("createSession", **of(venue, venue.preshare, mainSessionId=main))
            for main in [*mains, *mains]
        )

        assert first["session"]["id"] != second["session"]["id"]
        assert (first_again, second_again) == (first, second)

    def test_twenty_calls_at_once_share_one(self, db: Database, visitor: Client) -> None:
        venue = entered(db)

        answers = at_once(20, lambda _: visitor.call("createSession", **of(venue)))

        assert len({answer["session"]["id"] for answer in answers}) == 1
        sessions = db.collection("projects", venue.project, "sessions").list_documents()
        assert len(list(sessions)) == 1


class TestRequestId:
    def test_a_repeat_finds_the_session_even_after_it_ended(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db)
        first = visitor.call("createSession", **of(venue, requestId="r1"))["session"]
        session_ref(db, venue.project, first["id"]).update({"status": "completed"})

        again = visitor.call("createSession", **of(venue, requestId="r1"))["session"]
        other = visitor.call("createSession", **of(venue, requestId="r2"))["session"]

        assert again == {**first, "status": "completed"}
        assert other["id"] != first["id"]

    def test_another_request_under_the_same_id_is_refused(
        self, db: Database, visitor: Client
    ) -> None:
        venue = entered(db)
        visitor.call("createSession", **of(venue, requestId="r1"))

        error = refused(visitor, "createSession", **of(venue, requestId="r1", eventId="other"))

        assert (error.status, error.reason) == ("ALREADY_EXISTS", "request_id_reused")

    def test_another_guest_may_use_the_same_id(
        self, db: Database, signed_in: SignIn, visitor: Client
    ) -> None:
        venue = entered(db)
        a_guest(db, venue.project, "another")

        mine = visitor.call("createSession", **of(venue, requestId="r1"))["session"]
        theirs = signed_in("another").call("createSession", **of(venue, requestId="r1"))["session"]

        assert mine["id"] != theirs["id"]

    def test_a_session_made_under_one_is_not_found_by_its_fingerprint(
        self, db: Database, visitor: Client
    ) -> None:
        answer = visitor.call("createSession", **of(entered(db), requestId="r1"))

        assert "requestFingerprint" not in answer["session"]

    @pytest.mark.parametrize("request_id", ["", "a" * 65, "a b", "ä"])
    def test_it_has_a_form(self, db: Database, visitor: Client, request_id: str) -> None:
        error = refused(visitor, "createSession", **of(a_venue(db), requestId=request_id))

        assert error.details["issues"][0]["path"] == "requestId"

"""Beginning a session: who may, and what can be played."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import CONSENT, a_config, a_project
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.visits import PREVIEW, entered, of
from tests.support.builders.workspaces import a_member, a_step, a_workspace, an_experience, edit
from tests.support.calling import refused

SignIn = Callable[[str | None], Client]


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


class TestWhoMayBegin:
    def test_who_is_no_guest_becomes_one_first(self, db: Database, visitor: Client) -> None:
        error = refused(visitor, "createSession", **of(a_venue(db)))

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "guest_required")

    @pytest.mark.parametrize("accepted", [None, "2025-1"])
    def test_the_present_consent_is_needed(
        self, db: Database, visitor: Client, accepted: str | None
    ) -> None:
        venue = a_venue(db, consent=CONSENT)
        a_guest(db, venue.project, "visitor", consent=accepted)

        error = refused(visitor, "createSession", **of(venue))

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "consent_required")
        assert error.details["version"] == CONSENT["version"]

    def test_with_the_present_consent_it_begins(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, consent=CONSENT)
        a_guest(db, venue.project, "visitor", consent=CONSENT["version"])

        assert visitor.call("createSession", **of(venue))["session"]["status"] == "active"

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_a_project_that_is_not_live_plays_nothing_for_guests(
        self, db: Database, visitor: Client, status: str
    ) -> None:
        error = refused(visitor, "createSession", **of(entered(db, status=status)))

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "project_not_live")
        assert error.details["status"] == status

    def test_a_deleted_project_is_not_found(self, db: Database, visitor: Client) -> None:
        error = refused(visitor, "createSession", **of(entered(db, status="deleted")))

        assert (error.status, error.reason) == ("NOT_FOUND", "project_not_found")

    @pytest.mark.parametrize("source", [PREVIEW, {"mode": "preview"}, {"configSource": "draft"}])
    def test_a_guest_may_neither_preview_nor_play_a_draft(
        self, db: Database, visitor: Client, source: dict[str, str]
    ) -> None:
        error = refused(visitor, "createSession", **of(entered(db), **source))

        assert (error.status, error.reason) == ("PERMISSION_DENIED", "role_required")
        assert error.details["required"] == "editor"

    @pytest.mark.parametrize("role", ["viewer", "stranger"])
    def test_preview_takes_an_editor_of_this_workspace(
        self, db: Database, signed_in: SignIn, role: str
    ) -> None:
        venue = a_venue(db)
        uid = (
            a_member(db, a_workspace(db), "owner")
            if role == "stranger"
            else a_member(db, venue.workspace, role)
        )
        a_guest(db, venue.project, uid)

        error = refused(signed_in(uid), "createSession", **of(venue, **PREVIEW))

        assert (error.status, error.reason) == ("PERMISSION_DENIED", "role_required")


class TestPreview:
    @pytest.fixture
    def editor(self, db: Database, signed_in: SignIn) -> Callable[[Venue], Client]:
        def enter(venue: Venue) -> Client:
            uid = a_member(db, venue.workspace, "editor")
            a_guest(db, venue.project, uid)
            return signed_in(uid)

        return enter

    @pytest.mark.parametrize("status", ["draft", "live"])
    def test_an_editor_plays_the_draft_of_any_open_project(
        self, db: Database, editor: Callable[[Venue], Client], status: str
    ) -> None:
        venue = a_venue(db, status=status, published=False)

        answer = editor(venue).call("createSession", **of(venue, **PREVIEW))

        assert (answer["session"]["mode"], answer["session"]["configSource"]) == (
            "preview",
            "draft",
        )

    def test_it_shows_the_draft_as_it_is_now(
        self, db: Database, editor: Callable[[Venue], Client]
    ) -> None:
        venue = a_venue(db, steps=[a_step("old")])
        client = editor(venue)
        session = client.call("createSession", **of(venue, **PREVIEW))["session"]
        edit(db, venue.workspace, venue.main, draft={"steps": [a_step("new")]})
        ids = {"projectId": venue.project, "sessionId": session["id"]}

        read = client.call("getSession", **ids)
        kept = client.call("updateSessionProgress", **ids, inputs={"new": "x"})

        assert [step["id"] for step in read["steps"]] == ["new"]
        assert kept["inputs"] == {"new": "x"}

    def test_an_unpublished_experience_plays_as_draft_only(
        self, db: Database, editor: Callable[[Venue], Client]
    ) -> None:
        workspace = a_workspace(db)
        main = an_experience(db, workspace, published=False)
        venue = Venue(workspace, a_project(db, workspace, [main]), main)
        client = editor(venue)

        answer = client.call("createSession", **of(venue, **PREVIEW))
        error = refused(client, "createSession", **of(venue, mode="preview"))

        assert answer["session"]["experienceVersion"] == 1
        assert error.details["state"] == "unpublished"

    def test_the_place_in_the_draft_decides_on_the_phase(
        self, db: Database, editor: Callable[[Venue], Client]
    ) -> None:
        venue = a_venue(db)
        draft = a_config(main=[], pregate=venue.main)
        db.document("projects", venue.project).update({"draftConfig": draft})

        answer = editor(venue).call("createSession", **of(venue, **PREVIEW))

        assert answer["session"]["phase"] == "pregate"

    def test_what_guests_cannot_reach_yet_can_be_tried_out(
        self, db: Database, editor: Callable[[Venue], Client]
    ) -> None:
        venue = a_venue(db, pregate=True)
        draft = a_config(main=[venue.main], pregate=venue.pregate, disabled=[venue.main])
        db.document("projects", venue.project).update({"draftConfig": draft})

        answer = editor(venue).call("createSession", **of(venue, **PREVIEW))

        assert answer["session"]["phase"] == "main"

    def test_it_does_not_take_the_place_of_the_same_persons_visit(
        self, db: Database, editor: Callable[[Venue], Client]
    ) -> None:
        venue = a_venue(db)
        client = editor(venue)

        preview = client.call("createSession", **of(venue, **PREVIEW))["session"]
        visit = client.call("createSession", **of(venue))["session"]

        assert preview["id"] != visit["id"]
        assert visit["mode"] == "guest"


class TestUnavailableExperience:
    def refusal(self, visitor: Client, venue: Venue, experience: str | None = None) -> str:
        error = refused(visitor, "createSession", **of(venue, experience))
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experience_unavailable")
        return str(error.details["state"])

    def test_it_is_disabled(self, db: Database, visitor: Client) -> None:
        venue = entered(db)
        config = a_config([venue.main], disabled=[venue.main])
        db.document("projects", venue.project).update({"publishedConfig": config})

        assert self.refusal(visitor, venue) == "disabled"

    def test_it_belongs_to_no_place_of_the_project(self, db: Database, visitor: Client) -> None:
        venue = entered(db)

        assert self.refusal(visitor, venue, an_experience(db, venue.workspace)) == "disabled"

    def test_it_was_never_published(self, db: Database, visitor: Client) -> None:
        venue = entered(db)
        edit(db, venue.workspace, venue.main, published=None, publishedVersion=None)

        assert self.refusal(visitor, venue) == "unpublished"

    def test_it_was_deleted(self, db: Database, visitor: Client) -> None:
        venue = entered(db)
        edit(db, venue.workspace, venue.main, status="deleted")

        assert self.refusal(visitor, venue) == "deleted"

    def test_it_is_missing(self, db: Database, visitor: Client) -> None:
        workspace = a_workspace(db)
        venue = Venue(workspace, a_project(db, workspace, ["missing"]), "missing")
        a_guest(db, venue.project, "visitor")

        assert self.refusal(visitor, venue) == "missing"

    def test_it_belongs_to_another_workspace(self, db: Database, visitor: Client) -> None:
        foreign = an_experience(db, a_workspace(db))
        workspace = a_workspace(db)
        venue = Venue(workspace, a_project(db, workspace, [foreign]), foreign)
        a_guest(db, venue.project, "visitor")

        assert self.refusal(visitor, venue) == "missing"


class TestPregateRequired:
    def test_main_waits_for_the_pregate(self, db: Database, visitor: Client) -> None:
        venue = entered(db, pregate=True)

        error = refused(visitor, "createSession", **of(venue))

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "pregate_required")
        assert error.details["experienceId"] == venue.pregate

    @pytest.mark.parametrize("fields", [{"status": "deleted"}, {"published": {"steps": []}}])
    def test_main_does_not_wait_for_one_that_nobody_can_play(
        self, db: Database, visitor: Client, fields: dict[str, Any]
    ) -> None:
        venue = entered(db, pregate=True)
        edit(db, venue.workspace, venue.pregate, **fields)

        assert visitor.call("createSession", **of(venue))["session"]["phase"] == "main"

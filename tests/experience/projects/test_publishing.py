"""Drafts become what guests get: versions of experiences, and projects that go live."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.projects import a_config, a_project, stored_project
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import (
    a_member,
    a_step,
    a_workspace,
    an_experience,
    stored_experience,
    versions_of,
)
from tests.support.calling import at_once, refused

SignIn = Callable[[str | None], Client]
Draft = dict[str, Any]

STEPS = [a_step("name"), a_step("photo", "capture")]


class TestWorkspaceOfAProject:
    def test_may_be_named_as_when_it_is_saved(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db)
        editor = signed_in(a_member(db, venue.workspace, "editor"))
        about = {"projectId": venue.project, "expectedVersion": 1}

        named = editor.call("publishProject", workspaceId=venue.workspace, **about)
        error = refused(editor, "publishProject", workspaceId=a_workspace(db), **about)

        assert named["id"] == venue.project
        assert error.reason == "project_not_found"


class TestPublishExperience:
    def test_the_draft_becomes_the_next_version_which_never_changes(
        self, db: Database, editor: Client, workspace: str, experience: str
    ) -> None:
        about = {"workspaceId": workspace, "experienceId": experience}

        first = editor.call("publishExperience", **about, expectedVersion=1)
        editor.call("saveExperience", **about, expectedVersion=1, draft={"steps": STEPS})
        kept = stored_experience(db, workspace, experience)
        second = editor.call("publishExperience", **about, expectedVersion=2)

        assert (first["publishedVersion"], second["publishedVersion"]) == (1, 2)
        assert kept["published"] == first["published"] == first["draft"]
        assert second["published"] == second["draft"] != first["draft"]
        versions = versions_of(db, workspace, experience)
        assert versions == {
            "1": {"version": 1, "publishedAt": first["publishedAt"], **first["draft"]},
            "2": {"version": 2, "publishedAt": second["publishedAt"], **second["draft"]},
        }

    def test_publishing_the_same_draft_again_makes_no_new_version(
        self, db: Database, editor: Client, workspace: str, experience: str
    ) -> None:
        about = {"workspaceId": workspace, "experienceId": experience, "expectedVersion": 1}

        first = editor.call("publishExperience", **about)
        again = at_once(4, lambda _: editor.call("publishExperience", **about))

        assert all(each == first for each in again)
        assert list(versions_of(db, workspace, experience)) == ["1"]

    def test_five_at_once_make_one_version(
        self, db: Database, editor: Client, workspace: str, experience: str
    ) -> None:
        about = {"workspaceId": workspace, "experienceId": experience, "expectedVersion": 1}

        made = at_once(5, lambda _: editor.call("publishExperience", **about))

        assert all(each == made[0] for each in made)
        assert list(versions_of(db, workspace, experience)) == ["1"]

    def test_a_draft_that_somebody_changed_is_not_published_unseen(
        self, db: Database, editor: Client, workspace: str, experience: str
    ) -> None:
        about = {"workspaceId": workspace, "experienceId": experience, "expectedVersion": 1}
        editor.call("saveExperience", **about, draft={"steps": STEPS})

        error = refused(editor, "publishExperience", **about)

        assert (error.status, error.reason) == ("ABORTED", "version_conflict")
        assert error.details["currentVersion"] == 2
        assert versions_of(db, workspace, experience) == {}

    def test_there_must_be_something_to_publish(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        empty = an_experience(db, workspace, [], published=False)
        about = {"workspaceId": workspace, "expectedVersion": 1}

        error = refused(editor, "publishExperience", **about, experienceId=empty)
        missing = refused(editor, "publishExperience", **about, experienceId="missing")

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experience_empty")
        assert (missing.status, missing.reason) == ("NOT_FOUND", "experience_not_found")

    def test_a_session_keeps_the_version_that_it_began_with(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db)
        editor = signed_in(a_member(db, venue.workspace, "editor"))
        guest = signed_in(f"guest-{new_id()}")
        about = {"workspaceId": venue.workspace, "experienceId": venue.main}
        guest.call("ensureGuest", projectId=venue.project)
        play = {
            "projectId": venue.project,
            "experienceId": venue.main,
            "mode": "guest",
            "configSource": "published",
        }
        begun = guest.call("createSession", **play)
        ids = {"projectId": venue.project, "sessionId": begun["session"]["id"]}

        editor.call("saveExperience", **about, expectedVersion=1, draft={"steps": STEPS})
        drafted = guest.call("getSession", **ids)
        editor.call("publishExperience", **about, expectedVersion=2)
        published = guest.call("getSession", **ids)
        guest.call("abandonSession", **ids)
        following = guest.call("createSession", **play)

        assert begun["steps"] == drafted["steps"] == published["steps"]
        assert [step["id"] for step in begun["steps"]] == ["name"]
        assert published["session"]["experienceVersion"] == 1
        assert following["session"]["experienceVersion"] == 2
        assert [step["id"] for step in following["steps"]] == ["name", "photo"]


class TestUnreadableExperience:
    @pytest.fixture
    def venue(self, db: Database) -> Venue:
        """A venue whose project also lists an experience with a name that is a number."""
        venue = a_venue(db)
        broken = an_experience(db, venue.workspace, name=7)
        config = a_config([venue.main, broken])
        project = db.document("projects", venue.project)
        project.update({"draftConfig": config, "publishedConfig": config})
        return Venue(venue.workspace, venue.project, venue.main, pregate=broken)

    def test_the_project_goes_on_without_it_and_an_operator_finds_it_in_the_log(
        self, suite: Suite, signed_in: SignIn, venue: Venue
    ) -> None:
        page = signed_in("visitor").call("getProject", projectId=venue.project)

        assert [each["experienceId"] for each in page["experiences"]["main"]] == [venue.main]
        assert suite.functions_log is not None
        lines = suite.functions_log.read_text().splitlines()
        [logged] = [
            line for line in lines if "unreadable document" in line and venue.pregate in line
        ]
        assert json.loads(logged)["severity"] == "ERROR"

    def test_the_list_goes_on_without_it(
        self, db: Database, signed_in: SignIn, venue: Venue
    ) -> None:
        viewer = signed_in(a_member(db, venue.workspace, "viewer"))

        page = viewer.call("listExperiences", workspaceId=venue.workspace)

        assert [each["id"] for each in page["items"]] == [venue.main]

    def test_it_cannot_be_played_or_published(
        self, db: Database, signed_in: SignIn, venue: Venue
    ) -> None:
        editor = signed_in(a_member(db, venue.workspace, "editor"))

        error = refused(editor, "publishProject", projectId=venue.project, expectedVersion=1)

        assert error.reason == "experiences_unavailable"
        assert error.details["experiences"] == [venue.pregate]


class TestPublishProject:
    def test_makes_a_draft_live(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db, status="draft", published=False)
        editor = signed_in(a_member(db, venue.workspace, "editor"))
        about = {"projectId": venue.project, "expectedVersion": 1}

        live = editor.call("publishProject", **about)
        again = editor.call("publishProject", **about)

        assert (live["status"], live["publishedConfig"]) == ("live", live["draftConfig"])
        assert again == live
        page = signed_in("visitor").call("getProject", projectId=venue.project)
        assert page["experiences"]["main"][0]["experienceId"] == venue.main

    def test_an_archived_project_stays_archived(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db, status="archived", draft=a_config())
        editor = signed_in(a_member(db, venue.workspace, "editor"))

        published = editor.call("publishProject", projectId=venue.project, expectedVersion=1)

        assert published["status"] == "archived"
        assert published["publishedConfig"]["experiences"]["main"] == []

    def test_a_deleted_project_is_not_published(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db, status="deleted")
        editor = signed_in(a_member(db, venue.workspace, "editor"))

        error = refused(editor, "publishProject", projectId=venue.project, expectedVersion=1)

        assert (error.status, error.reason) == ("NOT_FOUND", "project_not_found")

    def test_names_every_experience_that_no_guest_could_play(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        good = an_experience(db, workspace)
        foreign = an_experience(db, a_workspace(db))
        unpublished = an_experience(db, workspace, published=False)
        deleted = an_experience(db, workspace, status="deleted")
        off = an_experience(db, workspace, published=False)
        mains = [good, foreign, unpublished, off]
        project = a_project(
            db, workspace, mains, "missing", deleted, disabled=[off], status="draft"
        )

        error = refused(editor, "publishProject", projectId=project, expectedVersion=1)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experiences_unavailable")
        assert error.details["experiences"] == [foreign, unpublished, "missing", deleted]
        assert stored_project(db, project)["status"] == "draft"

    def test_a_draft_that_somebody_changed_is_not_published_unseen(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        project = a_project(db, workspace, status="draft", published=False)
        about = {"projectId": project, "expectedVersion": 1}
        editor.call("saveProject", **about, workspaceId=workspace, name="Renamed")

        error = refused(editor, "publishProject", **about)

        assert (error.status, error.reason) == ("ABORTED", "version_conflict")
        assert error.details["currentVersion"] == 2
        assert stored_project(db, project)["publishedConfig"] is None

"""What a visitor sees of a project: its page, its consent and its experiences."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from tests.experience.conftest import SignIn
from tests.support.builders.projects import CONSENT, a_project
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import (
    a_member,
    a_step,
    a_transform,
    a_workspace,
    an_experience,
    edit,
)
from tests.support.calling import refused

CLOSED = ["draft", "archived"]


class TestGetProject:
    def test_a_visitor_gets_what_the_page_needs_and_no_more(
        self, db: Database, visitor: Client
    ) -> None:
        workspace = a_workspace(db)
        main, hidden, before, after = (
            an_experience(db, workspace, name=name, transform=a_transform())
            for name in ("Booth", "Hidden", "Rules", "Feedback")
        )
        translations = {"de": {"title": "Kabine"}}
        edit(db, workspace, main, **{"published.translations": translations})
        edit(db, workspace, before, **{"draft.translations": translations})
        project = a_project(
            db,
            workspace,
            [main, hidden],
            before,
            after,
            disabled=[hidden],
            theme={"primaryColor": "#fff"},
            consent=CONSENT,
            kiosk={"pauseSeconds": 30},
            locales=["en", "de"],
            translations={"de": {"title": "Sommernacht", "consent": "Sei nett."}},
            dailyTransformLimit=3,
        )

        page = visitor.call("getProject", projectId=project)

        def named(experience: str, name: str, *, enabled: bool = True) -> dict[str, Any]:
            return {"experienceId": experience, "name": name, "enabled": enabled}

        assert page == {
            "id": project,
            "name": "Summer night",
            "theme": {"primaryColor": "#fff"},
            "consent": CONSENT,
            "kiosk": {"pauseSeconds": 30},
            "locales": ["en", "de"],
            "translations": {"de": {"title": "Sommernacht", "consent": "Sei nett."}},
            "experiences": {
                "main": [
                    named(main, "Booth") | {"translations": translations},
                    named(hidden, "Hidden", enabled=False),
                ],
                "pregate": named(before, "Rules"),
                "preshare": named(after, "Feedback"),
            },
        }

    @pytest.mark.parametrize("status", CLOSED)
    def test_a_visitor_is_told_that_the_project_is_not_open(
        self, db: Database, visitor: Client, status: str
    ) -> None:
        venue = a_venue(db, status=status)

        error = refused(visitor, "getProject", projectId=venue.project)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "project_not_live")
        assert error.details["status"] == status

    def test_a_live_project_that_was_never_published_is_not_open(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, published=False)

        error = refused(visitor, "getProject", projectId=venue.project)

        assert error.reason == "project_not_live"

    @pytest.mark.parametrize("status", CLOSED)
    @pytest.mark.parametrize("role", ["viewer", "owner"])
    def test_operators_see_it_whatever_its_status(
        self, db: Database, signed_in: SignIn, status: str, role: str
    ) -> None:
        venue = a_venue(db, status=status, published=False)
        operator = signed_in(a_member(db, venue.workspace, role))

        page = operator.call("getProject", projectId=venue.project)

        assert page["experiences"]["main"][0]["experienceId"] == venue.main

    def test_an_operator_of_another_workspace_is_a_visitor(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db, status="draft")
        other = signed_in(a_member(db, a_workspace(db), "owner"))

        assert refused(other, "getProject", projectId=venue.project).reason == "project_not_live"

    def test_a_deleted_project_exists_for_nobody(self, db: Database, signed_in: SignIn) -> None:
        venue = a_venue(db, status="deleted")
        owner = signed_in(a_member(db, venue.workspace, "owner"))

        error = refused(owner, "getProject", projectId=venue.project)
        missing = refused(owner, "getProject", projectId="nowhere")

        assert (error.status, error.reason) == ("NOT_FOUND", "project_not_found")
        assert (missing.status, missing.details) == (error.status, error.details)

    def test_what_cannot_be_played_is_not_offered(self, db: Database, visitor: Client) -> None:
        workspace = a_workspace(db)
        unpublished = an_experience(db, workspace, published=False)
        empty = an_experience(db, workspace, steps=[])
        deleted = an_experience(db, workspace, status="deleted")
        project = a_project(
            db, workspace, [unpublished, empty, deleted, "missing"], "missing", deleted
        )

        offered = visitor.call("getProject", projectId=project)["experiences"]

        assert [(each["experienceId"], each["enabled"]) for each in offered["main"]] == [
            (unpublished, False),
            (empty, False),
        ]
        assert (offered["pregate"], offered["preshare"]) == (None, None)

    def test_a_step_that_this_version_does_not_know_does_not_close_the_page(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, steps=[{"id": "x", "type": "hologram", "beam": 3}, a_step("name")])

        offered = visitor.call("getProject", projectId=venue.project)["experiences"]

        assert offered["main"][0]["enabled"] is True

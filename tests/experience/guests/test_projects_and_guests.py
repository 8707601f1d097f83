"""A visitor at the door: the project's page, and becoming its guest."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from tests.support.builders.guests import a_guest, stored_guest
from tests.support.builders.projects import CONSENT, a_config, a_project
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

SignIn = Callable[[str | None], Client]

CLOSED = ["draft", "archived"]


@pytest.fixture
def visitor(signed_in: SignIn) -> Client:
    return signed_in("visitor")


class TestGetProject:
    def test_a_visitor_gets_what_the_page_needs_and_no_more(
        self, db: Database, visitor: Client
    ) -> None:
        workspace = a_workspace(db)
        main, hidden, before, after = (
            an_experience(db, workspace, name=name, transform=a_transform())
            for name in ("Booth", "Hidden", "Rules", "Feedback")
        )
        project = a_project(
            db,
            workspace,
            [main, hidden],
            before,
            after,
            disabled=[hidden],
            theme={"primaryColor": "#fff"},
            consent=CONSENT,
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
            "experiences": {
                "main": [named(main, "Booth"), named(hidden, "Hidden", enabled=False)],
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


class TestEnsureGuest:
    def test_the_first_call_makes_the_guest_and_the_next_ones_return_it(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)

        first = visitor.call("ensureGuest", projectId=venue.project)
        again = visitor.call("ensureGuest", projectId=venue.project)

        assert first == again == stored_guest(db, venue.project, "visitor")
        assert first == {
            "id": "visitor",
            "projectId": venue.project,
            "authUid": "visitor",
            "createdAt": first["createdAt"],
            "completedExperiences": [],
            "consent": None,
            "activeSessions": {},
            "rates": {},
            "requests": {},
        }

    @pytest.mark.parametrize("sent", [None, "2025-1", ""])
    def test_without_the_present_consent_there_is_no_guest(
        self, db: Database, visitor: Client, sent: str | None
    ) -> None:
        venue = a_venue(db, consent=CONSENT)

        error = refused(visitor, "ensureGuest", projectId=venue.project, consentVersion=sent)

        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "consent_required")
        assert error.details["version"] == CONSENT["version"]
        assert not db.document("projects", venue.project, "guests", "visitor").get().exists

    def test_consent_is_kept_with_its_time_and_not_asked_again(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, consent=CONSENT)

        first = visitor.call(
            "ensureGuest", projectId=venue.project, consentVersion=CONSENT["version"]
        )
        again = visitor.call("ensureGuest", projectId=venue.project)

        assert first["consent"]["version"] == CONSENT["version"]
        assert first["consent"]["acceptedAt"] >= first["createdAt"]
        assert again == first

    def test_a_new_consent_asks_everybody_again(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, consent={**CONSENT, "version": "2"})
        a_guest(db, venue.project, "visitor", consent="1", completed={"e": "s"})

        error = refused(visitor, "ensureGuest", projectId=venue.project, consentVersion="1")
        guest = visitor.call("ensureGuest", projectId=venue.project, consentVersion="2")

        assert error.reason == "consent_required"
        assert guest["consent"]["version"] == "2"
        assert [each["experienceId"] for each in guest["completedExperiences"]] == ["e"]

    def test_a_consent_that_nobody_asks_for_is_not_kept(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db)

        guest = visitor.call("ensureGuest", projectId=venue.project, consentVersion="made-up")

        assert guest["consent"] is None

    @pytest.mark.parametrize("status", CLOSED)
    def test_a_visitor_cannot_enter_what_is_not_live_but_an_operator_can(
        self, db: Database, signed_in: SignIn, visitor: Client, status: str
    ) -> None:
        venue = a_venue(db, status=status)
        editor = a_member(db, venue.workspace, "editor")

        error = refused(visitor, "ensureGuest", projectId=venue.project)
        guest = signed_in(editor).call("ensureGuest", projectId=venue.project)

        assert (error.reason, error.details["status"]) == ("project_not_live", status)
        assert guest["id"] == editor

    def test_a_deleted_project_has_no_guests(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, status="deleted")

        error = refused(visitor, "ensureGuest", projectId=venue.project)

        assert error.reason == "project_not_found"

    def test_fields_that_this_version_does_not_know_stay(
        self, db: Database, visitor: Client
    ) -> None:
        venue = a_venue(db, consent=CONSENT)
        a_guest(db, venue.project, "visitor")
        reference = db.document("projects", venue.project, "guests", "visitor")
        reference.update({"nickname": "Anna"})

        visitor.call("ensureGuest", projectId=venue.project, consentVersion=CONSENT["version"])

        assert stored_guest(db, venue.project, "visitor")["nickname"] == "Anna"


class TestGetNextPhase:
    """The table of rules is in sessions/test_phases.py; here is what is looked up for it."""

    @pytest.fixture
    def next_phase(self, visitor: Client) -> Callable[..., Any]:
        def ask(**data: Any) -> Any:
            return visitor.call("getNextPhase", **data)

        return ask

    def test_whoever_is_no_guest_yet_is_welcomed(
        self, db: Database, next_phase: Callable[..., Any]
    ) -> None:
        venue = a_venue(db)

        answer = next_phase(projectId=venue.project, experienceId=venue.main)

        assert answer == {"phase": "welcome", "experienceId": None, "params": {}, "replace": False}

    def test_the_pregate_comes_before_the_chosen_experience(
        self, db: Database, next_phase: Callable[..., Any]
    ) -> None:
        venue = a_venue(db, pregate=True)
        a_guest(db, venue.project, "visitor")

        answer = next_phase(projectId=venue.project, experienceId=venue.main)

        assert answer == {
            "phase": "pregate",
            "experienceId": venue.pregate,
            "params": {"experience": venue.main},
            "replace": False,
        }

    @pytest.mark.parametrize(
        "fields",
        [{"status": "deleted"}, {"published": None}, {"published": {"steps": []}}],
        ids=["deleted", "unpublished", "without steps"],
    )
    def test_a_pregate_that_cannot_be_played_is_passed_over(
        self, db: Database, next_phase: Callable[..., Any], fields: dict[str, Any]
    ) -> None:
        venue = a_venue(db, pregate=True)
        a_guest(db, venue.project, "visitor")
        edit(db, venue.workspace, venue.pregate, **fields)

        answer = next_phase(projectId=venue.project, experienceId=venue.main)

        assert (answer["phase"], answer["params"]) == ("main", {})

    def test_a_missing_pregate_is_passed_over_and_an_operator_finds_it_in_the_log(
        self, suite: Suite, db: Database, next_phase: Callable[..., Any]
    ) -> None:
        workspace = a_workspace(db)
        main = an_experience(db, workspace)
        project = a_project(db, workspace, [main], "missing", "missing")
        a_guest(db, project, "visitor")

        assert next_phase(projectId=project, experienceId=main)["phase"] == "main"
        assert suite.functions_log is not None
        lines = suite.functions_log.read_text().splitlines()
        [warning] = [line for line in lines if "experience skipped" in line and workspace in line]
        assert json.loads(warning)["experience"] == "missing"
        assert json.loads(warning)["severity"] == "WARNING"

    def test_a_chosen_experience_of_another_workspace_leads_to_the_welcome(
        self, db: Database, next_phase: Callable[..., Any]
    ) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        foreign = an_experience(db, a_workspace(db))
        db.document("projects", venue.project).update({"publishedConfig": a_config([foreign])})

        assert next_phase(projectId=venue.project, experienceId=foreign)["phase"] == "welcome"

    def test_a_project_that_is_not_live_leads_nowhere(self, db: Database, visitor: Client) -> None:
        venue = a_venue(db, status="archived")

        error = refused(visitor, "getNextPhase", projectId=venue.project)

        assert error.reason == "project_not_live"

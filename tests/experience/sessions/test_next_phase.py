"""Where a guest is led next, by what is stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_config, a_project
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import (
    a_workspace,
    an_experience,
    edit,
)
from tests.support.calling import refused


class TestGetNextPhase:
    """The table of rules is in test_phases.py; here is what is looked up for it."""

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

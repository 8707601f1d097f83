"""Projects as editors draft them: who was first, whose id it is, and what is wrong with it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import CallError, Client
from emulator.paths import ROOT
from experience.ids import new_id
from experience.projects.models import RESERVED_IDS
from tests.support.builders.projects import a_project, stored_project
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, issue_paths, outcome, refused

SignIn = Callable[[str | None], Client]
Draft = dict[str, Any]


@pytest.fixture(scope="module")
def workspace(db: Database) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: Database, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "editor"))


LETTERS = "abcdefghijklmnopqrstu"
SIX = ("ar", "de", "es", "fr", "it", "sv")


class TestSaveProject:
    @pytest.fixture
    def save(self, editor: Client, workspace: str) -> Callable[..., Any]:
        return lambda **data: editor.call("saveProject", workspaceId=workspace, **data)

    @pytest.fixture
    def refusal(self, editor: Client, workspace: str) -> Callable[..., CallError]:
        return lambda **data: refused(editor, "saveProject", workspaceId=workspace, **data)

    def test_creates_a_draft_that_guests_see_nothing_of(
        self, db: Database, signed_in: SignIn, workspace: str, save: Callable[..., Any]
    ) -> None:
        project = f"p-{new_id()}"
        config = {
            "experiences": {"main": [{"experienceId": "booth"}]},
            "theme": {"primaryColor": "#aa00ff"},
            "consent": {"version": "1", "text": "Be nice."},
            "retentionDays": 30,
            "dailyTransformLimit": 100,
        }

        made = save(projectId=project, expectedVersion=0, name="Night", draftConfig=config)

        assert (made["status"], made["draftVersion"]) == ("draft", 1)
        assert (made["publishedConfig"], made["publishedAt"]) == (None, None)
        assert made["draftConfig"]["experiences"] == {
            "main": [{"experienceId": "booth", "enabled": True}],
            "pregate": None,
            "preshare": None,
        }
        assert made["draftConfig"]["theme"]["primaryColor"] == "#aa00ff"
        assert made["draftConfig"]["consent"]["text"] == "Be nice."
        assert stored_project(db, project) == made
        error = refused(signed_in("visitor"), "getProject", projectId=project)
        assert error.details == {"reason": "project_not_live", "status": "draft"}

    def test_what_is_left_out_stays_and_a_repeat_writes_nothing(
        self, db: Database, workspace: str, save: Callable[..., Any]
    ) -> None:
        project = a_project(db, workspace, ["booth"], status="draft", published=False)

        renamed = save(projectId=project, expectedVersion=1, name="Renamed")
        again = save(projectId=project, expectedVersion=1, name="Renamed")

        assert renamed == again
        assert (renamed["name"], renamed["draftVersion"]) == ("Renamed", 2)
        assert renamed["draftConfig"]["experiences"]["main"][0]["experienceId"] == "booth"
        assert stored_project(db, project)["updatedAt"] == renamed["updatedAt"]

    def test_a_part_of_the_draft_leaves_the_rest_at_every_depth(
        self, db: Database, workspace: str, save: Callable[..., Any]
    ) -> None:
        project = f"p-{new_id()}"
        config = {
            "experiences": {
                "main": [{"experienceId": "booth"}],
                "pregate": {"experienceId": "gate", "enabled": False},
            },
            "theme": {"primaryColor": "#aa00ff", "fontFamily": "Inter"},
            "consent": {"version": "1", "text": "Be nice.", "minimumAge": 16},
            "retentionDays": 30,
        }
        before = save(projectId=project, expectedVersion=0, name="N", draftConfig=config)
        db.document(f"projects/{project}").update({"draftConfig.later": {"thing": 1}})
        part = {
            "experiences": {"pregate": {"enabled": True}},
            "theme": {"primaryColor": "#000000"},
            "consent": {"minimumAge": None},
        }

        changed = save(projectId=project, expectedVersion=1, draftConfig=part)
        again = save(projectId=project, expectedVersion=1, draftConfig=part)

        assert changed == again == stored_project(db, project)
        draft = changed["draftConfig"]
        assert draft["experiences"] == {
            **before["draftConfig"]["experiences"],
            "pregate": {"experienceId": "gate", "enabled": True},
        }
        assert draft["theme"] == {"primaryColor": "#000000", "fontFamily": "Inter"}
        assert draft["consent"] == {"version": "1", "text": "Be nice.", "minimumAge": None}
        assert (draft["retentionDays"], draft["later"]) == (30, {"thing": 1})

    def test_what_is_null_goes_and_the_rest_must_still_be_whole(
        self, save: Callable[..., Any], refusal: Callable[..., CallError]
    ) -> None:
        project = f"p-{new_id()}"
        config = {
            "experiences": {"main": [{"experienceId": "booth"}]},
            "consent": {"version": "1", "text": "Be nice."},
            "kiosk": {},
            "retentionDays": 30,
        }
        save(projectId=project, expectedVersion=0, name="N", draftConfig=config)

        for part, path in [
            ({"consent": {"text": None}}, "draftConfig.consent.text"),
            ({"theme": {"fontFamily": "Inter"}}, "draftConfig.theme.primaryColor"),
            ({"experiences": {"preshare": {"experienceId": "booth"}}}, "draftConfig.experiences"),
        ]:
            error = refusal(projectId=project, expectedVersion=1, draftConfig=part)
            assert issue_paths(error) == [path]
        part = {"experiences": None, "consent": None, "retentionDays": None}
        draft = save(projectId=project, expectedVersion=1, draftConfig=part)["draftConfig"]

        assert draft["experiences"] == {"main": [], "pregate": None, "preshare": None}
        assert (draft["consent"], draft["retentionDays"]) == (None, None)

    def test_translations_are_merged_by_language_and_by_field(
        self, save: Callable[..., Any]
    ) -> None:
        project = f"p-{new_id()}"
        config: dict[str, Any] = {
            "locales": ["en", "de-AT", "ar"],
            "translations": {
                "de-AT": {"title": "Sommerfestl", "consent": "Bitte."},
                "ar": {"title": "حفلة الصيف"},
            },
        }
        made = save(projectId=project, expectedVersion=0, name="N", draftConfig=config)
        assert {name: made["draftConfig"][name] for name in config} == config

        part: dict[str, Any] = {"translations": {"de-AT": {"consent": None}, "ar": None}}
        part["translations"]["fr"] = {"title": "Fête"}
        draft = save(projectId=project, expectedVersion=1, draftConfig=part)["draftConfig"]
        assert draft["locales"] == config["locales"]
        assert draft["translations"] == {
            "de-AT": {"title": "Sommerfestl"},
            "fr": {"title": "Fête"},
        }

        part = {"translations": None, "locales": None}
        draft = save(projectId=project, expectedVersion=2, draftConfig=part)["draftConfig"]
        assert (draft["locales"], draft["translations"]) == ([], {})

    def test_a_live_project_goes_on_as_published_while_its_draft_changes(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db)
        editor = signed_in(a_member(db, venue.workspace, "editor"))

        editor.call(
            "saveProject",
            workspaceId=venue.workspace,
            projectId=venue.project,
            expectedVersion=1,
            draftConfig={"theme": {"primaryColor": "#000000"}},
        )

        page = signed_in("visitor").call("getProject", projectId=venue.project)
        assert (page["theme"], len(page["experiences"]["main"])) == (None, 1)

    def test_of_twenty_saves_at_once_one_wins(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        project = a_project(db, workspace, status="draft")
        about = {"workspaceId": workspace, "projectId": project, "expectedVersion": 1}

        found = at_once(
            20, lambda number: outcome(editor, "saveProject", **about, name=f"Name {number}")
        )

        won = [each for each in found if not isinstance(each, CallError)]
        lost = [each for each in found if isinstance(each, CallError)]
        assert len(won) == 1
        assert {(each.reason, each.details.get("currentVersion")) for each in lost} == {
            ("version_conflict", 2)
        }
        assert stored_project(db, project)["name"] == won[0]["name"]

    def test_an_id_of_another_workspace_is_taken_and_no_more_is_told(
        self, db: Database, refusal: Callable[..., CallError]
    ) -> None:
        other = a_venue(db)
        before = stored_project(db, other.project)

        taken = refusal(projectId=other.project, expectedVersion=0, name="Mine")
        foreign = refusal(projectId=other.project, expectedVersion=1, name="Mine")
        missing = refusal(projectId="missing", expectedVersion=1, name="Mine")

        assert (taken.status, taken.details) == ("ALREADY_EXISTS", {"reason": "project_id_taken"})
        assert (foreign.status, foreign.details) == (missing.status, missing.details)
        assert (missing.status, missing.reason) == ("NOT_FOUND", "project_not_found")
        assert other.workspace not in f"{taken.message}{foreign.message}"
        assert stored_project(db, other.project) == before

    def test_an_id_that_the_pages_addresses_reserve_is_for_no_new_project(
        self,
        db: Database,
        workspace: str,
        save: Callable[..., Any],
        refusal: Callable[..., CallError],
    ) -> None:
        for project in RESERVED_IDS:
            error = refusal(projectId=project, expectedVersion=0, name="New")
            assert (error.status, issue_paths(error)) == ("INVALID_ARGUMENT", ["projectId"])
            assert not db.document("projects", project).get().exists
            missing = refusal(projectId=project, expectedVersion=1, name="New")
            assert missing.reason == "project_not_found"
        older = db.document("projects", "e")
        older.set({**stored_project(db, a_project(db, workspace)), "id": "e"})
        assert save(projectId="e", expectedVersion=1, name="Older")["name"] == "Older"
        older.delete()

    def test_the_page_reserves_no_other_ids(self) -> None:
        """Of its files all others have a name that is no id."""
        files = re.findall(r'"/(\w+)/\*\*"', (ROOT / "firebase.json").read_text())
        routes = (ROOT / "web" / "guest" / "src" / "model" / "routes.ts").read_text()
        assert {*files, *re.findall(r'^const EVENTS = "(\w+)";$', routes, re.M)} == RESERVED_IDS

    def test_two_workspaces_that_want_one_id_at_once_do_not_share_it(
        self, db: Database, signed_in: SignIn
    ) -> None:
        project = f"p-{new_id()}"
        workspaces = [a_workspace(db) for _ in range(2)]
        editors = [signed_in(a_member(db, each, "editor")) for each in workspaces]

        found = at_once(
            2,
            lambda number: outcome(
                editors[number],
                "saveProject",
                workspaceId=workspaces[number],
                projectId=project,
                expectedVersion=0,
                name="Mine",
            ),
        )

        [won] = [each for each in found if not isinstance(each, CallError)]
        [lost] = [each for each in found if isinstance(each, CallError)]
        assert lost.reason == "project_id_taken"
        assert stored_project(db, project)["workspaceId"] == won["workspaceId"]

    def test_only_what_was_published_goes_live(
        self, db: Database, workspace: str, save: Callable[..., Any], refusal: Callable[..., Any]
    ) -> None:
        project = a_project(db, workspace, status="draft", published=False)

        new = refusal(projectId=f"p-{new_id()}", expectedVersion=0, name="N", status="live")
        error = refusal(projectId=project, expectedVersion=1, status="live")

        for each in (new, error):
            assert (each.status, each.reason) == ("FAILED_PRECONDITION", "project_not_published")

    @pytest.mark.parametrize("status", ["draft", "archived", "deleted"])
    def test_a_closed_project_can_be_opened_again(
        self, db: Database, signed_in: SignIn, workspace: str, save: Callable[..., Any], status: str
    ) -> None:
        project = a_project(db, workspace)
        visitor = signed_in("visitor")

        assert save(projectId=project, expectedVersion=1, status=status)["status"] == status
        error = refused(visitor, "getProject", projectId=project)
        expected = "project_not_found" if status == "deleted" else "project_not_live"
        assert error.reason == expected

        save(projectId=project, expectedVersion=2, status="live")
        assert visitor.call("getProject", projectId=project)["id"] == project

    @pytest.mark.parametrize(
        ("config", "path"),
        [
            ({"experiences": {"main": [{"experienceId": "a/b"}]}}, "main[0].experienceId"),
            ({"experiences": {"main": [{"experienceId": "a", "x": 1}]}}, "main[0].x"),
            ({"experiences": {"main": [{}]}}, "main[0].experienceId"),
            ({"experiences": {"pregate": {"enabled": True}}}, "pregate.experienceId"),
            ({"experiences": {"main": [{"experienceId": "a"}] * 2}}, ""),
            (
                {
                    "experiences": {
                        "main": [{"experienceId": "a"}],
                        "preshare": {"experienceId": "a", "enabled": False},
                    }
                },
                "",
            ),
            (
                {
                    "experiences": {
                        "pregate": {"experienceId": "a"},
                        "preshare": {"experienceId": "a"},
                    }
                },
                "",
            ),
        ],
    )
    def test_bad_experiences_are_named_by_their_place(
        self, refusal: Callable[..., CallError], config: Draft, path: str
    ) -> None:
        error = refusal(projectId="new", expectedVersion=0, name="N", draftConfig=config)

        venue = ".".join(filter(None, ["draftConfig.experiences", path]))
        assert issue_paths(error) == [venue]

    @pytest.mark.parametrize(
        ("config", "path"),
        [
            ({"theme": {"primaryColor": "red"}}, "theme.primaryColor"),
            ({"theme": {"primaryColor": "#ffffff", "logoUrl": "http://a"}}, "theme.logoUrl"),
            ({"consent": {"version": "", "text": "t"}}, "consent.version"),
            ({"consent": {"version": "1"}}, "consent.text"),
            ({"consent": {"version": "1", "text": "t", "minimumAge": -1}}, "consent.minimumAge"),
            ({"kiosk": {"pauseSeconds": 14}}, "kiosk.pauseSeconds"),
            ({"kiosk": {"pauseSeconds": 601}}, "kiosk.pauseSeconds"),
            ({"kiosk": {"pauseSeconds": "45"}}, "kiosk.pauseSeconds"),
            ({"kiosk": {"seconds": 45}}, "kiosk.seconds"),
            ({"locales": ["de", "DE"]}, "locales"),
            ({"locales": ["de", "de"]}, "locales"),
            ({"locales": ["<script>"]}, "locales"),
            ({"locales": ["en"] * 21}, "locales"),
            ({"locales": "de"}, "locales"),
            ({"translations": {"german": {"title": "Fest"}}}, "translations"),
            ({"translations": {"de": {"name": "Fest"}}}, "translations.de.name"),
            ({"translations": {"de": {"title": ""}}}, "translations.de.title"),
            ({"translations": {"de": {"title": "x" * 101}}}, "translations.de.title"),
            ({"translations": {"de": {"title": "   "}}}, "translations.de.title"),
            ({"translations": {"de": {"consent": {"text": "t"}}}}, "translations.de.consent"),
            ({"translations": {"de": {"consent": "x" * 20_001}}}, "translations.de.consent"),
            ({"translations": {tag: {"consent": "ä" * 20_000} for tag in SIX}}, "translations"),
            ({"translations": {f"a{each}": {} for each in LETTERS}}, "translations"),
            ({"retentionDays": 0}, "retentionDays"),
            ({"dailyTransformLimit": -1}, "dailyTransformLimit"),
            ({"limits": {}}, "limits"),
        ],
    )
    def test_a_bad_config_is_named_by_its_place(
        self, refusal: Callable[..., CallError], config: Draft, path: str
    ) -> None:
        error = refusal(projectId="new", expectedVersion=0, name="N", draftConfig=config)

        assert issue_paths(error) == [f"draftConfig.{path}"]

    @pytest.mark.parametrize("name", ["   ", "\0", "\u202e", "\u200b \ufe0f"])
    def test_a_name_that_nobody_can_see_is_refused(
        self, refusal: Callable[..., CallError], name: str
    ) -> None:
        assert issue_paths(refusal(projectId="new", expectedVersion=0, name=name)) == ["name"]

"""Experiences as editors draft them: who may, who was first, and what is wrong with it."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import CallError, Client
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.projects import stored_project
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import (
    a_member,
    a_step,
    a_transform,
    a_workspace,
    an_experience,
    edit,
    stored_experience,
    versions_of,
)
from tests.support.calling import at_once, issue_paths, outcome, refused

SignIn = Callable[[str | None], Client]
Draft = dict[str, Any]

STEPS = [a_step("name"), a_step("photo", "capture")]


class TestWhoMayAuthor:
    CALLS = ("saveExperience", "publishExperience", "saveProject", "publishProject")

    @pytest.mark.parametrize("name", CALLS)
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("nobody", "UNAUTHENTICATED"),
            ("guest", "NOT_FOUND"),
            ("another workspace's owner", "NOT_FOUND"),
            ("viewer", "PERMISSION_DENIED"),
            ("attendant", "PERMISSION_DENIED"),
            ("editor", None),
            ("admin", None),
            ("owner", None),
        ],
    )
    def test_editors_and_above(
        self, db: Database, signed_in: SignIn, name: str, who: str, status: str | None
    ) -> None:
        venue = a_venue(db, status="draft")
        foreign = a_member(db, a_workspace(db), "owner")
        strangers = {"nobody": None, "guest": "visitor", "another workspace's owner": foreign}
        uid = strangers[who] if who in strangers else a_member(db, venue.workspace, who)
        before = stored_project(db, venue.project)
        about: dict[str, Any] = (
            {"workspaceId": venue.workspace, "experienceId": venue.main}
            if "Experience" in name
            else {"projectId": venue.project}
        )
        if name == "saveProject":
            about["workspaceId"] = venue.workspace
        if name.startswith("save"):
            about["name"] = "New name"

        found = outcome(signed_in(uid), name, **about, expectedVersion=1)

        if status is None:
            assert found["id"] in (venue.main, venue.project)
            return
        assert found.status == status
        assert found.details == {
            "reason": found.reason,
            **({"required": "editor", "role": who} if status == "PERMISSION_DENIED" else {}),
        }
        assert stored_project(db, venue.project) == before
        assert stored_experience(db, venue.workspace, venue.main)["name"] == "Booth"

    def test_a_foreign_workspace_and_a_missing_one_look_the_same(
        self, db: Database, editor: Client
    ) -> None:
        other = a_workspace(db)
        experience = an_experience(db, other)

        for name in ("saveExperience", "publishExperience"):
            about = {"experienceId": experience, "expectedVersion": 1}
            foreign = refused(editor, name, workspaceId=other, **about)
            missing = refused(editor, name, workspaceId="missing", **about)

            assert (foreign.status, foreign.reason) == ("NOT_FOUND", "workspace_not_found")
            assert (foreign.details, foreign.message) == (missing.details, missing.message)


class TestSaveExperience:
    @pytest.fixture
    def save(self, editor: Client, workspace: str) -> Callable[..., Any]:
        return lambda **data: editor.call("saveExperience", workspaceId=workspace, **data)

    @pytest.fixture
    def refusal(self, editor: Client, workspace: str) -> Callable[..., CallError]:
        return lambda **data: refused(editor, "saveExperience", workspaceId=workspace, **data)

    def test_creates_a_draft_that_no_guest_gets(
        self, db: Database, workspace: str, save: Callable[..., Any]
    ) -> None:
        experience = f"e-{new_id()}"
        draft = {"steps": STEPS, "transform": a_transform(style="sketch")}

        made = save(experienceId=experience, expectedVersion=0, name="Booth", draft=draft)

        assert (made["id"], made["workspaceId"], made["name"]) == (experience, workspace, "Booth")
        assert (made["draftVersion"], made["status"]) == (1, "active")
        assert (made["published"], made["publishedVersion"]) == (None, None)
        assert [step["type"] for step in made["draft"]["steps"]] == ["short_text", "capture"]
        assert made["draft"]["transform"]["style"] == "sketch"
        assert stored_experience(db, workspace, experience) == made
        assert versions_of(db, workspace, experience) == {}

    def test_what_is_left_out_stays(
        self, db: Database, workspace: str, experience: str, save: Callable[..., Any]
    ) -> None:
        before = stored_experience(db, workspace, experience)

        renamed = save(experienceId=experience, expectedVersion=1, name="Renamed")
        changed = save(experienceId=experience, expectedVersion=2, draft={"steps": STEPS})

        assert (renamed["name"], renamed["draftVersion"]) == ("Renamed", 2)
        assert [step["id"] for step in renamed["draft"]["steps"]] == ["name"]
        assert (changed["name"], changed["draftVersion"]) == ("Renamed", 3)
        assert [step["id"] for step in changed["draft"]["steps"]] == ["name", "photo"]
        after = stored_experience(db, workspace, experience)
        assert after["createdAt"] == before["createdAt"]
        assert after["updatedAt"] >= before["updatedAt"]

    def test_a_part_of_the_draft_leaves_the_rest_at_every_depth(
        self, save: Callable[..., Any]
    ) -> None:
        experience = f"e-{new_id()}"
        draft = {"steps": STEPS[1:], "transform": a_transform(style="sketch")}
        before = save(experienceId=experience, expectedVersion=0, name="Booth", draft=draft)

        steps = save(experienceId=experience, expectedVersion=1, draft={"steps": STEPS})
        output = {"transform": {"output": {"width": 512}}}
        changed = save(experienceId=experience, expectedVersion=2, draft=output)
        without = save(experienceId=experience, expectedVersion=3, draft={"transform": None})

        transform = before["draft"]["transform"]
        assert steps["draft"]["transform"] == transform
        assert changed["draft"]["steps"] == steps["draft"]["steps"]
        resized = {**transform["output"], "width": 512}
        assert changed["draft"]["transform"] == {**transform, "output": resized}
        assert without["draft"] == {**steps["draft"], "transform": None}

    def test_fields_that_this_version_does_not_know_survive(
        self, db: Database, workspace: str, experience: str, save: Callable[..., Any]
    ) -> None:
        edit(db, workspace, experience, later={"thing": 1})

        save(experienceId=experience, expectedVersion=1, name="Renamed")

        assert stored_experience(db, workspace, experience)["later"] == {"thing": 1}

    def test_a_repeat_answers_the_same_and_writes_nothing(
        self, experience: str, save: Callable[..., Any]
    ) -> None:
        new = {"experienceId": f"e-{new_id()}", "expectedVersion": 0, "name": "Booth"}
        change = {"experienceId": experience, "expectedVersion": 1, "draft": {"steps": STEPS}}

        assert save(**new) == save(**new)
        assert save(**change) == save(**change)

    def test_the_loser_learns_the_current_version(
        self, experience: str, save: Callable[..., Any], refusal: Callable[..., CallError]
    ) -> None:
        save(experienceId=experience, expectedVersion=1, name="First")

        for version in (0, 1, 3):
            error = refusal(experienceId=experience, expectedVersion=version, name="Second")

            assert (error.status, error.reason) == ("ABORTED", "version_conflict")
            assert error.details["currentVersion"] == 2

    def test_of_twenty_saves_at_once_one_wins(
        self, db: Database, editor: Client, workspace: str, experience: str
    ) -> None:
        def save(number: int) -> Any:
            return outcome(
                editor,
                "saveExperience",
                workspaceId=workspace,
                experienceId=experience,
                expectedVersion=1,
                name=f"Name {number}",
            )

        found = at_once(20, save)

        won = [each for each in found if not isinstance(each, CallError)]
        lost = [each for each in found if isinstance(each, CallError)]
        assert len(won) == 1
        assert {(each.status, each.details.get("currentVersion")) for each in lost} == {
            ("ABORTED", 2)
        }
        assert stored_experience(db, workspace, experience)["name"] == won[0]["name"]

    def test_one_create_sent_five_times_at_once_makes_one(
        self, editor: Client, workspace: str
    ) -> None:
        about = {"workspaceId": workspace, "experienceId": f"e-{new_id()}"}

        made = at_once(
            5,
            lambda _: editor.call("saveExperience", **about, expectedVersion=0, name="Booth"),
        )

        assert all(each == made[0] for each in made)

    def test_only_version_0_creates_and_only_with_a_name(
        self, refusal: Callable[..., CallError]
    ) -> None:
        missing = refusal(experienceId="missing", expectedVersion=1, name="Booth")
        nameless = refusal(experienceId="missing", expectedVersion=0)

        assert (missing.status, missing.reason) == ("NOT_FOUND", "experience_not_found")
        assert issue_paths(nameless) == ["name"]

    def test_deleting_takes_it_from_guests_and_can_be_taken_back(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db)
        editor = signed_in(a_member(db, venue.workspace, "editor"))
        about = {"workspaceId": venue.workspace, "experienceId": venue.main}

        def offered() -> list[Any]:
            page = signed_in("visitor").call("getProject", projectId=venue.project)
            offered: list[Any] = page["experiences"]["main"]
            return offered

        deleted = editor.call("saveExperience", **about, expectedVersion=1, status="deleted")
        assert (deleted["status"], offered()) == ("deleted", [])
        error = refused(editor, "publishExperience", **about, expectedVersion=2)
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experience_deleted")
        assert error.details["status"] == "deleted"

        editor.call("saveExperience", **about, expectedVersion=2, status="active")
        assert [each["experienceId"] for each in offered()] == [venue.main]

    @pytest.mark.parametrize(
        ("step", "path"),
        [
            (a_step("s", maxLength=0), "config.maxLength"),
            (a_step("s", maxLength="long"), "config.maxLength"),
            ({**a_step("s"), "config": {"max_length": 0}}, "config.max_length"),
            (a_step("s", unknown=1), "config.unknown"),
            ({**a_step("s"), "unknown": 1}, "unknown"),
            ({**a_step("s"), "ctaLabel": "x" * 51}, "ctaLabel"),
            ({**a_step("s"), "id": "a/b"}, "id"),
            ({"type": "info"}, "id"),
            ({"id": "s", "type": "multiple_choice"}, "config"),
            ({"id": "s", "type": "multiple_choice", "config": {}}, "config.options"),
            (
                a_step("s", "multiple_choice", options=[{"label": "A", "value": "a b"}] * 2),
                "config.options[0].value",
            ),
            (a_step("s", "processing", messages=[]), "config.messages"),
            ({**a_step("s"), "translations": {"de": {"name": "x"}}}, "translations.de.name"),
            ({**a_step("s"), "translations": {"de_AT": {"title": "x"}}}, "translations"),
            (a_step("s", "opinion_scale", scaleMin=5, scaleMax=2), "config"),
            ({"id": "s", "type": "hologram"}, ""),
            ({"id": "s"}, ""),
            ({"id": "s", "type": ["info"]}, ""),
            ("info", ""),
        ],
    )
    def test_a_bad_step_is_named_by_its_place(
        self, experience: str, refusal: Callable[..., CallError], step: Any, path: str
    ) -> None:
        steps = [a_step("a"), a_step("b"), a_step("c"), step]

        error = refusal(experienceId=experience, expectedVersion=1, draft={"steps": steps})

        venue = ".".join(filter(None, ["draft.steps[3]", path]))
        assert venue in issue_paths(error)
        assert all(each.startswith("draft.steps[3]") for each in issue_paths(error))

    def test_an_unknown_step_type_is_told_the_known_ones(
        self, experience: str, refusal: Callable[..., CallError]
    ) -> None:
        steps = [{"id": "s", "type": "hologram"}]

        error = refusal(experienceId=experience, expectedVersion=1, draft={"steps": steps})

        assert "short_text, long_text" in error.details["issues"][0]["message"]

    @pytest.mark.parametrize(
        ("draft", "path"),
        [
            ({"steps": [a_step("a"), a_step("b"), a_step("a", "info")]}, "draft.steps"),
            ({"steps": [a_step(f"s{number}") for number in range(51)]}, "draft.steps"),
            ({"steps": [a_step("a"), a_step("__photo__", "capture")]}, "draft.steps"),
            ({"steps": "none"}, "draft.steps"),
            ({"title": "x"}, "draft.title"),
            ({"translations": {"de": {"name": "x"}}}, "draft.translations.de.name"),
            ({"transform": {"prompt": "x" * 4001}}, "draft.transform.prompt"),
            ({"transform": {"style": "oil"}}, "draft.transform.style"),
            ({"transform": {"aspectRatio": "4:3"}}, "draft.transform.aspectRatio"),
            ({"transform": {"seed": 1}}, "draft.transform.seed"),
            ({"transform": {"output": {"width": 255}}}, "draft.transform.output.width"),
            ({"transform": {"output": {"format": "gif"}}}, "draft.transform.output.format"),
            ({"transform": {"output": {"height": 300}}}, "draft.transform.output.height"),
            ({"transform": {"model": "x" * 101}}, "draft.transform.model"),
            ({"transform": {"overlay": {}}}, "draft.transform.overlay.path"),
            (
                {"transform": {"overlay": {"path": "workspaces/another/frame.png"}}},
                "draft.transform.overlay.path",
            ),
            (
                {"transform": {"overlay": {"path": "projects/p/sessions/s/inputs/a/b"}}},
                "draft.transform.overlay.path",
            ),
            (
                {"transform": {"referenceImageUrls": ["x" * 2001]}},
                "draft.transform.referenceImageUrls[0]",
            ),
            (
                {"transform": {"referenceImageUrls": ["https://example.com/hat.png"]}},
                "draft.transform.referenceImageUrls[0]",
            ),
            (
                {"transform": {"referenceImageUrls": ["gs://x/workspaces/another/hat.png"]}},
                "draft.transform.referenceImageUrls[0]",
            ),
        ],
    )
    def test_a_bad_draft_is_named_by_its_place(
        self, experience: str, refusal: Callable[..., CallError], draft: Draft, path: str
    ) -> None:
        error = refusal(experienceId=experience, expectedVersion=1, draft=draft)

        assert issue_paths(error) == [path]

    def test_fifty_steps_and_own_pictures_are_taken(
        self, suite: Suite, workspace: str, experience: str, save: Callable[..., Any]
    ) -> None:
        steps = [a_step(f"s{number}") for number in range(50)]
        overlay = {"path": f"workspaces/{workspace}/frame.png"}
        hat = f"workspaces/{workspace}/hat.png"
        references = [hat, f"gs://{suite.bucket}/{hat}"]
        transform = {"overlay": overlay, "referenceImageUrls": references}
        draft = {"steps": steps, "transform": transform}

        made = save(experienceId=experience, expectedVersion=1, draft=draft)

        assert len(made["draft"]["steps"]) == 50
        assert made["draft"]["transform"]["overlay"] == overlay
        assert made["draft"]["transform"]["referenceImageUrls"] == references

    def test_each_reference_image_of_another_workspace_is_named(
        self, workspace: str, experience: str, refusal: Callable[..., CallError]
    ) -> None:
        hats = [f"workspaces/{each}/hat.png" for each in ("another", workspace, f"{workspace}2")]
        draft = {"transform": {"referenceImageUrls": hats}}

        error = refusal(experienceId=experience, expectedVersion=1, draft=draft)

        assert issue_paths(error) == [
            "draft.transform.referenceImageUrls[0]",
            "draft.transform.referenceImageUrls[2]",
        ]

    def test_a_draft_that_no_document_could_hold_twice_is_refused(
        self, experience: str, refusal: Callable[..., CallError]
    ) -> None:
        steps = [{**a_step(f"s{number}"), "mediaUrl": "ä" * 4096} for number in range(50)]

        error = refusal(experienceId=experience, expectedVersion=1, draft={"steps": steps})

        assert issue_paths(error) == ["draft"]

    @pytest.mark.parametrize(
        "bad",
        [
            {"experienceId": "a/b"},
            {"experienceId": "__a__"},
            {"expectedVersion": -1},
            {"expectedVersion": None},
            {"name": ""},
            {"name": "x" * 101},
            {"status": "archived"},
            {"published": {"steps": []}},
            {"draftVersion": 7},
        ],
    )
    def test_a_bad_request_is_named_by_its_place(
        self, experience: str, refusal: Callable[..., CallError], bad: dict[str, Any]
    ) -> None:
        error = refusal(**{"experienceId": experience, "expectedVersion": 1, **bad})

        assert issue_paths(error) == list(bad)

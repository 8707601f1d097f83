"""The steps of events as editors make them, and the experiences that guests can choose."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.events import (
    an_event,
    an_event_experience,
    stored_event_experience,
    stored_step,
)
from tests.support.builders.steps import REQUIRED_CONFIG
from tests.support.builders.workspaces import a_workspace
from tests.support.calling import issue_paths, refused


@pytest.fixture
def event(db: Database, workspace: str) -> str:
    return an_event(db, workspace)


class TestSaveStep:
    def test_takes_a_step_of_each_type_and_a_part_of_it(
        self, db: Database, editor: Client, event: str
    ) -> None:
        at = {"eventId": event, "expectedVersion": 0, "stepId": "scale"}
        fields = {"type": "opinion_scale", "config": {"variable": "rating", "maxLabel": "Great"}}
        made, again = (editor.call("saveStep", **at, step=fields) for _ in "12")
        assert made == again
        stored = stored_step(db, event, "scale")
        assert (stored.pop("version"), made["version"]) == (1, 1)
        assert None not in stored.values()
        assert stored["config"] == {
            **{"variable": "rating", "required": False, "scaleMin": 1, "scaleMax": 5},
            **{"minLabel": "", "maxLabel": "Great"},
        }

        reference = db.document("events", event, "steps", "scale")
        reference.update({"later": {"a": 1}, "config.later": 1, "mediaUrl": "https://a.example/b"})
        at["expectedVersion"] = 1
        part = {"title": "Rate us", "mediaUrl": None, "config": {"scaleMax": 10.0, "maxLabel": ""}}
        changed, again = (editor.call("saveStep", **at, step=part) for _ in "12")
        assert changed == again
        config = {**stored["config"], "scaleMax": 10, "maxLabel": "", "later": 1}
        after = {**stored, "title": "Rate us", "config": config, "version": 2, "later": {"a": 1}}
        assert stored_step(db, event, "scale") == after

        at["expectedVersion"] = 2
        again = editor.call("saveStep", **at, step={"type": "yes_no"})
        assert again["step"]["title"] == "Rate us"
        assert again["step"]["config"]["yesLabel"] == "Yes"
        assert "scaleMax" not in stored_step(db, event, "scale")["config"]

    def test_translations_are_merged_by_language_and_by_field(
        self, db: Database, editor: Client, event: str
    ) -> None:
        options = [{"label": "Tea", "value": "tea"}, {"label": "Water", "value": "water"}]
        german = {"title": "Durst?", "options": {"tea": "Tee", "water": "Wasser"}}
        fields = {
            "type": "multiple_choice",
            "title": "Thirsty?",
            "config": {"options": options},
            "translations": {"de": german, "fr": {"title": "Soif ?"}},
        }
        at = {"eventId": event, "stepId": "drink"}
        editor.call("saveStep", **at, expectedVersion=0, step=fields)
        part = {"translations": {"de": {"title": None, "ctaLabel": "Weiter"}, "fr": None}}
        changed = editor.call("saveStep", **at, expectedVersion=1, step=part)
        expected = {"de": {"options": german["options"], "ctaLabel": "Weiter"}}
        assert changed["step"]["translations"] == expected
        assert stored_step(db, event, "drink")["translations"] == expected

        less: dict[str, Any] = {
            "config": {"options": [options[0], {"label": "Juice", "value": "juice"}]}
        }
        error = refused(editor, "saveStep", **at, expectedVersion=2, step=less)
        assert "translations.de.options" in error.details["issues"][0]["message"]
        less["translations"] = {"de": {"options": {"water": None}}}
        editor.call("saveStep", **at, expectedVersion=2, step=less)

        editor.call("saveStep", **at, expectedVersion=3, step={"translations": None})
        assert "translations" not in stored_step(db, event, "drink")

    def test_names_each_field_that_is_wrong(self, db: Database, editor: Client, event: str) -> None:
        db.document("events", event, "steps", "odd").set({"id": "odd", "type": "haptic"})
        name = {"type": "short_text"}
        for step_id, step, paths in [
            ("a", {}, ["step.type"]),
            ("odd", {"title": "x"}, ["step.type"]),
            ("a", {"type": "haptic"}, ["step.type"]),
            ("a", {**name, "id": "b"}, ["step.id"]),
            ("a", {**name, "version": 7}, ["step.version"]),
            ("a", {**name, "config": {"maxLength": "9", "x": 1}}, None),
            ("a", {"type": "multiple_choice"}, ["step.config.options"]),
            ("a", {"type": "opinion_scale", "config": {"scaleMin": 6}}, ["step.config"]),
            (
                "a",
                {"type": "experience-picker", "config": {"experienceIds": ["__a__"]}},
                ["step.config.experienceIds[0]"],
            ),
            (
                "a",
                {"type": "capture", "config": {"fallbackExperienceId": "__a__"}},
                ["step.config.fallbackExperienceId"],
            ),
            (
                "a",
                {**name, "translations": {"de": {"yesLabel": "Ja"}}},
                ["step.translations.de.yesLabel"],
            ),
            ("a", {**name, "translations": {"DE": {"title": "Ja"}}}, ["step.translations"]),
            ("selected_experience_id", name, ["stepId"]),
            ("__a__", name, ["stepId"]),
        ]:
            at = {"eventId": event, "stepId": step_id, "expectedVersion": 0}
            found = issue_paths(refused(editor, "saveStep", **at, step=step))
            assert sorted(found) == (paths or ["step.config.maxLength", "step.config.x"])
        at = {"eventId": event, "stepId": "a", "expectedVersion": 1}
        assert refused(editor, "saveStep", **at, step=name).reason == "step_not_found"

    def test_a_choice_is_of_active_experiences_of_the_workspace(
        self, db: Database, workspace: str, editor: Client, event: str
    ) -> None:
        mine = an_event_experience(db, workspace)
        deleted = an_event_experience(db, workspace, status="deleted")
        foreign = an_event_experience(db, a_workspace(db))
        at = {"eventId": event, "expectedVersion": 0}
        picker = {"type": "experience-picker"}
        for each in (deleted, foreign, "missing"):
            step = {**picker, "config": {"experienceIds": [mine, each]}}
            error = refused(editor, "saveStep", **at, stepId="pick", step=step)
            assert error.details == {"reason": "experiences_unavailable", "experiences": [each]}
        fallback = {"type": "capture", "config": {"fallbackExperienceId": foreign}}
        error = refused(editor, "saveStep", **at, stepId="photo", step=fallback)
        assert error.details["experiences"] == [foreign]
        step = {**picker, "config": {"experienceIds": [mine]}}
        made = editor.call("saveStep", **at, stepId="pick", step=step)
        assert made["step"]["config"]["experienceIds"] == [mine]
        db.document("experiences", mine).update({"status": "deleted"})
        at["expectedVersion"] = 1
        renamed = editor.call("saveStep", **at, stepId="pick", step={"title": "Choose"})
        assert renamed["version"] == 2

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("type_", REQUIRED_CONFIG)
    def test_a_step_of_any_type_is_saved_twice_the_same(
        self, db: Database, workspace: str, editor: Client, event: str, type_: str
    ) -> None:
        config = dict(REQUIRED_CONFIG[type_])
        if "experienceIds" in config:
            config["experienceIds"] = [an_event_experience(db, workspace)]
        at = {"eventId": event, "stepId": f"a-{type_}", "expectedVersion": 0}
        step = {"type": type_, "config": config}
        made, again = (editor.call("saveStep", **at, step=step) for _ in "12")
        assert made == again


class TestSaveEventExperience:
    def test_creates_one_and_a_part_leaves_the_rest(
        self, db: Database, workspace: str, editor: Client
    ) -> None:
        experience = f"experience-{new_id()}"
        at = {"experienceId": experience, "expectedVersion": 0}
        frame = f"workspaces/{workspace}/frame.png"
        fields: dict[str, Any] = {"name": "Cartoon", "aiPhotoConfig": {"prompt": "A cartoon"}}
        made, again = (
            editor.call("saveEventExperience", **at, workspaceId=workspace, experience=fields)
            for _ in "12"
        )
        photo = {"enabled": False, "model": "local", "prompt": "A cartoon"}
        photo |= {"referenceImageUrls": [], "aspectRatio": "1:1"}
        own = {"id": experience, "workspaceId": workspace, "status": "active", "version": 1}
        capture = {"type": "photo", "countdown": 3, "cameraFacing": "front"}
        whole = {**own, "name": "Cartoon", "aiPhotoConfig": photo, "captureConfig": capture}
        assert made == again == whole == stored_event_experience(db, experience)

        at["expectedVersion"] = 1
        part: dict[str, Any] = {
            "aiPhotoConfig": {"enabled": True, "referenceImageUrls": [frame], "prompt": None},
            "captureConfig": {"countdown": 0},
            "previewMediaUrl": "https://example.com/a.gif",
        }
        changed = editor.call("saveEventExperience", **at, experience=part)
        assert changed == stored_event_experience(db, experience)
        assert changed["aiPhotoConfig"] == {
            **photo,
            "enabled": True,
            "referenceImageUrls": [frame],
            "prompt": "",
        }
        assert changed["captureConfig"] == {**capture, "countdown": 0}
        at["expectedVersion"] = 2
        part = {"aiPhotoConfig": None, "previewMediaUrl": None, "status": "deleted"}
        gone = editor.call("saveEventExperience", **at, experience=part)
        assert gone == stored_event_experience(db, experience)
        assert gone.keys() == {*whole} - {"aiPhotoConfig"}
        assert (gone["status"], gone["version"]) == ("deleted", 3)

    def test_names_each_field_that_is_wrong(self, workspace: str, editor: Client) -> None:
        at = {"experienceId": f"experience-{new_id()}", "expectedVersion": 0}
        at |= {"workspaceId": workspace}
        other = "workspaces/other/frame.png"
        for given, paths in [
            ({}, ["experience.name"]),
            ({"name": "A", "captureConfig": None}, ["experience.captureConfig"]),
            ({"name": "A", "captureConfig": {"type": "gif"}}, ["experience.captureConfig.type"]),
            (
                {"name": "A", "aiPhotoConfig": {"aspectRatio": "4:3"}},
                ["experience.aiPhotoConfig.aspectRatio"],
            ),
            (
                {"name": "A", "aiPhotoConfig": {"model": "local/oil"}},
                ["experience.aiPhotoConfig.model"],
            ),
            (
                {"name": "A", "aiPhotoConfig": {"referenceImageUrls": [other]}},
                ["experience.aiPhotoConfig.referenceImageUrls[0]"],
            ),
            ({"name": "A", "previewMediaUrl": "http://a"}, ["experience.previewMediaUrl"]),
        ]:
            error = refused(editor, "saveEventExperience", **at, experience=given)
            assert issue_paths(error) == paths

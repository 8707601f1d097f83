"""An event is moved into a project: the event that the three example sessions of 2025 are of."""

import json
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clients
from experience.projects.models import AuthoredProjectConfig, PublishProject
from experience.projects.usecases.publish import publish_project
from experience.workspaces.models import AuthoredConfig, PublishExperience
from experience.workspaces.usecases.publish import publish_experience
from operations.checks.check import check
from operations.event_migration import MigrationError, migrate_event
from tests.operations.conftest import Command
from tests.support.builders.workspaces import a_member, a_workspace

EVENT, JOURNEY = "evt_xyz789", "journey_001"
STEPS: list[dict[str, Any]] = [
    {"id": "step_pick", "type": "experience-picker", "config": {"experienceIds": ["exp_cartoon"]}},
    {"id": "step_name", "type": "short_text", "title": "Name?", "config": {"required": True}},
    {"id": "step_email", "type": "email", "config": {"variable": "email"}, "version": 4},
    {"id": "step_photo", "type": "capture", "config": {"fallbackExperienceId": "exp_sketch"}},
    {"id": "step_rating", "type": "opinion_scale", "config": {"scaleMax": 10}, "later": {"a": 1}},
    {"id": "step_consent", "type": "yes_no", "config": {}},
    {"id": "step_reward", "type": "reward", "config": {}},
]
PHOTO = {"enabled": True, "model": "local/sketch", "prompt": "A cartoon", "aspectRatio": "3:2"}
CAPTURE = {"type": "photo", "countdown": 3, "cameraFacing": "front"}


@pytest.fixture
def workspace(quiet_db: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """That of the event, in a database of its own."""
    monkeypatch.setenv("FIREBASE_CONFIG", json.dumps({"storageBucket": "demo.appspot.com"}))
    workspace = a_workspace(quiet_db)
    a_member(quiet_db, workspace, "owner")
    event = quiet_db.document("events", EVENT)
    own = {"workspaceId": workspace, "status": "active"}
    photo = {**PHOTO, "referenceImageUrls": [f"workspaces/{workspace}/frame.png"]}
    cartoon = {"id": "exp_cartoon", "name": "Cartoon", "aiPhotoConfig": photo}
    sketch = {"id": "exp_sketch", "name": "Sketch"}
    for each in (cartoon, sketch):
        reference = quiet_db.document("experiences", str(each["id"]))
        reference.set({**own, **each, "captureConfig": CAPTURE})
    event.set(
        {
            "id": EVENT,
            "workspaceId": workspace,
            "name": "Launch",
            "status": "live",
            "activeJourneyId": JOURNEY,
            "theme": {"primaryColor": "#336699", "button": {"radius": 4}},
            "consent": {"version": "1", "text": "Be nice."},
            "retentionDays": 30,
            "createdAt": 1701100000000,
            "updatedAt": 1701100000000,
        }
    )
    order = [each["id"] for each in STEPS]
    journey = {"id": JOURNEY, "eventId": EVENT, "name": "Main", "stepOrder": order}
    event.collection("journeys").document(JOURNEY).set({**journey, "status": "active"})
    for each in STEPS:
        event.collection("steps").document(each["id"]).set(each)
    return workspace


def stored(db: Client) -> dict[str, Any]:
    """All documents by their paths."""
    names = ("workspaces", "experiences", "projects", "events", "journeys", "steps")
    return {
        each.reference.path: each.to_dict()
        for name in names
        for each in db.collection_group(name).stream()
    }


class TestMigrateEvent:
    def test_each_experience_that_is_offered_becomes_a_main_one(
        self, quiet_db: Client, workspace: str
    ) -> None:
        before = stored(quiet_db)
        dry = migrate_event(quiet_db, EVENT, "night", dry_run=True)
        assert stored(quiet_db) == before

        made = migrate_event(quiet_db, EVENT, "night", dry_run=False)

        assert [(each.action, each.path) for each in made.changes] == [
            (each.action, each.path) for each in dry.changes
        ]
        after = stored(quiet_db)
        assert {path: after[path] for path in before} == before
        assert {path: after[path] for path in after.keys() - before.keys()} == {
            each.path: each.fields for each in made.changes
        }
        cartoon, sketch, project = (after[each.path] for each in made.changes)
        assert (cartoon["name"], sketch["name"]) == ("Cartoon", "Sketch")
        transform = cartoon["draft"]["transform"]
        moved = {**PHOTO, "model": "local", "style": "sketch"}
        assert {name: transform[name] for name in moved} == moved
        assert transform["referenceImageUrls"] == [f"workspaces/{workspace}/frame.png"]
        assert sketch["draft"]["transform"] is None
        for each in (cartoon, sketch):
            ids = [step["id"] for step in each["draft"]["steps"]]
            assert ids == [step["id"] for step in STEPS[1:]]
            assert each["draft"]["steps"][3]["later"] == {"a": 1}
            assert "version" not in each["draft"]["steps"][1]
            del each["draft"]["steps"][3]["later"]
            AuthoredConfig.model_validate(each["draft"])
        draft = project["draftConfig"]
        assert (project["name"], project["status"], draft["retentionDays"]) == (
            "Launch",
            "draft",
            30,
        )
        assert [each["experienceId"] for each in draft["experiences"]["main"]] == [
            cartoon["id"],
            sketch["id"],
        ]
        assert draft["theme"] == {"primaryColor": "#336699", "button": {"radius": 4}}
        del draft["theme"]["button"]
        AuthoredProjectConfig.model_validate(draft)
        assert check(quiet_db).violations == []

    def test_a_repeat_changes_nothing_and_the_project_can_be_published(
        self, quiet_db: Client, workspace: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        changes = migrate_event(quiet_db, EVENT, "night", dry_run=False).changes
        after = stored(quiet_db)
        again = migrate_event(quiet_db, EVENT, "night", dry_run=False)
        assert {each.action for each in again.changes} == {"keep"}
        assert stored(quiet_db) == after

        monkeypatch.setattr(clients, "firestore", lambda: quiet_db)
        editor = a_member(quiet_db, workspace, "editor")
        for change in changes[:2]:
            at = {"workspace_id": workspace, "experience_id": change.fields["id"]}
            publish_experience(editor, PublishExperience(**at, expected_version=1))
        live = publish_project(editor, PublishProject(project_id="night", expected_version=1))
        assert live.is_live
        assert len(live.config().experiences.main) == 2

    def test_what_an_editor_made_of_it_since_stays(self, quiet_db: Client, workspace: str) -> None:
        first = migrate_event(quiet_db, EVENT, "night", dry_run=False)
        quiet_db.document(first.changes[0].path).update({"name": "Comic", "draftVersion": 2})
        quiet_db.document("projects", "night").update({"draftConfig.theme": {"primaryColor": "#0"}})
        other = [{"experienceId": "other", "enabled": False}]
        main = quiet_db.document("projects", "night").get().get("draftConfig.experiences.main")
        quiet_db.document("projects", "night").update(
            {"draftConfig.experiences.main": [*other, main[1]]}
        )

        changes = migrate_event(quiet_db, EVENT, "night", dry_run=False).changes

        assert [each.action for each in changes] == ["keep", "keep", "update"]
        assert quiet_db.document(first.changes[0].path).get().get("name") == "Comic"
        project = quiet_db.document("projects", "night").get().to_dict() or {}
        assert project["draftVersion"] == 2
        assert project["draftConfig"]["theme"] == {"primaryColor": "#0"}
        assert project["draftConfig"]["experiences"]["main"] == [*other, main[1], main[0]]
        assert changes[2].fields.keys() == {"draftConfig", "draftVersion", "updatedAt"}

    def test_what_cannot_come_along_is_named(self, quiet_db: Client, workspace: str) -> None:
        steps = quiet_db.document("events", EVENT).collection("steps")
        steps.document("step_rating").delete()
        steps.document("step_consent").set({"id": "step_consent", "type": "haptic", "x": 1})
        foreign = {"aiPhotoConfig.referenceImageUrls": ["https://example.com/frame.png"]}
        quiet_db.document("experiences", "exp_cartoon").update(foreign)
        quiet_db.document("experiences", "exp_sketch").update({"status": "deleted"})

        found = migrate_event(quiet_db, EVENT, "night", dry_run=False)

        assert found.notes == [
            "step step_rating does not exist and is left out",
            "step step_consent is of a type or content that this version does not know",
            "experience exp_cartoon: store https://example.com/frame.png in "
            f"workspaces/{workspace}/, or no picture is made",
            "experience exp_sketch is deleted and is left out",
        ]
        [cartoon, _] = found.changes
        draft = quiet_db.document(cartoon.path).get().get("draft")
        assert draft["steps"][3] == {"id": "step_consent", "type": "haptic", "x": 1} | {
            name: draft["steps"][3][name]
            for name in (
                "title",
                "description",
                "mediaUrl",
                "mediaType",
                "ctaLabel",
                "config",
                "translations",
            )
        }

    def test_a_journey_that_offers_nothing_becomes_one_without_a_transform(
        self, quiet_db: Client, workspace: str
    ) -> None:
        journey = quiet_db.document("events", EVENT, "journeys", JOURNEY)
        journey.update({"stepOrder": ["step_name", "step_reward"]})
        [made, _] = migrate_event(quiet_db, EVENT, "night", dry_run=False).changes
        assert (made.fields["name"], made.fields["draft"]["transform"]) == ("Main", None)

    def test_it_says_why_it_cannot_begin(self, quiet_db: Client, workspace: str) -> None:
        other = {"id": "night", "name": "N", "createdAt": 1, "updatedAt": 1}
        project = quiet_db.document("projects", "night")
        for fields, why in (
            ({**other, "workspaceId": "other"}, "is of another workspace"),
            ({**other, "workspaceId": workspace, "status": "deleted"}, "was deleted"),
        ):
            project.set(fields)
            with pytest.raises(MigrationError, match=why):
                migrate_event(quiet_db, EVENT, "night", dry_run=False)
        with pytest.raises(MigrationError, match="no project may have the id e"):
            migrate_event(quiet_db, EVENT, "e", dry_run=True)
        with pytest.raises(MigrationError, match="no event other"):
            migrate_event(quiet_db, "other", "night", dry_run=True)
        quiet_db.document("events", EVENT, "journeys", JOURNEY).update({"status": "deleted"})
        with pytest.raises(MigrationError, match="deleted or missing"):
            migrate_event(quiet_db, EVENT, "night", dry_run=True)
        quiet_db.document("events", EVENT).update({"activeJourneyId": None})
        with pytest.raises(MigrationError, match="no active journey"):
            migrate_event(quiet_db, EVENT, "night", dry_run=True)


class TestCommand:
    @pytest.mark.exhaustive
    def test_shows_each_document_before_and_says_what_it_wrote(
        self, command: Command, quiet_db: Client, workspace: str
    ) -> None:
        where = ("--project", quiet_db.project, "--event", EVENT, "--into", "night")
        bucket = ("--bucket", "demo.appspot.com")
        dry = command("migrate-event", *where, *bucket, "--dry-run")

        assert (dry.returncode, dry.stderr) == (0, "")
        assert dry.stdout.count("create ") == 3
        assert '"prompt": "A cartoon"' in dry.stdout
        assert "Nothing was written" in dry.stdout
        assert not quiet_db.document("projects", "night").get().exists

        done = command("migrate-event", *where, *bucket)
        assert done.returncode == 0
        assert "3 documents" in done.stdout
        assert quiet_db.document("projects", "night").get().exists

        refused = command("migrate-event", *where[:2], "--event", "x", *where[4:], *bucket)
        assert (refused.returncode, refused.stderr) == (1, "error: there is no event x\n")

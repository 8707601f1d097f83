"""Stored events, journeys, steps and experiences: read by any version, and kept as they are."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from google.cloud.firestore import DELETE_FIELD
from google.cloud.firestore import Client as Database

from experience.documents import SparseDocument
from experience.errors import FailedPrecondition, NotFound
from experience.events import store
from experience.events.models.event import Event, EventStatus
from experience.events.models.experience import AiPhotoConfig, EventExperience
from experience.events.models.journey import Journey
from experience.events.usecases.access import require_open, require_visitable
from experience.steps import UnknownStep
from experience.store import field_updates
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.workspaces import a_member, a_step, a_workspace

# Of an earlier version: no `version`, fields that nobody here knows, and nothing that may be left
# out.
EVENT = {
    "id": "evt_xyz789",
    "workspaceId": "agency",
    "name": "Launch",
    "status": "live",
    "theme": {"primaryColor": "#112233", "button": {"radius": "full"}},
    "joinPath": "/join/evt_xyz789",
    "createdAt": 1701100000000,
    "updatedAt": 1701100000000,
}
JOURNEY = {
    "id": "journey_001",
    "eventId": "evt_xyz789",
    "name": "Main",
    "stepOrder": ["step_name", "step_email"],
    "status": "active",
    "tags": ["a"],
}
EXPERIENCE = {
    "id": "exp_cartoon",
    "workspaceId": "agency",
    "status": "active",
    "name": "Cartoon",
    "aiPhotoConfig": {"enabled": True, "model": "local", "prompt": "", "referenceImageUrls": []},
    "captureConfig": {"type": "photo", "countdown": 3, "cameraFacing": "front", "overlay": None},
    "previewType": "gif",
}


class TestDocuments:
    @pytest.mark.parametrize(
        ("model", "stored"), [(Event, EVENT), (Journey, JOURNEY), (EventExperience, EXPERIENCE)]
    )
    def test_one_that_is_read_and_dumped_is_what_was_stored(
        self, model: type[SparseDocument], stored: dict[str, Any]
    ) -> None:
        read = model.load(stored)
        assert read.dump() == stored
        assert field_updates(read, model.load(stored)) == {}
        assert read.shown()["version"] == 0

    def test_what_was_stored_as_null_is_read_as_absent(self) -> None:
        event = Event.load({**EVENT, "activeJourneyId": None, "theme": {"logoUrl": None}})
        assert event.dump() == {**EVENT, "theme": {}}
        assert event.shown() == {**EVENT, "theme": {}, "version": 0}

    def test_a_field_that_ends_is_deleted_and_another_stays_unwritten(self) -> None:
        event = Event.load({**EVENT, "activeJourneyId": "journey_001", "version": 3})
        changed = event.model_copy(update={"active_journey_id": None, "version": 4})
        assert field_updates(event, changed) == {"activeJourneyId": DELETE_FIELD, "version": 4}

    @pytest.mark.parametrize("model", SparseDocument.__subclasses__())
    def test_no_declared_field_can_be_stored_as_null(self, model: type[SparseDocument]) -> None:
        for name, field in model.model_fields.items():
            optional = type(None) in list(_types(field.annotation))
            assert not optional or field.exclude_if, f"{model.__name__}.{name} is not Sparse"


def _types(annotation: Any) -> Iterator[Any]:
    """A type, and those of which it is made."""
    yield annotation
    for each in get_args(annotation):
        yield from _types(each)


class TestStore:
    def test_finds_what_an_event_consists_of(self, quiet_db: Database) -> None:
        workspace = a_workspace(quiet_db)
        poem = {"id": "poem", "type": "haptic", "title": {"en": "Feel"}, "extra": [1]}
        event = an_event(quiet_db, workspace, [a_step("name"), poem])
        chosen = an_event_experience(quiet_db, workspace)

        journey = store.find_journey(quiet_db, event, "journey")
        assert journey is not None
        assert journey.is_active
        steps = store.find_steps(quiet_db, event, ["gone", "poem", *journey.step_order])
        assert list(steps) == ["poem", "name"]
        assert isinstance(steps["poem"], UnknownStep)
        assert steps["poem"].title == {"en": "Feel"}
        [found] = store.find_experiences(quiet_db, [chosen, "gone"]).values()
        assert found.ai_photo_config is not None
        assert found.ai_photo_config.transform.aspect_ratio == "3:2"
        for model, local in [
            ("local", ("local", "cartoon")),
            ("local/sketch", ("local", "sketch")),
            ("local/oil", ("local/oil", "cartoon")),
            ("gemini/sketch", ("gemini/sketch", "cartoon")),
        ]:
            transform = AiPhotoConfig(model=model).transform
            assert (transform.model, transform.style) == local
        assert store.find_steps(quiet_db, event, []) == {}
        assert store.find_experiences(quiet_db, []) == {}
        assert store.find_journey(quiet_db, event, "other") is None

    def test_an_event_takes_guests_by_its_status(self, quiet_db: Database) -> None:
        workspace = a_workspace(quiet_db)
        member = a_member(quiet_db, workspace, "viewer")
        live, draft, archived = (
            an_event(quiet_db, workspace, status=each) for each in ("live", "draft", "archived")
        )
        for event, uid in ((live, "guest"), (draft, member), (archived, member)):
            require_visitable(quiet_db, store.get_event(quiet_db, event), uid)
        for event in (draft, archived):
            with pytest.raises(FailedPrecondition, match="not open"):
                require_visitable(quiet_db, store.get_event(quiet_db, event), "guest")
        require_open(quiet_db, live)
        require_open(quiet_db, draft)
        with pytest.raises(FailedPrecondition, match="not open"):
            require_open(quiet_db, archived)
        assert store.get_status(quiet_db, archived) is EventStatus.ARCHIVED

    def test_an_event_of_a_deleted_workspace_does_not_exist(self, quiet_db: Database) -> None:
        workspace = a_workspace(quiet_db)
        event = an_event(quiet_db, workspace)
        quiet_db.document("workspaces", workspace).update({"status": "deleted"})
        with pytest.raises(NotFound):
            store.get_event(quiet_db, event)
        with pytest.raises(NotFound):
            require_open(quiet_db, event)
        with pytest.raises(NotFound):
            require_open(quiet_db, "nowhere")

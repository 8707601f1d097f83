"""Differences, and the migrations that ship: pure functions."""

import json
from typing import Any

import pytest
from google.cloud.firestore import DELETE_FIELD

from emulator.paths import ROOT
from experience.documents import SHARDS
from experience.journeys.models.session import EventSession
from experience.sessions.models.session import Session
from experience.workflows.generations.models import GenerationJob
from experience.workflows.runs.models import Run, RunStep, StepTask
from operations.schema_changes import catalog
from operations.schema_changes.declaration import Query, applied, renamed

RUN = {
    "id": "r",
    "tenantId": "w",
    "workflowName": "photo.transform",
    "workflowVersion": "1",
    "definition": "{}",
    "remainingSinks": 1,
    "createdAt": 1,
    "updatedAt": 1,
    "round": 2,
    "belongsTo": {"kind": "job", "ids": {"jobId": "j"}},
}
STEP = {
    "id": "load",
    "runId": "r",
    "tenantId": "w",
    "stepId": "load",
    "skillId": "s",
    "remainingDependencies": 0,
    "createdAt": 1,
    "updatedAt": 1,
    "round": 2,
    "lease": {"owner": "o", "takenAt": 5, "expiresAt": 6, "fence": 1},
}
GENERATION = {
    "id": "g",
    "tenantId": "w",
    "runId": "r",
    "runStepId": "load",
    "slot": "s",
    "providerId": "p",
    "mediaType": "image",
    "pollIntervalMs": 1,
    "timeoutMs": 1,
    "createdAt": 1,
    "updatedAt": 1,
    "round": 2,
    "place": "image-0",
    "waiting": None,
}
SESSION = {
    "id": "s",
    "projectId": "p",
    "workspaceId": "w",
    "experienceId": "e",
    "experienceVersion": 1,
    "phase": "main",
    "mode": "guest",
    "configSource": "published",
    "status": "active",
    "createdBy": "g",
    "createdAt": 1,
    "updatedAt": 1,
}
EVENT_SESSION = {"id": "s", "eventId": "e", "state": "created", "createdAt": 1, "updatedAt": 1}
BEFORE: dict[str, tuple[Any, dict[str, Any]]] = {
    "0001_run_names": (Run, RUN),
    "0002_run_step_names": (RunStep, STEP),
    "0003_generation_names": (GenerationJob, GENERATION),
    "0004_session_shards": (Session, SESSION),
    "0005_event_session_shards": (EventSession, EVENT_SESSION),
    "0006_run_shards": (Run, RUN),
    "0007_run_step_shards": (RunStep, STEP),
    "0008_generation_shards": (GenerationJob, GENERATION),
}
"""A document as it was before each migration, and the model that reads both shapes."""

SHIPPED = pytest.mark.parametrize("migration", catalog.read(), ids=lambda each: each.id)


class TestDifferences:
    def test_a_field_gets_its_new_name_and_the_old_one_is_deleted(self) -> None:
        difference = renamed({"a": 1, "b": {"c": None, "d": 2}}, {"a": "z", "b.c": "b.y"})

        assert difference == {"z": 1, "a": DELETE_FIELD, "b.y": None, "b.c": DELETE_FIELD}

    def test_a_field_that_is_not_there_is_not_renamed(self) -> None:
        documents: list[dict[str, Any]] = [{}, {"b": None}, {"b": 1}, {"b": {}}, {"z": 1}]
        for fields in documents:
            assert renamed(fields, {"a": "z", "b.c": "b.y"}) == {}

    def test_of_two_shapes_in_one_document_the_new_one_stays(self) -> None:
        assert renamed({"a": 1, "z": None}, {"a": "z"}) == {"a": DELETE_FIELD}

    def test_applying_a_difference_keeps_what_it_does_not_name(self) -> None:
        before = {"a": 1, "b": {"c": 2, "kept": 3}, "kept": [1]}

        after = applied(before, {"a": DELETE_FIELD, "b.c": 4, "n.e": 5})

        assert after == {"b": {"c": 4, "kept": 3}, "kept": [1], "n": {"e": 5}}
        assert before == {"a": 1, "b": {"c": 2, "kept": 3}, "kept": [1]}

    def test_a_namesake_of_the_collection_is_another_one(self) -> None:
        query = Query("workspaces/runs")

        assert query.holds("workspaces/w/runs/r")
        assert not query.holds("projects/p/runs/r")
        assert not query.holds("workspaces/w/runs/r/runs/r")


class TestTheMigrations:
    def test_are_numbered_and_have_a_document_from_before_here(self) -> None:
        assert [each.id for each in catalog.read()] == list(BEFORE)

    @SHIPPED
    def test_say_what_changes(self, migration: Any) -> None:
        assert migration.title.endswith(".")
        assert len(migration.code) == 16

    @SHIPPED
    def test_change_nothing_when_repeated_and_are_reverted_exactly(self, migration: Any) -> None:
        before = {**BEFORE[migration.id][1], "unknown": {"kept": 1}}

        after = applied(before, migration.change(before))

        assert after != before
        assert migration.change(after) == {}
        assert migration.inverse is not None
        assert applied(after, migration.inverse(after)) == before

    @SHIPPED
    def test_both_shapes_are_read_as_the_same(self, migration: Any) -> None:
        model, before = BEFORE[migration.id]
        after = applied(before, migration.change(before))

        read = [model.load(fields).dump() for fields in (before, after)]
        if model is EventSession:  # it does not work out a shard that is not stored
            assert read[1].pop("shard") in range(SHARDS)
        assert read[0] == read[1]

    @SHIPPED
    def test_a_filter_below_another_collection_has_its_index(self, migration: Any) -> None:
        overrides = json.loads((ROOT / "firestore.indexes.json").read_text())["fieldOverrides"]
        group = migration.query.collection.rpartition("/")[2]
        indexed = {
            each["fieldPath"]
            for each in overrides
            if each["collectionGroup"] == group
            and any(index.get("queryScope") == "COLLECTION_GROUP" for index in each["indexes"])
        }
        assert (
            "/" not in migration.query.collection
            or {field for field, _ in migration.query.where} <= indexed
        )

    def test_a_live_write_of_the_new_shape_wins_over_the_old_one(self) -> None:
        granted = {**GENERATION, "place": "image-1", "permit": None, "runAttempt": 3}

        job = GenerationJob.load(granted)

        assert (job.permit, job.run_attempt) == (None, 3)

    def test_a_session_that_awaits_its_adoption_gets_its_shard_there(self) -> None:
        [change] = [each.change for each in catalog.read() if each.id == "0004_session_shards"]
        written = {**SESSION, "phase": None, "workspaceId": None, "experienceVersion": None}

        assert Session.load(written).awaits_adoption
        assert change(written) == {}
        assert change({**written, "status": "error"})

    def test_a_task_from_before_is_taken(self) -> None:
        task = {"workspaceId": "w", "runId": "r", "stepId": "load", "attempt": 1, "round": 2}

        assert StepTask.load(task).run_attempt == 2

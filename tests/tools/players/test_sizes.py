"""Sizes against the examples of Firestore's page."""

from typing import Any

from tools.players.sizes import document_size, index_sizes, name_size

TASK = "users/jeff/tasks/my_task_id"
FIELDS = {"type": "Personal", "done": False, "priority": 1, "description": "Learn Cloud Firestore"}
NONE: dict[str, Any] = {"collectionGroup": "tasks", "fieldPath": "*", "indexes": []}


def declared(*indexes: dict[str, Any], **override: Any) -> dict[str, Any]:
    overrides = [NONE, *([{**NONE, **override}] if override else [])]
    return {"indexes": list(indexes), "fieldOverrides": overrides}


def index(scope: str, *fields: str) -> dict[str, Any]:
    paths = [{"fieldPath": field, "order": "ASCENDING"} for field in fields]
    return {"collectionGroup": "tasks", "queryScope": scope, "fields": paths}


class TestExamplesOfThePage:
    def test_a_document(self) -> None:
        assert name_size(TASK) == 44
        assert document_size(TASK, FIELDS) == 147

    def test_entries_of_a_single_field(self) -> None:
        of_collection = declared(fieldPath="done", indexes=[{"order": "ASCENDING"}])
        assert index_sizes(TASK, FIELDS, of_collection) == [44 + 27 + 5 + 1 + 32]
        grouped = [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}]
        of_group = declared(fieldPath="done", indexes=grouped)
        assert index_sizes(TASK, FIELDS, of_group) == [44 + 5 + 1 + 48]

    def test_entries_of_several_fields(self) -> None:
        both = [index(scope, "done", "priority") for scope in ("COLLECTION", "COLLECTION_GROUP")]
        assert index_sizes(TASK, FIELDS, declared(*both)) == [112, 85]
        assert index_sizes(TASK, FIELDS, declared(index("COLLECTION", "done", "gone"))) == []

    def test_an_array_has_one_for_each_of_its_elements(self) -> None:
        by_tag = index("COLLECTION_GROUP", "done")
        by_tag["fields"].append({"fieldPath": "tags", "arrayConfig": "CONTAINS"})
        fields = {**FIELDS, "tags": ["a", "bc", "a"]}
        assert index_sizes(TASK, fields, declared(by_tag)) == [44 + 1 + 2 + 32, 44 + 1 + 3 + 32]

    def test_automatic_ones_are_of_every_field_both_ways(self) -> None:
        everything: dict[str, Any] = {"indexes": [], "fieldOverrides": []}
        assert len(index_sizes(TASK, {"a": 1, "b": {"c": [1, 2]}}, everything)) == 8

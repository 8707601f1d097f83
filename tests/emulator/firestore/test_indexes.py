"""The indexes that Firestore would require, compared with its documented rules."""

from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import And, FieldFilter, Or, Query
from google.cloud.firestore_v1 import Client
from google.cloud.firestore_v1.types import StructuredQuery
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from emulator.firestore.indexes import missing_index

client = Client(project="demo-indexes", credentials=AnonymousCredentials())
things = client.collection("things")
group = client.collection_group("things")


def rest(query: Any) -> dict[str, Any]:
    proto = query.offset(0)._to_protobuf()  # a collection becomes a query
    form: dict[str, Any] = MessageToDict(StructuredQuery.pb(proto))
    return form


def missing(query: Any, *indexes: Any, overrides: list[Any] | None = None) -> dict[str, Any] | None:
    declared = {"indexes": list(indexes), "fieldOverrides": overrides or []}
    return missing_index(rest(query), declared)


def index(*fields: str, scope: str = "COLLECTION") -> dict[str, Any]:
    """An index of fields in the form `a` (ascending), `-a` (descending) or `[a]` (array)."""

    def field(text: str) -> dict[str, str]:
        if text.startswith("["):
            return {"fieldPath": text.strip("[]"), "arrayConfig": "CONTAINS"}
        order = "DESCENDING" if text.startswith("-") else "ASCENDING"
        return {"fieldPath": text.lstrip("-"), "order": order}

    return {"collectionGroup": "things", "queryScope": scope, "fields": [*map(field, fields)]}


def where(*conditions: tuple[str, str, Any], source: Any = things) -> Any:
    for condition in conditions:
        source = source.where(filter=FieldFilter(*condition))
    return source


EQUAL_A, EQUAL_B = ("a", "==", 1), ("b", "==", 2)
DESC = Query.DESCENDING


class TestAutomaticIndexes:
    @pytest.mark.parametrize(
        "query",
        [
            things,
            things.limit(3),
            things.order_by("a"),
            things.order_by("a", direction=DESC),
            things.order_by("__name__"),
            where(EQUAL_A),
            where(EQUAL_A, EQUAL_B, ("c", "==", None)),
            where(("tags", "array_contains", "x")),
            where(("tags", "array_contains_any", ["x", "y"]), EQUAL_A),
            where(("a", "in", [1, 2]), EQUAL_B),
            where(("a", ">", 1), ("a", "<", 5)),
            where(("a", "!=", 1)),
            where(("a", ">", 1)).order_by("a", direction=DESC),
            where(EQUAL_A).order_by("a"),
            where(EQUAL_A).order_by("__name__", direction=DESC),
            where(EQUAL_A, ("__name__", ">", things.document("m"))),
            where(("map.inner", "==", 1), EQUAL_A),
        ],
    )
    def test_serve_what_needs_one_field_or_equalities_alone(self, query: Any) -> None:
        assert missing(query) is None

    def test_a_collection_group_has_none(self) -> None:
        assert missing(where(EQUAL_A, source=group)) == {
            "collectionGroup": "things",
            "fieldPath": "a",
            "indexes": [
                {"queryScope": "COLLECTION", "order": "ASCENDING"},
                {"queryScope": "COLLECTION", "order": "DESCENDING"},
                {"queryScope": "COLLECTION", "arrayConfig": "CONTAINS"},
                {"queryScope": "COLLECTION_GROUP", "order": "ASCENDING"},
            ],
        }

    def test_a_whole_collection_group_needs_none(self) -> None:
        assert missing(group) is None

    def test_documents_are_not_read_backwards(self) -> None:
        query = things.order_by("__name__", direction=DESC)
        assert missing(query) == index("-__name__")
        assert missing(query, index("-__name__")) is None


class TestCompositeIndexes:
    @pytest.mark.parametrize(
        ("query", "needed"),
        [
            (where(EQUAL_A).order_by("t"), index("a", "t")),
            (where(EQUAL_A).order_by("t", direction=DESC), index("a", "-t")),
            (where(EQUAL_B, EQUAL_A).order_by("t"), index("a", "b", "t")),
            (where(EQUAL_A, ("t", ">", 1)), index("a", "t")),
            (where(("a", "in", [1, 2]), ("t", ">=", 1)), index("a", "t")),
            (where(("a", "!=", 1)).order_by("a").order_by("b"), index("a", "b")),
            (where(("b", ">", 1), ("a", ">", 1)), index("a", "b")),
            (where(("a", ">", 1)).order_by("b", direction=DESC), index("-b", "-a")),
            (where(("tags", "array_contains", "x")).order_by("t"), index("[tags]", "t")),
            (things.order_by("a").order_by("b", direction=DESC), index("a", "-b")),
            (things.order_by("a").order_by("__name__", direction=DESC), index("a", "-__name__")),
        ],
    )
    def test_are_asked_for_and_then_serve(self, query: Any, needed: dict[str, Any]) -> None:
        assert missing(query) == needed
        assert missing(query, needed) is None

    def test_equalities_come_in_any_order_and_direction(self) -> None:
        query = where(EQUAL_A, EQUAL_B).order_by("t", direction=DESC)
        assert missing(query, index("-b", "a", "-t")) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            index("a", "t"),
            index("t", "a"),
            index("a", "-t", "u"),
            index("a", "b", "-t"),
            index("a", "-t", scope="COLLECTION_GROUP"),
            {**index("a", "-t"), "collectionGroup": "others"},
            index("[a]", "-t"),
        ],
    )
    def test_one_that_does_not_fit_does_not_serve(self, wrong: dict[str, Any]) -> None:
        query = where(EQUAL_A).order_by("t", direction=DESC)
        assert missing(query, wrong) == index("a", "-t")

    def test_two_with_the_same_order_are_merged(self) -> None:
        query = where(EQUAL_A, EQUAL_B).order_by("t")
        assert missing(query, index("a", "t"), index("b", "t")) is None
        assert missing(query, index("a", "t"), index("b", "-t")) == index("a", "b", "t")

    def test_a_collection_group_needs_its_own(self) -> None:
        query = where(EQUAL_A, source=group).order_by("t")
        needed = index("a", "t", scope="COLLECTION_GROUP")
        assert missing(query, index("a", "t")) == needed
        assert missing(query, needed) is None


class TestBranches:
    def test_each_branch_of_an_or_needs_its_index(self) -> None:
        either = Or([FieldFilter(*EQUAL_A), FieldFilter(*EQUAL_B)])
        query = things.where(filter=either).order_by("t")
        assert missing(query, index("a", "t")) == index("b", "t")
        assert missing(query, index("a", "t"), index("b", "t")) is None

    def test_an_or_of_equalities_needs_none(self) -> None:
        either = Or([FieldFilter(*EQUAL_A), FieldFilter(*EQUAL_B)])
        assert missing(things.where(filter=And([either, FieldFilter("c", "==", 3)]))) is None


class TestFieldOverrides:
    def test_one_without_indexes_forbids_the_query(self) -> None:
        off = {"collectionGroup": "things", "fieldPath": "a", "indexes": []}
        needed = missing(where(EQUAL_A), overrides=[off])
        assert needed is not None
        assert needed["indexes"] == [{"queryScope": "COLLECTION", "order": "ASCENDING"}]

    def test_one_on_a_map_reaches_the_fields_in_it(self) -> None:
        off = {"collectionGroup": "things", "fieldPath": "map", "indexes": []}
        assert missing(where(("map.inner", "==", 1)), overrides=[off]) is not None

    def test_one_for_the_group_serves_the_group(self) -> None:
        needed = missing(where(EQUAL_A, source=group))
        assert missing(where(EQUAL_A, source=group), overrides=[needed]) is None
        assert missing(where(EQUAL_A), overrides=[needed]) is None

    def test_a_time_to_live_alone_changes_no_index(self) -> None:
        ttl = {"collectionGroup": "things", "fieldPath": "a", "ttl": True}
        assert missing(where(EQUAL_A), overrides=[ttl]) is None


NAMES = st.sampled_from("abcd")
CONDITIONS = st.lists(
    st.tuples(NAMES, st.sampled_from(["==", "in", "array_contains", ">", "!="])), max_size=4
)
ORDERS = st.lists(st.tuples(NAMES, st.sampled_from([Query.ASCENDING, DESC])), max_size=3)


class TestAdvice:
    @given(conditions=CONDITIONS, orders=ORDERS, source=st.sampled_from([things, group]))
    def test_following_it_ends_the_complaint(
        self, conditions: list[Any], orders: list[Any], source: Any
    ) -> None:
        query = where(*((p, op, [1] if op == "in" else 1) for p, op in conditions), source=source)
        for path, direction in orders:
            query = query.order_by(path, direction=direction)
        needed = missing(query)
        if needed is None:
            return
        if "fieldPath" in needed:
            assert missing(query, overrides=[needed]) is None
        else:
            assert missing(query, needed) is None

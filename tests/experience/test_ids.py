"""Ids that clients name, and ids that the server makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from experience.ids import (
    DocumentId,
    RequestId,
    derived_id,
    fingerprint,
    is_document_id,
    is_uid,
    new_id,
)

PARTS = st.lists(st.text() | st.integers() | st.none() | st.booleans(), max_size=3)


class TestDocumentId:
    @pytest.mark.parametrize("name", ["a", "_", "__a", "a__", "-", "A-b_9", "x" * 128])
    def test_letters_digits_and_two_marks_are_a_name(self, name: str) -> None:
        assert TypeAdapter(DocumentId).validate_python(name) == name
        assert is_document_id(name)

    @pytest.mark.parametrize(
        "name", ["", "x" * 129, "__a__", "____", "a/b", ".", "..", "ä", "٣", "a b", "a\n", "a`b"]
    )
    def test_what_firestore_keeps_or_what_could_leave_the_collection_is_none(
        self, name: str
    ) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(DocumentId).validate_python(name)
        assert not is_document_id(name)


class TestUid:
    @pytest.mark.parametrize("uid", ["a", "a b", "ä", "a\nb", "x__", "x" * 128])
    def test_any_name_of_a_document_is_one(self, uid: str) -> None:
        assert is_uid(uid)

    @pytest.mark.parametrize(
        "uid", ["", "x" * 129, "a/b", ".", "..", "__a__", "__a\nb__", "__\n__", "a\ud800"]
    )
    def test_what_no_document_can_be_named_by_is_none(self, uid: str) -> None:
        assert not is_uid(uid)


class TestRequestId:
    @pytest.mark.parametrize("name", ["a", "__a__", "x" * 64])
    def test_it_never_names_a_document_by_itself(self, name: str) -> None:
        assert TypeAdapter(RequestId).validate_python(name) == name

    @pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a/b", "ä"])
    def test_it_has_a_form(self, name: str) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(RequestId).validate_python(name)


class TestMadeIds:
    def test_new_ones_differ_and_are_names(self) -> None:
        made = {new_id() for _ in range(1000)}

        assert len(made) == 1000
        assert all(is_document_id(each) and len(each) == 20 for each in made)

    @given(PARTS, PARTS)
    def test_a_derived_one_follows_from_its_parts_alone(
        self, one: list[object], other: list[object]
    ) -> None:
        assert is_document_id(derived_id("session", *one))
        same = repr(one) == repr(other)
        assert (derived_id("session", *one) == derived_id("session", *other)) is same
        assert derived_id("session", *one) != derived_id("job", *one)

    def test_parts_do_not_run_into_each_other(self) -> None:
        assert derived_id("s", "ab", "c") != derived_id("s", "a", "bc")

    def test_a_fingerprint_does_not_depend_on_the_order_of_keys(self) -> None:
        assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
        assert fingerprint({"a": 1}) != fingerprint({"a": "1"})

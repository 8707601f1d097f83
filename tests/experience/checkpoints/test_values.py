"""Values of every size and ids of every kind, in threads of graphs."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import storage
from experience.checkpoints import FirestoreSaver, store
from experience.checkpoints.models import objects_prefix, thread_key
from tests.support.builders.checkpoints import (
    Course,
    a_config,
    stored_below,
)

MIB = 1024 * 1024

AWKWARD = [
    *(
        "a",
        "a_b",
        "a/b",
        "a/",
        "/",
        "..",
        ".",
        "__a__",
        "a~b",
        "~",
        "=",
        "",
        " ",
        "ä",
        "\0",
        "a|b:1",
    ),
    *("../../lgThreads/a", "x" * 5000, "😀"),
]


class TestSizes:
    def test_ten_mebibytes_of_state_come_back_and_are_stored_once(
        self, db: Client, saver: FirestoreSaver, workspace_id: str
    ) -> None:
        course = Course(saver, "large")
        large = bytes(range(256)) * (10 * MIB // 256)
        values: dict[str, Any] = {
            "object": large,
            "chunked": ["x" * MIB, "y" * MIB],
            "one": "z" * 1000,
            "small": "n",
            "none": None,
        }
        course.step(**values)
        before = stored_below(db, workspace_id, "large")["lgBlobs"]
        course.step(small="m")
        assert stored_below(db, workspace_id, "large")["lgBlobs"] == before
        found = saver.get_tuple(a_config("large"))
        assert found is not None
        assert found.checkpoint["channel_values"] == {**values, "small": "m"}
        saver.put_writes(course.config, [("a", large), ("b", "x" * MIB), ("c", 1)], "task")
        saver.put_writes(course.config, [(f"n{n}", "x" * 800_000) for n in range(6)], "many")
        found = saver.get_tuple(a_config("large"))
        assert found is not None
        assert found.pending_writes is not None
        assert dict(each[1:] for each in found.pending_writes[6:]) == {
            "a": large,
            "b": "x" * MIB,
            "c": 1,
        }
        prefix = objects_prefix(workspace_id, thread_key("large"))
        assert len(list(storage.bucket().list_blobs(prefix=prefix))) == 1  # equal bytes, once
        saver.copy_thread("large", "copy")
        saver.delete_thread("large")
        assert list(storage.bucket().list_blobs(prefix=prefix)) == []
        assert not any(stored_below(db, workspace_id, "large").values())
        copied = saver.get_tuple(a_config("copy"))
        assert copied is not None
        assert copied.checkpoint == found.checkpoint
        assert copied.pending_writes == found.pending_writes
        saver.delete_thread("copy")

    @pytest.mark.parametrize("size", [4 * MIB - 64 * 1024, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1])
    def test_a_value_of_about_what_one_commit_holds_comes_back(
        self, saver: FirestoreSaver, size: int
    ) -> None:
        course = Course(saver, "t")
        course.step(large=b"x" * size)
        found = saver.get_tuple(course.config)
        assert found is not None
        assert found.checkpoint["channel_values"] == {"large": b"x" * size}

    def test_values_that_fill_a_commit_together_come_back(self, saver: FirestoreSaver) -> None:
        course = Course(saver, "t")
        values: dict[str, Any] = {f"c{number}": b"x" * 13_950 for number in range(300)}
        course.step(**values)
        saver.put_writes(course.config, [("a", b"x" * 20_950)] * 200, "task")
        found = saver.get_tuple(course.config)
        assert found is not None
        assert found.checkpoint["channel_values"] == values
        assert found.pending_writes == [("task", "a", b"x" * 20_950)] * 200

    def test_a_checkpoint_of_many_channels_does_not_have_to_fit_a_document(
        self, saver: FirestoreSaver
    ) -> None:
        course = Course(saver, "wide")
        course.step(**{f"channel-{number:05}": f"{number}" * 20 for number in range(9000)})
        found = saver.get_tuple(a_config("wide"))
        assert found is not None
        assert found.checkpoint["channel_values"] == course.values
        assert [each.checkpoint for each in saver.list(a_config("wide"))] == [found.checkpoint]


class TestIds:
    @pytest.mark.exhaustive
    def test_threads_namespaces_checkpoints_and_tasks_keep_apart_whatever_their_ids(
        self, db: Client, saver: FirestoreSaver, workspace_id: str
    ) -> None:
        for text in AWKWARD:
            Course(saver, text).step(name=text)
        for text in AWKWARD:
            [found] = saver.list(a_config(text))
            assert found.checkpoint["channel_values"] == {"name": text}
            assert found.config["configurable"]["thread_id"] == text
        names = {found.config["configurable"]["thread_id"] for found in saver.list(None)}
        assert names == set(AWKWARD)
        threads = list(store.threads_ref(db, workspace_id).list_documents())
        assert len(threads) == len(AWKWARD)

        ids = [each for each in AWKWARD if each and len(each) < 1000]
        for text in AWKWARD:
            Course(saver, "one", text).step(name=text)
        for text in ids:
            Course(saver, "one", "by id").step(id_=text, name=text)
            saver.put_writes(a_config("one", text, "by id"), [(text, text)], text)
        for task in ids:
            saver.put_writes(a_config("one", "a", "by id"), [("x", 1), ("y", 2)], task)
        for text in AWKWARD:
            [found] = saver.list(a_config("one", namespace=text))
            assert found.checkpoint["channel_values"] == {"name": text}
        for text in ids:
            one = saver.get_tuple(a_config("one", text, "by id"))
            assert one is not None
            assert one.checkpoint["channel_values"] == {"name": text}
            tasks = set(ids) if text == "a" else {text}
            assert {each[0] for each in one.pending_writes or ()} == tasks

    def test_what_firestore_cannot_store_is_refused_before_anything_is_written(
        self, db: Client, saver: FirestoreSaver, workspace_id: str
    ) -> None:
        for thread_id, checkpoint_id in [("\ud800", "c"), ("t", "\ud800"), ("t", "x" * 1001)]:
            with pytest.raises(ValueError, match=r"no valid text|bytes"):
                saver.put_writes(a_config(thread_id, checkpoint_id), [("a", 1)], "task")
        with pytest.raises(ValueError, match="names no checkpoint_id"):
            saver.put_writes(a_config("t"), [("a", 1)], "task")
        assert list(store.threads_ref(db, workspace_id).list_documents()) == []

    @pytest.mark.parametrize(
        "workspace_id", ["", "a/b", "..", "__a__", "a/lgThreads/b/c", "x" * 200]
    )
    def test_a_workspace_is_named_by_its_id_alone(self, db: Client, workspace_id: str) -> None:
        with pytest.raises(ValueError, match="no id of a workspace"):
            FirestoreSaver.for_workspace(db, workspace_id)
        with pytest.raises(ValueError, match="ttl_days"):
            FirestoreSaver.for_workspace(db, "w", ttl_days=0)

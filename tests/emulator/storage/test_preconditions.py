"""Preconditions of reads and writes: generations and metagenerations."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage

from emulator.storage.errors import StorageError
from emulator.storage.objects import Attributes, ObjectStore, Preconditions, StoredObject


class TestPreconditions:
    def test_generation_zero_writes_once(self, bucket: storage.Bucket) -> None:
        bucket.blob("once").upload_from_string("first", if_generation_match=0)
        with pytest.raises(PreconditionFailed, match="ifGenerationMatch=0"):
            bucket.blob("once").upload_from_string("second", if_generation_match=0)
        assert bucket.blob("once").download_as_bytes() == b"first"

    def test_of_twenty_writers_at_once_one_wins(self, bucket: storage.Bucket) -> None:
        def write(number: int) -> int | None:
            try:
                bucket.blob("once").upload_from_string(str(number), if_generation_match=0)
            except PreconditionFailed:
                return None
            return number

        with ThreadPoolExecutor(20) as pool:
            winners = [n for n in pool.map(write, range(20)) if n is not None]
        assert [str(n) for n in winners] == [bucket.blob("once").download_as_text()]

    def test_checking_and_writing_are_one_step(self, tmp_path: Path) -> None:
        meeting = threading.Barrier(2)

        class Meeting(Preconditions):
            """Check, then wait until another writer has checked too."""

            def check(self, current: StoredObject | None, *, reading: bool = False) -> None:
                super().check(current, reading=reading)
                with suppress(threading.BrokenBarrierError):
                    meeting.wait(0.2)

        store = ObjectStore("bucket", tmp_path)

        def write(_: int) -> bool:
            try:
                store.put("bucket", "once", store.new_content(), Attributes(), Meeting(0))
            except StorageError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(write, range(2))) == [False, True]

    def test_generations_grow(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("data")
        generations = []
        for text in ("a", "b", "c"):
            blob.upload_from_string(text)
            generations.append(blob.generation)
        assert generations == sorted(set(generations))

    def test_every_operation_honours_them(self, bucket: storage.Bucket) -> None:
        blob = bucket.blob("data")
        blob.upload_from_string("x")
        stale = blob.generation - 1
        operations: list[Callable[[], object]] = [
            lambda: blob.reload(if_generation_match=stale),
            lambda: blob.download_as_bytes(if_metageneration_match=7),
            lambda: blob.patch(if_metageneration_match=7),
            lambda: blob.update(if_generation_not_match=blob.generation),
            lambda: blob.delete(if_generation_match=stale),
            lambda: bucket.copy_blob(blob, bucket, "copy", if_source_generation_match=stale),
            lambda: bucket.copy_blob(blob, bucket, "data", if_generation_match=0),
            lambda: blob.rewrite(blob, if_metageneration_not_match=1),
            lambda: blob.upload_from_string("y", if_metageneration_match=7),
        ]
        for operation in operations:
            with pytest.raises(PreconditionFailed):
                operation()
        assert blob.download_as_bytes(if_generation_match=blob.generation) == b"x"

    def test_a_reader_with_the_newest_generation_gets_not_modified(
        self, bucket: storage.Bucket, url: str
    ) -> None:
        blob = bucket.blob("data")
        blob.upload_from_string("x")
        response = requests.get(
            f"{url}/storage/v1/b/{bucket.name}/o/data",
            params={"ifGenerationNotMatch": str(blob.generation)},
            timeout=5,
        )
        assert (response.status_code, response.content) == (304, b"")

    def test_an_overwritten_generation_is_gone(self, bucket: storage.Bucket) -> None:
        first = bucket.blob("data")
        first.upload_from_string("first")
        bucket.blob("data").upload_from_string("second")
        with pytest.raises(NotFound):
            bucket.blob("data", generation=first.generation).download_as_bytes()

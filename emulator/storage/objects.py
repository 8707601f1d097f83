"""Buckets and objects: each has one live generation, and requests change it one at a time."""

import shutil
import tempfile
import threading
import time
import uuid
import weakref
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from emulator.storage.content import Content
from emulator.storage.errors import ErrorKind, StorageError


@dataclass(frozen=True)
class Attributes:
    """What a client may set: `fields` by their JSON names (contentType, …), custom `metadata`."""

    fields: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredObject:
    bucket: str
    name: str
    content: Content
    attributes: Attributes
    generation: int
    metageneration: int
    created: datetime
    updated: datetime
    components: int | None = None
    """Of how many uploads the object is composed; None if it was uploaded itself."""

    @property
    def content_type(self) -> str:
        return self.attributes.fields.get("contentType", "application/octet-stream")


@dataclass(frozen=True)
class Preconditions:
    """The conditions of a request; generation 0 means that the object must not exist."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None

    def check(self, current: StoredObject | None, *, reading: bool = False) -> None:
        """Raise PRECONDITION, or NOT_MODIFIED for a read of what the client already has."""
        generation = current.generation if current else 0
        metageneration = current.metageneration if current else 0
        if self.generation_match not in (None, generation):
            raise _not_met("ifGenerationMatch", self.generation_match, generation)
        if self.metageneration_match not in (None, metageneration):
            raise _not_met("ifMetagenerationMatch", self.metageneration_match, metageneration)
        if self.generation_not_match == generation:
            raise _not_met("ifGenerationNotMatch", generation, generation, reading=reading)
        if self.metageneration_not_match == metageneration:
            raise _not_met("ifMetagenerationNotMatch", metageneration, metageneration, reading)


def _not_met(condition: str, asked: int | None, actual: int, reading: bool = False) -> StorageError:
    kind = ErrorKind.NOT_MODIFIED if reading else ErrorKind.PRECONDITION
    return StorageError(
        kind,
        "At least one of the pre-conditions you specified did not hold.",
        f"{condition}={asked}, the object has {actual}.",
    )


NO_PRECONDITIONS = Preconditions()


@dataclass(frozen=True)
class ObjectPage:
    items: list[StoredObject]
    prefixes: list[str]
    next_key: str | None


class ObjectStore:
    """The buckets of one server. Bytes are stored under `root` (by default a temporary folder) in
    files with random names: an object's name is a dictionary key, never a path."""

    def __init__(self, bucket: str, root: Path | None = None) -> None:
        if root is None:
            root = Path(tempfile.mkdtemp(prefix="storage-"))
            weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._lock = threading.RLock()
        self._last_generation = 0
        self._default_bucket = bucket
        self._buckets: dict[str, dict[str, StoredObject]] = {bucket: {}}
        self.on_clear: list[Callable[[], None]] = []

    def clear(self) -> None:
        """Delete everything but the default bucket, which is then empty."""
        with self._lock:
            self._buckets = {self._default_bucket: {}}
        for forget in self.on_clear:
            forget()

    def new_content(self) -> Content:
        return Content(self._root / uuid.uuid4().hex)

    def bucket_names(self) -> list[str]:
        return sorted(self._buckets)

    def create_bucket(self, name: str) -> None:
        with self._lock:
            if name in self._buckets:
                raise StorageError(ErrorKind.BUCKET_EXISTS, f"The bucket {name} already exists.")
            self._buckets[name] = {}

    def bucket(self, name: str) -> dict[str, StoredObject]:
        """The objects of a bucket by name. Raises NO_BUCKET."""
        try:
            return self._buckets[name]
        except KeyError:
            raise StorageError(
                ErrorKind.NO_BUCKET, f"The specified bucket does not exist: {name}"
            ) from None

    def get(
        self,
        bucket: str,
        name: str,
        preconditions: Preconditions = NO_PRECONDITIONS,
        generation: int | None = None,
        *,
        reading: bool = True,
    ) -> StoredObject:
        """Raises NO_OBJECT if there is none, or none of that generation."""
        found = self.bucket(bucket).get(name)
        if found is None or generation not in (None, found.generation):
            raise StorageError(ErrorKind.NO_OBJECT, f"No such object: {bucket}/{name}")
        preconditions.check(found, reading=reading)
        return found

    def put(
        self,
        bucket: str,
        name: str,
        content: Content,
        attributes: Attributes,
        preconditions: Preconditions = NO_PRECONDITIONS,
        *,
        components: int | None = None,
    ) -> StoredObject:
        """Store a new generation. Of several writers with the same precondition, one wins."""
        check_name(name)
        with self._lock:
            objects = self.bucket(bucket)
            preconditions.check(objects.get(name))
            now = datetime.now(UTC)
            self._last_generation = max(self._last_generation + 1, time.time_ns() // 1000)
            objects[name] = StoredObject(
                bucket, name, content, attributes, self._last_generation, 1, now, now, components
            )
            return objects[name]

    def change(
        self,
        bucket: str,
        name: str,
        change: Callable[[Attributes], Attributes],
        preconditions: Preconditions = NO_PRECONDITIONS,
        generation: int | None = None,
    ) -> StoredObject:
        """Change attributes: the same generation, the next metageneration."""
        with self._lock:
            before = self.get(bucket, name, preconditions, generation, reading=False)
            after = replace(
                before,
                attributes=change(before.attributes),
                metageneration=before.metageneration + 1,
                updated=datetime.now(UTC),
            )
            self.bucket(bucket)[name] = after
            return after

    def delete(
        self,
        bucket: str,
        name: str,
        preconditions: Preconditions = NO_PRECONDITIONS,
        generation: int | None = None,
    ) -> None:
        with self._lock:
            self.get(bucket, name, preconditions, generation, reading=False)
            del self.bucket(bucket)[name]

    def list(
        self,
        bucket: str,
        *,
        prefix: str = "",
        delimiter: str = "",
        start: str = "",
        end: str = "",
        after: str = "",
        limit: int = 1000,
    ) -> ObjectPage:
        """The names from `start` to before `end`, after the key `after`. Names with the delimiter
        after the prefix are folded into one prefix. Items and prefixes count towards `limit`."""
        with self._lock:
            objects = dict(self.bucket(bucket))
        names = sorted(objects)
        page = ObjectPage([], [], None)
        last = after
        for name in names[bisect_left(names, max(prefix, start)) :]:
            if not name.startswith(prefix) or (end and name >= end):
                break
            folded = name.find(delimiter, len(prefix)) if delimiter else -1
            key = name if folded < 0 else name[: folded + len(delimiter)]
            if key <= after or key == last:
                continue
            if len(page.items) + len(page.prefixes) == limit:
                return replace(page, next_key=last)
            if folded < 0:
                page.items.append(objects[name])
            else:
                page.prefixes.append(key)
            last = key
        return page


def check_name(name: str) -> None:
    """Raise INVALID for a name that Cloud Storage rejects.

    Source: https://cloud.google.com/storage/docs/objects#naming
    """
    if not 1 <= len(name.encode()) <= 1024:
        raise StorageError(ErrorKind.INVALID, "An object's name has 1 to 1024 bytes of UTF-8.")
    if name in (".", "..") or "\r" in name or "\n" in name:
        raise StorageError(
            ErrorKind.INVALID, "An object's name is not «.» or «..» and holds no line break."
        )

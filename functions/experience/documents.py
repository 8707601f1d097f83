"""The two bases of every model, what is stored and what a caller sends, and a document as read."""

import json
import zlib
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

B = TypeVar("B", bound=BaseModel)
V = TypeVar("V")

MAX_INTEGER = 2**53
"""JSON's numbers are exact up to here."""


class Document(BaseModel):
    """A stored document, or a part of one: camelCase in Firestore, snake_case in Python.

    Fields that this version does not know are kept, so that a document written by a newer
    version survives being read here. Use cases write the difference, never the whole document.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        frozen=True,
        ser_json_bytes="base64",  # as Firestore's own REST answers have them
        hide_input_in_errors=True,  # tracebacks are logged, and documents hold what guests wrote
        defer_build=True,  # an instance serves one function: most models are never used in it
    )

    @classmethod
    def load(cls, data: dict[str, Any]) -> Self:
        """Read a stored document's fields, under their stored names."""
        return cls.model_validate(data)

    def dump(self) -> dict[str, Any]:
        """The fields as they are stored; those that are not known here are of any type."""
        return self.model_dump(by_alias=True)

    def difference(self, changed: Self) -> dict[str, Any]:
        """The top-level fields that `changed` has otherwise: what is written of it."""
        stored = self.dump()
        return {name: value for name, value in changed.dump().items() if stored.get(name) != value}

    HIDDEN: ClassVar[set[str]] = set()
    """Fields that no callable returns."""

    def shown(self) -> dict[str, Any]:
        """The fields in JSON's values, as callables return them."""
        return self.model_dump(mode="json", by_alias=True, fallback=str, exclude=self.HIDDEN)

    def shown_json(self) -> str:
        """As `shown`, in JSON, which is made at once."""
        return self.model_dump_json(by_alias=True, fallback=str, exclude=self.HIDDEN)

    def declared(self) -> dict[str, Any]:
        """As `shown`, but only what this version knows, in it and in its parts."""
        return {
            str(field.serialization_alias or field.alias or name): _declared(getattr(self, name))
            for name, field in type(self).model_fields.items()
            if not (field.exclude_if and field.exclude_if(getattr(self, name)))
        }


def _is_none(value: Any) -> bool:
    return value is None


Sparse = Annotated[V | SkipJsonSchema[None], Field(exclude_if=_is_none)]
"""A field that a document has with a value, or not at all: None is never stored and never shown."""


class SparseDocument(Document):
    """A document whose older readers hold that a field is absent, never null.

    What was never given is not stored: a document that is read and dumped is what was read. A
    field that may be missing is `Sparse`, and `store.field_updates` deletes one that ends.
    """

    def dump(self) -> dict[str, Any]:
        """The fields that were read or given, as they are stored."""
        return self.model_dump(by_alias=True, exclude_unset=True)


SHARDS = 8
"""An index of times that many write begins with the shard, so that it has as many ends.

One end takes 500 writes a second: https://firebase.google.com/docs/firestore/solutions/shard-timestamp
A query reads all shards, and Firestore merges at most thirty.
"""


class Sharded(Document):
    """A document with a shard, which follows from what it is named by, so that it never changes."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("id",)

    shard: Sparse[int] = None

    def model_post_init(self, _context: Any, /) -> None:
        """Know the shard of a document that is made, and of one that a client has written."""
        if self.shard is None and "shard" not in self.model_fields_set:
            name = "/".join(str(getattr(self, field)) for field in self.NAMED_BY)
            object.__setattr__(self, "shard", shard_of(name))  # the models are frozen
            self.model_fields_set.add("shard")


def shard_of(name: str) -> int:
    """The shard of a document of this name."""
    return zlib.crc32(name.encode()) % SHARDS


def _declared(value: Any) -> Any:
    if isinstance(value, Document):
        return value.declared()
    if isinstance(value, dict):
        return {key: _declared(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_declared(item) for item in value]
    return value


D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Versioned(Generic[D]):
    """A document as it was read, with Firestore's times of its last write and of its creation.

    A write on the condition that `update_time` still holds fails on a conflict.
    """

    value: D
    update_time: Any
    create_time: Any = None


class Request(BaseModel):
    """What a caller sends: fields that are not named here are refused, and so is infinity.

    Numbers and booleans are what they are in JSON, where 3.0 is a whole number: see `load`.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    @classmethod
    def load(cls, data: Any) -> Self:
        """Read what a caller sent, at every depth strictly. Raises pydantic's ValidationError."""
        return load_strictly(cls, data)


def load_strictly(
    model: type[B], data: Any, *, extra: Literal["allow", "ignore", "forbid"] | None = None
) -> B:
    """A model of JSON's values, of which none is converted but the texts of enums and dates."""
    text = json.dumps(with_whole_numbers(data))
    return model.model_validate_json(text, strict=True, extra=extra)


def with_whole_numbers(value: Any) -> Any:
    """JSON has one type of numbers; 3.0 and 3 are the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_INTEGER:
        return int(value)
    if isinstance(value, dict):
        return {key: with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(item) for item in value]
    return value

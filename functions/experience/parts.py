"""Changing a part of a nested object: what is left out stays, and what is null goes.

This is JSON Merge Patch (RFC 7396): objects merge at every depth, and a list is replaced whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, GetCoreSchemaHandler, ValidationError, create_model
from pydantic_core import core_schema

from experience.documents import Request, load_strictly, with_whole_numbers
from experience.errors import InvalidArgument, Location, issues_of


@dataclass(frozen=True)
class PartOf:
    """Annotates a dictionary that holds those fields of the model that are to change.

    Each value is checked as the model's own is. Whether the whole is complete and consistent is
    known after the merge: `require_valid`.
    """

    model: type[BaseModel]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        schema = handler.generate_schema(_partial(self.model))
        return core_schema.no_info_after_validator_function(_given, schema)


def merge(stored: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """The stored object with the part's values, without what is null in it."""
    merged = dict(stored)
    for name, value in part.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            before = merged.get(name)
            merged[name] = merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def checked(model: type[BaseModel], part: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The part, if each value fits the model, as `PartOf` checks it in a request.

    For a part whose model is known only once the stored object was read. InvalidArgument.
    """
    try:
        load_strictly(_partial(model), part, extra="forbid")
    except ValidationError as error:
        issues = issues_of(error, part)
        raise InvalidArgument(*((f"{path}.{where}", what) for where, what in issues)) from error
    given: dict[str, Any] = with_whole_numbers(dict(part))
    return given


def require_valid(
    model: type[BaseModel], merged: dict[str, Any], part: Mapping[str, Any] | None, path: str
) -> None:
    """Raise InvalidArgument if what the part touches does not fit the model after the merge.

    Without a part the whole is new, and everything counts. Stored fields that this version does
    not know are kept, so they are no issue here.
    """

    def counts(kind: str, location: Location) -> bool:
        touched = part is None or not location or location[0] in part
        return touched and kind != "extra_forbidden"

    try:
        model.model_validate(merged)
    except ValidationError as error:
        issues = issues_of(error, merged, counts)
        if issues:
            named = [(f"{path}.{where}" if where else path, message) for where, message in issues]
            raise InvalidArgument(*named) from error


@cache
def _partial(model: type[BaseModel]) -> type[Request]:
    """The model with each field optional, at every depth that is an object."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = _optional_within(_inner(field.annotation))
        annotated = Annotated[(inner, *field.metadata)] if field.metadata else inner
        optional = Field(default=None, alias=field.alias)
        fields[name] = (Union[annotated, None], optional)  # noqa: UP007 (a value, not a type)
    return create_model(f"{model.__name__}Part", __base__=Request, __doc__=model.__doc__, **fields)


def _optional_within(annotation: Any) -> Any:
    """The partial model of a model; of a mapping one whose values may be null, which go."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _partial(annotation)
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return Annotated[(_optional_within(inner), *metadata)]
    if get_origin(annotation) is Mapping:
        key, value = get_args(annotation)
        generic: Any = Mapping
        return generic[key, Union[_optional_within(value), None]]  # noqa: UP007 - a value
    return annotation


def _inner(annotation: Any) -> Any:
    """What may be None, without the None."""
    if get_origin(annotation) not in {Union, UnionType}:
        return annotation
    return Union[tuple(each for each in get_args(annotation) if not _is_none(each))]  # noqa: UP007


def _is_none(annotation: Any) -> bool:
    """Whether it is None, annotated or not."""
    if get_origin(annotation) is Annotated:
        return _is_none(get_args(annotation)[0])
    return annotation is NoneType


def _given(part: BaseModel) -> dict[str, Any]:
    """What the caller sent, by the stored names; what lies in a list is whole."""
    dumped = part.model_dump(mode="json", by_alias=True)
    given: dict[str, Any] = {}
    for name in type(part).model_fields:
        if name in part.model_fields_set:
            alias = type(part).model_fields[name].alias or name
            given[alias] = _given_value(getattr(part, name), dumped[alias])
    return given


def _given_value(value: Any, dumped: Any) -> Any:
    if isinstance(value, BaseModel):
        return _given(value)
    if isinstance(value, dict):
        return {key: _given_value(each, dumped[key]) for key, each in value.items()}
    return dumped

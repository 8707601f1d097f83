"""The JSON Schemas that vendors take: what their documentation lists, and the rest in words.

https://ai.google.dev/gemini-api/docs/structured-output and
https://platform.openai.com/docs/guides/structured-outputs list different keywords. Left here are
those of both lists. Nothing is lost: what a model says is checked against the whole schema. Pure.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from experience.language_models.models import Message, Role

_KEPT = frozenset(("type", "enum", "minItems", "maxItems", "minimum", "maximum", "required"))

_IN_WORDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches the regular expression {}",
    "exclusiveMinimum": "greater than {}",
    "exclusiveMaximum": "less than {}",
}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema as vendors take it, without references: not for models that contain themselves."""
    declared = model.model_json_schema(by_alias=True)
    return _taken(declared, declared.get("$defs", {}))


def with_schema(messages: Sequence[Message], schema: type[BaseModel] | None) -> Sequence[Message]:
    """Messages with the schema in words: what the vendor counts as input, at most."""
    if schema is None:
        return messages
    return (*messages, Message(Role.SYSTEM, json.dumps(schema_of(schema))))


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether each object in it has exactly its properties, as OpenAI's `strict` demands."""
    return all(
        each.get("additionalProperties") is False
        and set(each.get("required", ())) == set(each.get("properties", ()))
        for each in _objects(schema)
    )


def _objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if schema.get("type") == "object":
        yield schema
    below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    for each in [*below, schema["items"]] if "items" in schema else below:
        yield from _objects(each)


def _taken(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _taken({**shared[schema["$ref"].rsplit("/", 1)[-1]], **beside}, shared)
    taken: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT}
    if "const" in schema:
        taken["enum"] = [schema["const"]]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        taken["anyOf"] = [_taken(each, shared) for each in options]
    if "items" in schema:
        taken["items"] = _taken(schema["items"], shared)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        taken["properties"] = {key: _taken(each, shared) for key, each in properties.items()}
        taken["additionalProperties"] = False
    described = [schema["description"]] if schema.get("description") else []
    described += [text.format(schema[key]) for key, text in _IN_WORDS.items() if key in schema]
    if described:
        taken["description"] = "; ".join(described)
    return taken

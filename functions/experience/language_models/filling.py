"""Values of any schema: what the model `local` says where it has no grammar. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from experience.language_models import colours
from experience.language_models.grammar import Reading

_SPAN = 10
"""How far a number without an upper bound may lie above its lower one."""


def fill(schema: type[BaseModel], reading: Reading, texts: Mapping[str, str]) -> Any:
    """A value of the schema, with these texts in the fields of their names.

    It keeps to the types and bounds that a JSON Schema declares; checks in Python it cannot know.
    """
    declared = schema.model_json_schema(by_alias=True)
    return _Filling(declared.get("$defs", {}), reading, texts).value(declared, schema.__name__)


class _Filling:
    def __init__(
        self, shared: Mapping[str, Any], reading: Reading, texts: Mapping[str, str]
    ) -> None:
        self.shared = shared
        self.reading = reading
        self.texts = texts

    def value(self, schema: Mapping[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self.value(self.shared[schema["$ref"].rsplit("/", 1)[-1]], name)
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(options[0], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.reading.pick(name, schema["enum"])
        return self._of_type(schema, name)

    def _of_type(self, schema: Mapping[str, Any], name: str) -> Any:
        value: Any = None
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                value = {key: self.value(each, key) for key, each in properties.items()}
            case "array":
                length = schema.get("minItems", min(1, schema.get("maxItems", 1)))
                items = schema.get("items", {})
                value = [self.value(items, f"{name}{number}") for number in range(length)]
            case "string":
                value = self._string(schema, name)
            case "integer" | "number":
                value = self.reading.pick(name, _numbers(schema))
            case "boolean":
                value = self.reading.pick(name, (False, True))
        return value

    def _string(self, schema: Mapping[str, Any], name: str) -> str:
        if schema.get("pattern") == colours.COLOUR_PATTERN:
            return self.texts.get(name, self.texts["primaryColor"])
        text = self.texts.get(name) or str(self.reading.lines["line"])
        short = text[: int(schema.get("maxLength", len(text)))].rstrip()
        return short.ljust(int(schema.get("minLength", 0)), ".")


def _numbers(schema: Mapping[str, Any]) -> range:
    low = schema["minimum"] if "minimum" in schema else schema.get("exclusiveMinimum", -1) + 1
    high = schema["maximum"] if "maximum" in schema else schema.get("exclusiveMaximum", low + _SPAN)
    return range(int(low), int(high) + ("maximum" in schema))

"""JSON Schema as the tables of the reference pages."""

from typing import Any

Json = dict[str, Any]

# Ids, which most of the strings with a pattern are.
PATTERNS = {
    "^[A-Za-z0-9_-]{1,128}$": "1 to 128 of `A-Za-z0-9_-`",
    "^[A-Za-z0-9_-]{1,64}$": "1 to 64 of `A-Za-z0-9_-`",
}
BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "maxProperties": "at most {}",
    "minimum": "from {}",
    "maximum": "to {}",
}
EMPTY: tuple[object, ...] = (None, [], {}, "")


def fields(definition: Json, *, is_request: bool) -> list[str]:
    """A table of an object's fields, with the defaults of a request."""
    if not definition.get("properties"):
        return ["No fields."]
    required = set(definition.get("required", ()))
    lines = ["| field | type | notes |", "|---|---|---|"]
    for name, schema in definition["properties"].items():
        optional = "?" if name not in required else ""
        notes = limits(schema)
        if is_request and optional and (default := schema.get("default")) not in EMPTY:
            notes.append(f"default `{_literal(default)}`")
        lines.append(f"| `{name}`{optional} | {kind(schema)} | {', '.join(notes)} |")
    return lines


def kind(schema: Json) -> str:  # noqa: PLR0911 - one return for each kind of type
    """A type as a cell of a table. A model links to its description."""
    match schema:
        case {"$ref": reference}:
            name = reference.rsplit("/", 1)[1]
            return f"[{name}](types.md#{name.lower()})"
        case {"anyOf": branches}:
            return " \\| ".join(dict.fromkeys(kind(branch) for branch in branches))
        case {"const": value}:
            return f"`{_literal(value)}`"
        case {"enum": values}:
            return " \\| ".join(f"`{_literal(value)}`" for value in values)
        case {"type": "array"}:
            inner = kind(schema.get("items", {}))
            return f"list of {inner}"
        case {"type": "object", "additionalProperties": dict(inner)}:
            return f"map of {kind(inner)}"
        case {"type": "object"}:
            return "object"
        case {"type": name}:
            return str(name)
    return "any JSON"


def limits(schema: Json) -> list[str]:
    """The limits of a value, in words."""
    found = [text.format(f"{schema[key]:,}") for key, text in BOUNDS.items() if key in schema]
    if pattern := schema.get("pattern"):
        found.append(PATTERNS.get(pattern, f"`{pattern}`"))
    for branch in schema.get("anyOf", ()):
        found += [each for each in limits(branch) if each not in found]
    if schema.get("type") == "array":
        found += [f"each {each}" for each in limits(schema.get("items", {}))]
    return found


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()

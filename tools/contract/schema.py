"""The contract as one JSON Schema: requests, responses, listened documents, refusals.

The TypeScript types are generated from `web/client/schema.json`. A test compares that file without
Node.js.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NotRequired, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from experience.errors import Issue, Reason
from experience.reasons import EVERYWHERE
from experience.steps import STEP_TYPES, Step
from tools import ROOT
from tools.contract import declarations
from tools.contract.declarations import DOCUMENTS, DeclaredCallable

FILE = ROOT / "web" / "client" / "schema.json"
Json = dict[str, Any]


class Generator(GenerateJsonSchema):
    """Pydantic's generator, with a step as a union of the known step types."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}

    def model_schema(self, schema: Any) -> Json:
        if schema["cls"] is not Step:
            return super().model_schema(schema)
        types = [each.__pydantic_core_schema__ for each in STEP_TYPES.values()]
        return {"anyOf": [self.generate_inner(each) for each in types]}

    def field_is_required(self, field: Any, total: bool) -> bool:
        """A field with a default may be missing from a request, but never from a response."""
        if self.mode == "validation":
            return super().field_is_required(field, total)
        return not {"serialization_exclude", "serialization_exclude_if"} & field.keys()

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def build() -> Json:
    """The whole contract: callables, listened documents, and the reasons for refusals."""
    functions = declarations.callables()
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for function in functions:
        models += [(function.request, "validation"), (function.response, "serialization")]
        models += [(chunk, "serialization") for chunk in (function.chunk,) if chunk]
    models.append((Issue, "serialization"))
    models += [(document.model, "serialization") for document in DOCUMENTS]
    models = list(dict.fromkeys(models))
    references, generated = models_json_schema(
        models, ref_template="#/$defs/{model}", schema_generator=Generator
    )
    definitions = generated["$defs"]
    named = {name: _renamed(name, definitions) for name in definitions}
    definitions = {named[name]: body for name, body in definitions.items()}
    definitions |= {
        "Callables": _callables(functions, references),
        "Documents": _documents(references),
        "Reasons": _reasons(),
    }
    whole: Json = {
        "title": "Contract",
        "description": "Everything that web clients and the functions agree on.",
        **_object({name.lower(): _ref(name) for name in ("Callables", "Documents", "Reasons")}),
        "$defs": dict(sorted(definitions.items())),
    }
    whole = _rewritten(whole, named)
    for name, body in whole["$defs"].items():
        body["title"] = name
        _use_camel_case(body)
    return whole


def text() -> str:
    """The schema as the text that is committed."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


def _renamed(name: str, definitions: Json) -> str:
    """`Step-Output` becomes `Step`, `Step-Input` `StepDefinition`, `Page_Guest_` `PageOfGuest`."""
    renamed = name.removesuffix("-Output").replace("-Input", "Definition")
    renamed = re.sub(r"^Page_(\w+)_$", r"PageOf\1", renamed)
    if renamed != name and renamed in definitions:
        raise ValueError(f"two models would have the name {renamed}")
    return renamed


def _callables(functions: list[DeclaredCallable], references: Any) -> Json:
    fields = {each.name: _callable(each, references) for each in functions}
    description = "Every callable: its request, its response, and the reasons for its refusals."
    return {**_object(fields), "description": description}


def _callable(function: DeclaredCallable, references: Any) -> Json:
    fields = {
        "request": references[function.request, "validation"],
        "response": references[function.response, "serialization"],
        "refuses": {"enum": [each.word for each in (*function.refuses, *EVERYWHERE)]},
    }
    if function.chunk:
        fields["chunk"] = references[function.chunk, "serialization"]
    return {**_object(fields), "description": function.purpose}


def _documents(references: Any) -> Json:
    fields = {
        each.name: {
            **references[each.model, "serialization"],
            "description": f"`/{each.path}`, for {each.readers}.",
        }
        for each in DOCUMENTS
    }
    return {
        **_object(fields),
        "description": "The documents that clients may listen to, and which clients.",
    }


def _reasons() -> Json:
    fields = {each.word: _reason(each) for each in declarations.all_reasons()}
    return {**_object(fields), "description": "The code and the details of each reason."}


def _reason(reason: Reason) -> Json:
    carries = {name: _type_of(kind) for name, kind in reason.carries.items()}
    optional = {name for name, kind in reason.carries.items() if get_origin(kind) is NotRequired}
    details = _object(carries)
    details["required"] = [name for name in carries if name not in optional]
    body = _object({"code": {"const": reason.kind.code}, "details": details})
    return {**body, "description": f"Refused when {reason.when}."}


def _type_of(kind: Any) -> Json:
    plain = get_args(kind)[0] if get_origin(kind) is NotRequired else kind
    schema = TypeAdapter(plain).json_schema(schema_generator=Generator)
    schema.pop("$defs", None)  # Issue, which `build` lists
    return schema


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _object(fields: Json) -> Json:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _rewritten(value: Any, named: dict[str, str]) -> Any:
    """References by the new names, and no open objects, because these would accept any typo."""
    if isinstance(value, list):
        return [_rewritten(item, named) for item in value]
    if not isinstance(value, dict):
        return value
    rewritten = {key: _rewritten(item, named) for key, item in value.items()}
    reference = rewritten.get("$ref")
    if isinstance(reference, str):
        prefix, name = reference.rsplit("/", 1)
        target = {"$ref": f"{prefix}/{named.get(name, name)}"}
        others = {key: item for key, item in rewritten.items() if key != "$ref"}
        # A default or a description next to a reference would create a separate type.
        return {"anyOf": [target], **others} if others else target
    if rewritten.get("additionalProperties") is True and "properties" in rewritten:
        rewritten["additionalProperties"] = False
    return rewritten


def _use_camel_case(body: Json) -> None:
    """Change the names of fields in a description to those on the wire."""
    known = set(_property_names(body))

    def camel(found: re.Match[str]) -> str:
        name = to_camel(found[1])
        return f"`{name}`" if name in known else found[0]

    if "description" in body:
        body["description"] = re.sub(r"`([a-z_]+)`", camel, body["description"])


def _property_names(body: Json) -> Iterator[str]:
    yield from body.get("properties", {})

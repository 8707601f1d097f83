"""Schemas as vendors take them."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from experience.documents import Request
from experience.language_models import schemas
from experience.language_models.models import Message, Role
from experience.language_models.outputs import CampaignCopy, CampaignPlan, ColourTheme


class Part(Request):
    """One part."""

    share: float = Field(gt=0, le=5)


class Whole(Request):
    """All that a schema may have."""

    first_name: Annotated[str, Field(max_length=12, pattern="^[A-Z]")]
    kind: Literal["x"]
    parts: list[Part] = Field(min_length=1, max_length=2)
    maybe: Part | None


def test_lengths_patterns_and_open_bounds_are_said_in_words() -> None:
    part = {
        "type": "object",
        "description": "One part.",
        "properties": {"share": {"type": "number", "maximum": 5, "description": "greater than 0"}},
        "required": ["share"],
        "additionalProperties": False,
    }
    assert schemas.schema_of(Whole) == {
        "type": "object",
        "description": "All that a schema may have.",
        "properties": {
            "firstName": {
                "type": "string",
                "description": "at most 12 characters; matches the regular expression ^[A-Z]",
            },
            "kind": {"type": "string", "enum": ["x"]},
            "parts": {"type": "array", "items": part, "minItems": 1, "maxItems": 2},
            "maybe": {"anyOf": [part, {"type": "null"}]},
        },
        "required": ["firstName", "kind", "parts", "maybe"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("model", [CampaignCopy, ColourTheme, CampaignPlan, Whole])
def test_what_is_asked_of_models_is_strict(model: type[BaseModel]) -> None:
    assert schemas.is_strict(schemas.schema_of(model))


def test_an_optional_field_is_not_strict() -> None:
    class Loose(Request):
        """Has a list of things with an optional field."""

        things: list["Thing"]

    class Thing(Request):
        """May be empty."""

        word: str | None = None

    Loose.model_rebuild(_types_namespace={"Thing": Thing})
    assert not schemas.is_strict(schemas.schema_of(Loose))


def test_a_schema_counts_as_input() -> None:
    asked = (Message(Role.USER, "Go."),)
    assert schemas.with_schema(asked, None) == asked
    [_, counted] = schemas.with_schema(asked, Whole)
    assert "firstName" in counted.content

"""What a callable streams is a part of the contract."""

import pytest

from experience.firebase.callables import DECLARATION
from tests.support.streaming.main import speak, speak_at_once
from tools.contract import declarations, reference_pages, schema
from tools.contract.declarations import DeclaredCallable


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[DeclaredCallable]:
    declared = [DeclaredCallable(getattr(each, DECLARATION)) for each in (speak, speak_at_once)]
    monkeypatch.setattr(declarations, "callables", lambda: declared)
    return declared


class TestChunks:
    def test_their_type_is_in_the_schema_where_there_are_any(
        self, declared: list[DeclaredCallable]
    ) -> None:
        definitions = schema.build()["$defs"]
        callables = definitions["Callables"]["properties"]
        assert callables["speak"]["properties"]["chunk"] == {"$ref": "#/$defs/Word"}
        assert "chunk" in callables["speak"]["required"]
        assert "chunk" not in callables["speakAtOnce"]["properties"]
        assert definitions["Word"]["required"] == ["delta"]

    def test_the_reference_links_their_type(self, declared: list[DeclaredCallable]) -> None:
        example = {"as": "guest", "request": {}, "response": {}}
        calls = {each.name: example for each in declared}
        definitions = schema.build()["$defs"]
        streams = "[Streams](../callables.md#streaming) [Word](types.md#word) before that."
        for function, has_chunks in zip(declared, (True, False), strict=True):
            page = "\n".join(reference_pages._callable(function, definitions, calls))
            assert (streams in page) is has_chunks

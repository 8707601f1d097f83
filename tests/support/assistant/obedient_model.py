"""A language model that does whatever any text says, whoever wrote it, and repeats all it has read.

An order is `CALL tool {"argument": "value"}`. It is obeyed once, also if it is hidden in characters
that nobody sees. A proposal ends its message, so that what comes after it waits for the next one.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from experience.language_models.models import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    Tool,
    ToolCall,
    Usage,
)
from tests.support.vendors.scripted_model import ScriptedModel

USAGE = Usage(input_tokens=1, output_tokens=1)

_ORDER = re.compile(r"CALL (\w+) (\{[^{}]*\})")
_FENCE = re.compile(r"<data name=\"\w+\">\n(.*)\n</data>")


class ObedientModel(ScriptedModel):
    """Calls each tool of `first`, then obeys, and says everything that it knows."""

    name = "obedient/1"

    def __init__(self, *first: tuple[str, dict[str, Any]]) -> None:
        super().__init__()
        self.to_do = list(first)
        self.obeyed: list[tuple[str, str]] = []
        self.read: list[tuple[Message, ...]] = []

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        self.read.append(tuple(messages))
        for text in _texts([each.content for each in messages]):
            for name, arguments in _ORDER.findall(text):
                if (name, arguments) not in self.obeyed and _is_json(arguments):
                    self.obeyed.append((name, arguments))
                    self.to_do.append((name, json.loads(arguments)))
        ends = {each.name for each in tools if "only proposes" in each.description}
        count = next((n for n, each in enumerate(self.to_do[:8], 1) if each[0] in ends), 8)
        now, self.to_do = self.to_do[:count], self.to_do[count:]
        if now:
            calls = tuple(ToolCall(f"{len(messages)}-{n}", *each) for n, each in enumerate(now))
            yield Chunk("", Completion("", FinishReason.TOOL_CALLS, USAGE, calls))
            return
        said = "\n".join(each.content for each in messages)
        yield Chunk(said)
        yield Chunk("", Completion(said, FinishReason.STOP, USAGE))


def _is_json(text: str) -> bool:
    """Whether an order was meant so: one within JSON has its quotes escaped."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    """Every text in it, as it is and as its data are, also with what is hidden made plain."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    if isinstance(value, str):
        yield value
        tags = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
        plain = unicodedata.normalize("NFKC", value.translate(tags))
        yield "".join(each for each in plain if unicodedata.category(each) != "Cf")
        for data in _FENCE.findall(value):
            yield from _texts(json.loads(data))

"""A language model that says what a test gives it, in order, and remembers what it was asked."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from experience.language_models.models import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    ModelFailed,
    Tool,
    Usage,
)

USAGE = Usage(input_tokens=10, output_tokens=5, cost_micros=7)

Line = str | FinishReason | ModelFailed
"""What it says, why it says nothing whole, or how it fails."""


class ScriptedModel:
    """Says each line once. A finish reason other than `stop` comes with the text `{"cut": "of`."""

    name = "scripted/1"

    def __init__(self, *lines: Line) -> None:
        self.lines = list(lines)
        self.asked: list[tuple[Message, ...]] = []
        self.limits: list[int] = []

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        self.asked.append(tuple(messages))
        self.limits.append(max_tokens)
        line = self.lines.pop(0)
        if isinstance(line, ModelFailed):
            raise line
        if isinstance(line, FinishReason):
            return Completion('{"cut": "of', line, USAGE)
        return Completion(line, FinishReason.STOP, USAGE)

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        completion = self.complete(messages, tools=tools, max_tokens=max_tokens)
        yield Chunk(completion.text)
        yield Chunk("", completion)

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        return sum(len(each.content) for each in messages)

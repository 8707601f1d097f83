"""The model `openai`: chat completions, which OpenAI, Ollama, llama.cpp and vLLM serve alike.

https://platform.openai.com/docs/api-reference/chat; for streams the chunk object and server-sent
events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from experience.ids import new_id
from experience.language_models import schemas, vendor
from experience.language_models.models import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    Role,
    Tool,
    ToolCall,
)
from experience.language_models.vendor import valid_text
from experience.providers.exchange import Response, Stream
from experience.providers.http import Http
from experience.providers.models import FailureCode, ProviderFailed

ID = "openai"
OWN_URL = "https://api.openai.com/v1"

PATH = "/chat/completions"
MAX_DETAIL_LENGTH = 300

_REASONS = {
    "stop": FinishReason.STOP,
    "tool_calls": FinishReason.TOOL_CALLS,
    "length": FinishReason.MAX_TOKENS,
    "content_filter": FinishReason.SAFETY,
}
_UNSAFE = ("content_filter", "content_policy_violation")
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached")


class OpenAi:
    """A model of the server at the API's address."""

    def __init__(self, http: Http, model: str) -> None:
        self.name = f"{ID}/{model}"
        self._http = http
        self._model = model
        # OpenAI's newer models refuse the older name, Ollama knows no other.
        is_own = http.base_url == OWN_URL
        self._limit_name = "max_completion_tokens" if is_own else "max_tokens"

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        body = self._body(messages, tools, max_tokens)
        if schema:
            body["response_format"] = _response_format(schema)
        draft = _Draft(self.name, vendor.estimated_tokens(messages, tools))
        with contextlib.ExitStack() as stack:
            try:
                answer = vendor.opened(
                    self._http, stack, lambda http, _: _accepted(http.call("POST", PATH, body))
                )
            except ProviderFailed as failed:
                raise draft.failure(failed) from failed
        draft.add(answer.fields, "message")
        return draft.completion()

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        body = self._body(messages, tools, max_tokens)
        body |= {"stream": True, "stream_options": {"include_usage": True}}
        draft = _Draft(self.name, vendor.estimated_tokens(messages, tools))
        with contextlib.ExitStack() as stack:
            try:
                answer = vendor.opened(
                    self._http, stack, lambda http, own: own.enter_context(_streamed(http, body))
                )
                for event in _events(answer.parts):
                    if delta := draft.add(event, "delta"):
                        yield Chunk(delta)
            except ProviderFailed as failed:
                if draft.reason is None:  # else only its end is missing
                    raise draft.failure(failed) from failed
        yield Chunk("", draft.completion())

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        return vendor.max_tokens_of(messages, tools)

    def _body(
        self, messages: Sequence[Message], tools: Sequence[Tool], max_tokens: int
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [_message(each) for each in messages],
            self._limit_name: max_tokens,
        }
        if tools:
            body["tools"] = [_tool(each) for each in tools]
        return body


@dataclass
class _Call:
    """A tool call, whose arguments come in pieces."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass
class _Draft(vendor.Draft):
    pieces: list[_Call] = field(default_factory=list)
    is_refused: bool = False
    half: str = ""
    """The first half of a surrogate pair, whose second one is in the next chunk."""

    @property
    def called(self) -> str:
        pieces = (each.name + each.arguments for each in self.pieces)
        return valid_text("".join(pieces))

    def add(self, answer: Any, key: str) -> str:
        """Add a response (`message`) or a chunk of one (`delta`), and return its text.

        Raises ModelFailed for one that cannot be read, or that holds an error.
        """
        if not isinstance(answer, dict):
            raise self.unreadable()
        if error := answer.get("error"):
            detail = error.get("message") if isinstance(error, dict) else error
            raise self.unreadable(f"The model failed: {_short(detail)}")
        if isinstance(counted := answer.get("usage"), dict):
            read, written = counted.get("prompt_tokens"), counted.get("completion_tokens")
            self.reported = vendor.whole_number(read), vendor.whole_number(written)
        choices = answer.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        if reason := choice.get("finish_reason"):
            self.reason = _REASONS.get(str(reason), FinishReason.OTHER)
        message = choice.get(key)
        return self._add_message(message) if isinstance(message, dict) else ""

    def completion(self) -> Completion:
        if self.is_refused:
            self.reason = FinishReason.SAFETY
        elif self.reason in (FinishReason.STOP, FinishReason.TOOL_CALLS):
            self.calls = [
                self._tool_call(each) for each in sorted(self.pieces, key=lambda each: each.index)
            ]
        return super().completion()

    def _add_message(self, message: dict[str, Any]) -> str:
        self.is_refused = self.is_refused or bool(message.get("refusal"))
        calls = message.get("tool_calls")
        for number, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                self._add_call(call, number)
        text = message.get("content")
        if not isinstance(text, str):
            return ""
        text = self.half + text
        self.half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = valid_text(text.removesuffix(self.half))
        self.text += text
        return text

    def _add_call(self, call: dict[str, Any], number: int) -> None:
        index, id_ = call.get("index"), str(call.get("id") or "")
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        name = str(function.get("name") or "")
        started = self._started(index if isinstance(index, int) else number)
        # some servers number every call 0, or none: a name with another id begins the next one
        is_next = id_ != started.id if id_ else index is None
        if started.name and name and is_next:
            started = _Call(started.index)
            self.pieces.append(started)
        started.id = started.id or id_
        started.name = started.name or name
        started.arguments += str(function.get("arguments") or "")

    def _started(self, index: int) -> _Call:
        """The call of this number that came last, or a new one."""
        for each in reversed(self.pieces):
            if each.index == index:
                return each
        self.pieces.append(_Call(index))
        return self.pieces[-1]

    def _tool_call(self, call: _Call) -> ToolCall:
        arguments = _json(valid_text(call.arguments).encode() or b"{}")
        if not call.name or not isinstance(arguments, dict):
            raise self.malformed_call()
        return ToolCall(call.id or new_id(), call.name, arguments)


@contextlib.contextmanager
def _streamed(http: Http, body: dict[str, Any]) -> Iterator[Stream]:
    """A response of status 200. Raises ProviderFailed."""
    with http.stream("POST", PATH, body, accept="text/event-stream") as answer:
        if answer.status != 200:
            _accepted(answer.read())
        yield answer


def _events(parts: Iterator[bytes]) -> Iterator[Any]:
    """The JSON of each event, to the end or to `[DONE]`; None for one that is no JSON."""
    for line in _lines(parts):
        data = line.strip().removeprefix(b"data:").strip()
        if not line.startswith(b"data:") or not data:  # a comment, an empty line
            continue
        if data == b"[DONE]":
            return
        yield _json(data)


def _lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Each line that ends. One that comes in many parts is joined once, at its end."""
    begun: list[bytes] = []
    for part in parts:
        first, *others = part.split(b"\n")
        begun.append(first)
        for other in others:
            yield b"".join(begun)
            begun = [other]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _message(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role.value, "content": message.content}
    if message.role is Role.TOOL:
        sent["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        sent["tool_calls"] = [
            {
                "id": each.id,
                "type": "function",
                "function": {"name": each.name, "arguments": json.dumps(each.arguments)},
            }
            for each in message.tool_calls
        ]
    return sent


def _tool(tool: Tool) -> dict[str, Any]:
    parameters = schemas.schema_of(tool.parameters)
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def _response_format(model: type[BaseModel]) -> dict[str, Any]:
    schema = schemas.schema_of(model)
    named = {"name": model.__name__, "schema": schema, "strict": schemas.is_strict(schema)}
    return {"type": "json_schema", "json_schema": named}


def _accepted(answer: Response) -> Response:
    """A response that is no refusal. Raises ProviderFailed.

    https://platform.openai.com/docs/guides/error-codes
    """
    if answer.status == 200:
        return answer
    error = answer.fields.get("error")
    error = error if isinstance(error, dict) else {}
    code, detail = error.get("code"), _short(error.get("message"))
    match answer.status:
        case 400 if code in _UNSAFE:
            message = "The model's safety filter refused this."
            raise ProviderFailed(message, code=FailureCode.SAFETY_FILTERED, retryable=False)
        case 401 | 403:
            raise ProviderFailed("The model's server refuses our key.", retryable=False)
        case 429 if code in _NO_CREDIT:
            message = "The account at the model's vendor has no credit."
            raise ProviderFailed(message, retryable=False)
        case 429:
            raise ProviderFailed(
                "The model is asked too often.", retry_after_seconds=answer.retry_after_seconds
            )
        case status if status >= 500:
            raise ProviderFailed(
                f"The model's server failed with status {status}.",
                retry_after_seconds=answer.retry_after_seconds,
            )
        case status:
            message = f"The model's server refuses the request with status {status}. {detail}"
            raise ProviderFailed(message.strip(), retryable=False)


def _short(detail: Any) -> str:
    return valid_text(str(detail or "")[:MAX_DETAIL_LENGTH])

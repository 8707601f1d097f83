"""The model `gemini`: the library google-genai, over this project's own HTTP layer.

The library writes requests and reads responses. It is imported with the first call, because that
takes most of a second. Its retries and its automatic function calling are off.
https://ai.google.dev/api/generate-content
"""

import base64
import contextlib
import functools
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

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
from experience.providers.gemini import accepted
from experience.providers.http import Http
from experience.providers.models import ProviderFailed

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import GenerateContentResponse, Part

T = TypeVar("T")

ID = "gemini"
API_VERSION = "v1beta"

_REASONS = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.MAX_TOKENS,
    "CONTINUATION": FinishReason.MAX_TOKENS,  # cut at the limit of one request
    **dict.fromkeys(
        ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR"),
        FinishReason.SAFETY,
    ),
}
_MALFORMED_CALLS = ("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL")

_EXCHANGE: ContextVar[tuple[Http, contextlib.ExitStack]] = ContextVar("_EXCHANGE")
"""The API for the request that is being sent, and what closes its connection."""


class Gemini:
    """A model of the Gemini API."""

    def __init__(self, http: Http, model: str) -> None:
        self.name = f"{ID}/{model}"
        self._model = model
        address = urlsplit(http.base_url)
        self._path = address.path
        self._http = replace(http, base_url=f"{address.scheme}://{address.netloc}")

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        asked = self._asked(messages, tools, max_tokens, schema)
        draft = _Draft(self.name, vendor.estimated_tokens(messages, tools))
        with contextlib.ExitStack() as stack, _reading(draft):
            draft.add(self._send(stack, lambda client: client.models.generate_content(**asked)))
        return draft.completion()

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        asked = self._asked(messages, tools, max_tokens)
        draft = _Draft(self.name, vendor.estimated_tokens(messages, tools))

        def begin(client: "Client") -> Iterator["GenerateContentResponse"]:
            responses = client.models.generate_content_stream(**asked)
            first = next(responses, None)  # only now the library sends the request
            return iter(()) if first is None else itertools.chain((first,), responses)

        with contextlib.ExitStack() as stack, _reading(draft):
            for response in self._send(stack, begin):
                if delta := draft.add(response):
                    yield Chunk(delta)
        yield Chunk("", draft.completion())

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        return vendor.max_tokens_of(messages, tools)

    def _send(self, stack: contextlib.ExitStack, request: Callable[["Client"], T]) -> T:
        """What the library makes of the response. The stack closes its connection."""
        client = _client(self._http.base_url, self._path)

        def once(http: Http, own: contextlib.ExitStack) -> T:
            token = _EXCHANGE.set((http, own))
            try:
                return request(client)
            finally:
                _EXCHANGE.reset(token)

        return vendor.opened(self._http, stack, once)

    def _asked(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        max_tokens: int,
        schema: type[BaseModel] | None = None,
    ) -> dict[str, Any]:
        config: dict[str, Any] = {
            "max_output_tokens": max_tokens,
            "automatic_function_calling": {"disable": True},
            "automatic_continuation": False,
            "thinking_config": _thinking(self._model),
        }
        system = [each.content for each in messages if each.role is Role.SYSTEM]
        if system:
            config["system_instruction"] = "\n\n".join(system)
        if tools:
            config["tools"] = [{"function_declarations": [_declaration(each) for each in tools]}]
        if schema:
            config["response_mime_type"] = "application/json"
            config["response_json_schema"] = schemas.schema_of(schema)
        return {"model": self._model, "contents": _contents(messages), "config": config}


@dataclass
class _Draft(vendor.Draft):
    def add(self, response: "GenerateContentResponse") -> str:
        """Add a response, or a chunk of one, and return its text. Raises ModelFailed."""
        if counted := response.usage_metadata:
            read = (counted.prompt_token_count, counted.tool_use_prompt_token_count)
            written = (counted.candidates_token_count, counted.thoughts_token_count)
            self.reported = _sum(read), _sum(written)
        if response.prompt_feedback and response.prompt_feedback.block_reason:
            self.reason = FinishReason.SAFETY
        if not response.candidates:
            return ""
        candidate = response.candidates[0]
        if candidate.finish_reason:
            reason = candidate.finish_reason.value
            if reason in _MALFORMED_CALLS:
                raise self.malformed_call()
            self.reason = _REASONS.get(reason, FinishReason.OTHER)
        parts = candidate.content.parts if candidate.content else None
        return "".join(self._add_part(part) for part in parts or ())

    def _add_part(self, part: "Part") -> str:
        if call := part.function_call:
            signature = part.thought_signature
            self.calls.append(
                ToolCall(
                    call.id or new_id(),
                    call.name or "",
                    call.args or {},
                    base64.b64encode(signature).decode() if signature else None,
                )
            )
        if part.thought or not part.text:
            return ""
        text = vendor.valid_text(part.text)
        self.text += text
        return text


@contextlib.contextmanager
def _reading(draft: _Draft) -> Iterator[None]:
    """Failures become ModelFailed, but for those after the end of the message."""
    from google.genai.errors import APIError

    try:
        yield
    except ProviderFailed as failed:
        if draft.reason is None:
            raise draft.failure(failed) from failed
    except APIError as error:  # within a stream
        raise draft.unreadable(f"The model failed: {error.message}"[:300]) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise draft.unreadable() from error


@functools.cache
def _client(origin: str, path: str) -> "Client":
    """The library's client, which takes 65 ms to make. Our HTTP layer adds the key."""
    import httpx2
    from google import genai

    class Transport(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            http, stack = _EXCHANGE.get()
            target, body = request.url.raw_path.decode(), json.loads(request.read())
            answer = stack.enter_context(http.stream(request.method, target, body))
            if answer.status != 200:
                accepted(answer.read())
            return httpx2.Response(200, content=answer.parts)

    prefix, _, version = path.rpartition("/")
    return genai.Client(
        api_key="added later",
        vertexai=False,
        http_options=genai.types.HttpOptions(
            base_url=origin + prefix,
            api_version=version or API_VERSION,
            httpx_client=httpx2.Client(transport=Transport(), trust_env=False),
            httpx_async_client=httpx2.AsyncClient(
                transport=httpx2.AsyncBaseTransport(), trust_env=False
            ),
        ),
    )


def _thinking(model: str) -> dict[str, Any] | None:
    """As little as a model can: thoughts are paid for, and cut short the text that they precede.

    https://ai.google.dev/gemini-api/docs/thinking
    """
    if model.startswith("gemini-2.5-"):
        return {"thinking_budget": 128 if "pro" in model else 0}
    if model.startswith("gemini-"):
        return {"thinking_level": "MINIMAL" if "flash" in model else "LOW"}
    return None


def _contents(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Turns of user and model. Results of tools are parts of the user's turn, by name."""
    names: dict[str | None, str] = {}
    contents: list[dict[str, Any]] = []
    for message in messages:
        names |= {each.id: each.name for each in message.tool_calls}
        parts = _parts(message, names)
        role = "model" if message.role is Role.ASSISTANT else "user"
        if message.role is Role.SYSTEM or not parts:
            continue
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"] += parts
        else:
            contents.append({"role": role, "parts": parts})
    return contents


def _parts(message: Message, names: dict[str | None, str]) -> list[dict[str, Any]]:
    if message.role is Role.TOOL:
        name = names.get(message.tool_call_id, "")
        response = {"name": name, "response": {"output": message.content}}
        return [{"function_response": {"id": message.tool_call_id, **response}}]
    parts: list[dict[str, Any]] = [{"text": message.content}] if message.content else []
    for each in message.tool_calls:
        part: dict[str, Any] = {
            "function_call": {"id": each.id, "name": each.name, "args": each.arguments}
        }
        if each.signature:
            part["thought_signature"] = base64.b64decode(each.signature)
        parts.append(part)
    return parts


def _declaration(tool: Tool) -> dict[str, Any]:
    schema = schemas.schema_of(tool.parameters)
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters_json_schema": schema,
    }


def _sum(counts: tuple[int | None, ...]) -> int:
    return sum(map(vendor.whole_number, counts))

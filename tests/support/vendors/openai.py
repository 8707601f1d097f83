"""Chat completions, as https://platform.openai.com/docs/api-reference/chat documents them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.support.vendors.language_model import (
    COMPLETE,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    STREAM,
    Called,
    ModelVendor,
    Said,
)
from tests.support.vendors.server import Received, Reply

KEY = "sk-test"
USAGE = {
    "prompt_tokens": INPUT_TOKENS,
    "completion_tokens": OUTPUT_TOKENS,
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}
FIELDS = {"model", "messages", "max_tokens", "response_format", "tools", "stream", "stream_options"}

# The keywords of `strict`: https://platform.openai.com/docs/guides/structured-outputs
KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "anyOf"),
    *("description", "minimum", "maximum", "minItems", "maxItems"),
}


def refusal(status: int, code: str | None = None, **headers: str) -> Reply:
    """An error in OpenAI's form."""
    error = {"message": f"It is {code}.", "type": "an_error", "param": None, "code": code}
    return Reply(status, {"error": error}, headers)


class OpenAiVendor(ModelVendor):
    """Checks requests as OpenAI does. `needs_key` is False for servers of one's own."""

    key = KEY
    endings = {"other": "made_up", "length": "length", "safety": "content_filter"}

    def __init__(self) -> None:
        self.needs_key = True
        super().__init__()

    @property
    def address(self) -> str:
        return f"{self.url}/v1"

    def operation(self, request: Received) -> str:
        if request.path != "/v1/chat/completions":
            return "other"
        return STREAM if request.body.get("stream") else COMPLETE

    def throttled(self, retry_after: str) -> Reply:
        return refusal(429, "rate_limit_exceeded", **{"retry-after": retry_after})

    def refusal(self, request: Received) -> Reply | None:
        if self.needs_key and request.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "invalid_api_key")
        body = request.body
        if self.operation(request) == "other" or set(body) - FIELDS:
            return refusal(400, "unknown_parameter")
        if not _are_messages(body["messages"]):
            return refusal(400, "invalid_messages")
        if not all(map(_is_tool, body.get("tools", ()))):
            return refusal(400, "invalid_function_parameters")
        schema = body.get("response_format", {}).get("json_schema", {})
        if schema.get("strict") and not _is_strict(schema["schema"]):
            return refusal(400, "invalid_schema")
        return None

    def message(self, each: Said) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": each.text, "refusal": None}
        if each.calls:
            message["tool_calls"] = [_call(*numbered) for numbered in enumerate(each.calls)]
        ending = self.ending_of(each)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": ending}
        whole = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
        return {**whole, "usage": USAGE} if each.is_counted else whole

    def chunks(self, each: Said, request: Received) -> Iterator[Any]:
        yield _chunk({"role": "assistant", "content": ""})
        for piece in each.pieces:
            yield _chunk({"content": piece})
        for number, called in enumerate(each.calls):
            call = _call(number, called)
            text = call["function"]["arguments"]
            function = {"name": called.name, "arguments": ""}
            yield _chunk({"tool_calls": [{**call, "index": number, "function": function}]})
            for piece in (text[:3], text[3:]):
                yield _chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
        if each.ending:
            yield _chunk({}, self.ending_of(each))
        if each.is_counted and request.body.get("stream_options") == {"include_usage": True}:
            yield {**_chunk({}), "choices": [], "usage": USAGE}
        if each.ending:
            yield "[DONE]"


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


def _call(number: int, called: Called) -> dict[str, Any]:
    text = called.arguments
    arguments = text if isinstance(text, str) else json.dumps(text)
    function = {"name": called.name, "arguments": arguments}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _is_tool(tool: dict[str, Any]) -> bool:
    function = tool["function"]
    named = re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function["name"])
    return bool(named) and function["parameters"]["type"] == "object"


def _are_messages(messages: list[dict[str, Any]]) -> bool:
    """Whether each result of a tool follows the call that it names."""
    open_ids: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_ids:
                return False
            open_ids.discard(message["tool_call_id"])
        elif open_ids:
            return False
        open_ids |= {call["id"] for call in message.get("tool_calls", ())}
    return bool(messages) and not open_ids


def _is_strict(schema: dict[str, Any]) -> bool:
    if set(schema) - KEYWORDS:
        return False
    properties = schema.get("properties", {})
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False
        or set(schema.get("required", ())) != set(properties)
    ):
        return False
    below = [*properties.values(), *schema.get("anyOf", ())]
    return all(map(_is_strict, [*below, schema["items"]] if "items" in schema else below))

"""Gemini's `generateContent` for text, as https://ai.google.dev/api/generate-content has it."""

import base64
from collections.abc import Iterator
from typing import Any

from tests.support.vendors.gemini import KEY, exhausted, refusal
from tests.support.vendors.language_model import (
    COMPLETE,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    STREAM,
    ModelVendor,
    Said,
    stream_of,
)
from tests.support.vendors.server import Received, Reply

THOUGHT_TOKENS = 12
USAGE = {
    "promptTokenCount": INPUT_TOKENS,
    "candidatesTokenCount": OUTPUT_TOKENS - THOUGHT_TOKENS,
    "thoughtsTokenCount": THOUGHT_TOKENS,
    "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS,
}
FIELDS = {"contents", "systemInstruction", "generationConfig", "tools"}
SETTINGS = {"maxOutputTokens", "responseMimeType", "responseJsonSchema", "thinkingConfig"}

# The keywords of `responseJsonSchema`: https://ai.google.dev/gemini-api/docs/structured-output
KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "anyOf"),
    *("description", "minimum", "maximum", "minItems", "maxItems"),
}

# Gemini 3 demands it back: https://ai.google.dev/gemini-api/docs/thought-signatures
SIGNATURE = base64.b64encode(b"a thought \xff").decode()


class GeminiTextVendor(ModelVendor):
    """Checks requests as the Gemini API does. `feedback` blocks every prompt."""

    key = KEY
    endings = {"stop": "STOP", "length": "MAX_TOKENS", "safety": "SAFETY", "other": "RECITATION"}

    def __init__(self) -> None:
        self.feedback: dict[str, Any] | None = None
        super().__init__()

    @property
    def address(self) -> str:
        return f"{self.url}/v1beta"

    def operation(self, request: Received) -> str:
        if not request.path.startswith("/v1beta/models/"):
            return "other"
        if request.path.endswith(":streamGenerateContent?alt=sse"):
            return STREAM
        return COMPLETE if request.path.endswith(":generateContent") else "other"

    def throttled(self, retry_after: str) -> Reply:
        return exhausted(f"{retry_after}s")

    def refusal(self, request: Received) -> Reply | None:
        if request.headers.get("x-goog-api-key") != KEY:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo"}
            return refusal(400, "INVALID_ARGUMENT", {**reason, "reason": "API_KEY_INVALID"})
        if self.operation(request) == "other":
            return refusal(404, "NOT_FOUND")
        body, settings = request.body, request.body.get("generationConfig", {})
        tools = [each for one in body.get("tools", ()) for each in one["functionDeclarations"]]
        known = [settings.get("responseJsonSchema", {})]
        known += [_field(each, "parametersJsonSchema") for each in tools]
        if (
            set(body) - FIELDS
            or set(settings) - SETTINGS
            or not _are_contents(body["contents"])
            or not all(map(_is_schema, known))
        ):
            return refusal(400, "INVALID_ARGUMENT")
        if self.feedback:
            usage = {"promptTokenCount": INPUT_TOKENS, "totalTokenCount": INPUT_TOKENS}
            blocked = {"promptFeedback": self.feedback, "usageMetadata": usage}
            is_stream = self.operation(request) == STREAM
            return stream_of(iter([blocked])) if is_stream else Reply(200, blocked)
        return None

    def ending_of(self, each: Said) -> str | None:
        return "MALFORMED_FUNCTION_CALL" if _is_malformed(each) else super().ending_of(each)

    def message(self, each: Said) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": "Let me think.", "thought": True}]
        parts += [{"text": each.text}] if each.text else []
        parts += _calls(each)
        return _response(parts, self.ending_of(each), is_counted=each.is_counted)

    def chunks(self, each: Said, request: Received) -> Iterator[Any]:
        for piece in each.pieces:
            yield _response([{"text": piece}], None, is_counted=each.is_counted)
        if each.calls and not _is_malformed(each):
            yield _response(_calls(each), None, is_counted=each.is_counted)
        if each.ending:
            last = [{"text": ""}]
            yield _response(last, self.ending_of(each), is_counted=each.is_counted)


def _response(
    parts: list[dict[str, Any]], ending: str | None, *, is_counted: bool = True
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if ending:
        candidate["finishReason"] = ending
    response: dict[str, Any] = {"candidates": [candidate], "modelVersion": "gemini-test"}
    return {**response, "usageMetadata": USAGE} if is_counted else response


def _calls(each: Said) -> list[dict[str, Any]]:
    """The first of parallel calls has the signature. One that cannot be read is not sent."""
    if _is_malformed(each):
        return []
    parts = [{"functionCall": {"name": one.name, "args": one.arguments}} for one in each.calls]
    return [{**part, "thoughtSignature": SIGNATURE} for part in parts[:1]] + parts[1:]


def _is_malformed(each: Said) -> bool:
    return any(isinstance(one.arguments, str) for one in each.calls)


def _field(message: dict[str, Any], name: str) -> Any:
    """A field under either of its names (https://protobuf.dev/programming-guides/json/)."""
    snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
    return message[name] if name in message else message[snake]


def _are_contents(contents: list[dict[str, Any]]) -> bool:
    """Whether turns alternate, and calls come back signed and are followed by their results."""
    called: list[str] = []
    for number, content in enumerate(contents):
        if content["role"] != ("user", "model")[number % 2] or not content["parts"]:
            return False
        calls = [part for part in content["parts"] if "functionCall" in part]
        if calls and calls[0].get("thoughtSignature") != SIGNATURE:
            return False
        results = [
            each["functionResponse"] for each in content["parts"] if "functionResponse" in each
        ]
        if [each["name"] for each in results] != called:
            return False
        called = [each["functionCall"]["name"] for each in calls]
    return bool(contents) and not called


def _is_schema(schema: dict[str, Any]) -> bool:
    below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    below += [schema["items"]] if "items" in schema else []
    return not set(schema) - KEYWORDS and all(map(_is_schema, below))

"""Gemini's `generateContent` for pictures, as https://ai.google.dev/api/generate-content has it."""

import base64
from typing import Any

from tests.support.vendors.server import Received, Reply, Vendor

KEY = "gemini-test"
GENERATE = "generate"
USAGE = {"promptTokenCount": 300, "candidatesTokenCount": 1290, "totalTokenCount": 1590}


def refusal(code: int, status: str, *details: dict[str, Any]) -> Reply:
    """An error in Google's form (google.rpc.Status)."""
    error = {"code": code, "message": f"It is {status}.", "status": status}
    return Reply(code, {"error": {**error, "details": list(details)}})


def exhausted(delay: str, quota: str = "GenerateRequestsPerMinutePerProject") -> Reply:
    """A quota that is used up, and when to come again."""
    kind = "type.googleapis.com/google.rpc"
    return refusal(
        429,
        "RESOURCE_EXHAUSTED",
        {"@type": f"{kind}.QuotaFailure", "violations": [{"quotaId": quota}]},
        {"@type": f"{kind}.RetryInfo", "retryDelay": delay},
    )


class GeminiVendor(Vendor):
    """Answers with `picture`, after a thought of it; or with `candidate`, where that is set."""

    def __init__(self, picture: bytes, content_type: str = "image/png") -> None:
        self.paid = 0
        self.candidate: dict[str, Any] | None = None
        self.feedback: dict[str, Any] | None = None
        self._picture = self.part(picture, content_type)
        super().__init__()

    @staticmethod
    def part(data: bytes, content_type: str) -> dict[str, Any]:
        encoded = base64.b64encode(data).decode()
        return {"inlineData": {"mimeType": content_type, "data": encoded}}

    def operation(self, request: Received) -> str:
        return GENERATE if request.path.endswith(":generateContent") else "other"

    def answer(self, request: Received) -> Reply:
        if request.headers.get("x-goog-api-key") != KEY:
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo"}
            return refusal(400, "INVALID_ARGUMENT", {**reason, "reason": "API_KEY_INVALID"})
        with self.lock:
            self.paid += 1
        if self.feedback:
            return Reply(200, {"promptFeedback": self.feedback, "usageMetadata": USAGE})
        draft = {**self.part(b"draft", "image/png"), "thought": True}
        content = {"role": "model", "parts": [{"text": "Here."}, draft, self._picture]}
        candidate = self.candidate or {"content": content, "finishReason": "STOP", "index": 0}
        return Reply(200, {"candidates": [candidate], "usageMetadata": USAGE})

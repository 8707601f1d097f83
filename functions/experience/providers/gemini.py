"""The provider `gemini`: pictures by `generateContent`.

The request and its answer: https://ai.google.dev/api/generate-content. Errors:
https://ai.google.dev/gemini-api/docs/troubleshooting. What is charged, and that a request which
failed with status 400 or 500 is not: https://ai.google.dev/gemini-api/docs/billing.
"""

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from experience.providers import calling, prices
from experience.providers.exchange import Response
from experience.providers.http import Http, Unanswered
from experience.providers.models import (
    Blob,
    Blobs,
    FailureCode,
    GeminiParams,
    Params,
    Poll,
    ProviderFailed,
    State,
    checked,
    never_taken,
    parsed,
)

ID = "gemini"

SOURCE_BYTES = 14 * 1024 * 1024
"""A request may have 20 MB, of which base64 takes a quarter."""

MAX_DETAIL_LENGTH = 300

MAX_REPEATS = 2
"""How often a request is sent again because its answer, which is paid for, holds no picture."""

UNSAFE_ENDS = frozenset(
    (
        *("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
    )
)
"""The values of `finishReason` that are about what the picture shows."""


class Gemini:
    """Answers at once; the picture is kept under the request's key before anybody hears of it.

    So the provider's job id is the key. An answer that was lost on its way cannot be had again: the
    API knows no key and lists nothing. It is then not asked a second time, because it might have
    charged for the first; the failure says so, and an operator decides. An answer without a picture
    is no rare thing, and often the next one has it: it is asked for again, twice at most.
    """

    completes_in_submit = True
    needs_permit = True

    def __init__(self, http: Http, blobs: Blobs) -> None:
        self._http = http
        self._blobs = blobs
        self.submit_seconds = 3 * http.timeout_seconds

    def submit(
        self,
        params: Params,
        idempotency_key: str,
        *,
        begun_at: int | None = None,
        timeout_ms: int | None = None,
        is_taken: Callable[[str], bool] = never_taken,  # noqa: ARG002
    ) -> str:
        calling.announce(ID, "submit")
        wanted = parsed(GeminiParams, params)
        if begun_at is not None:
            if self._blobs.kept(idempotency_key):
                return idempotency_key
            raise _lost()
        path = f"/models/{quote(wanted.model, safe='')}:generateContent"
        body = self._body(wanted)

        costs: list[int | None] = []  # of each answer, with a picture or without

        def once() -> Blob:
            try:
                answer = accepted(self._http.call("POST", path, body)).fields
            except Unanswered as unanswered:
                raise _lost(unanswered.code) from unanswered
            costs.append(_cost(wanted.model, answer))
            try:
                return _picture(answer)
            except _NoPicture as failed:
                failed.retryable = len(costs) <= MAX_REPEATS
                raise

        try:
            picture = self._http.retry(once, timeout_ms / 1000 if timeout_ms else None)
        except ProviderFailed as failed:
            failed.cost_micros = _total(costs)
            if isinstance(failed, _NoPicture):  # whoever else retries would pay once more
                failed.retryable = False
            raise
        self._blobs.keep(idempotency_key, picture, _total(costs))
        return idempotency_key

    def poll(self, provider_job_id: str) -> Poll:
        calling.announce(ID, "poll")
        kept = self._blobs.kept(provider_job_id)
        if kept is None:
            return Poll(State.FAILED, failure=_lost())
        return Poll(State.COMPLETED, result_uri=kept.uri, cost_micros=kept.cost_micros)

    def cancel(self, provider_job_id: str) -> None:  # noqa: ARG002  (it has ended)
        calling.announce(ID, "cancel")

    def fetch(self, uri: str) -> Blob:
        calling.announce(ID, "fetch")
        try:
            return self._blobs.read(uri)
        except FileNotFoundError as error:
            raise ProviderFailed("The result is gone.", retryable=False) from error

    def _body(self, wanted: GeminiParams) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": wanted.prompt}]
        size = 0
        for source in wanted.sources:
            try:
                blob = self._blobs.read(source)
            except FileNotFoundError as error:
                raise _invalid("A picture to work from is gone.") from error
            size += len(blob.data)
            data = base64.b64encode(blob.data).decode()
            parts.append({"inlineData": {"mimeType": blob.content_type, "data": data}})
        if size > SOURCE_BYTES:
            raise _invalid(f"The pictures to work from have more than {SOURCE_BYTES} bytes.")
        settings: dict[str, Any] = {"responseModalities": ["IMAGE"]}
        if wanted.aspect_ratio:
            settings["imageConfig"] = {"aspectRatio": wanted.aspect_ratio}
        return {"contents": [{"role": "user", "parts": parts}], "generationConfig": settings}


class _NoPicture(ProviderFailed):
    """The answer holds words alone, nothing, or what nobody can read."""


def _picture(answer: dict[str, Any]) -> Blob:
    """The picture in an answer. Raises _NoPicture, and ProviderFailed for one that is refused."""
    feedback = answer.get("promptFeedback")
    if isinstance(feedback, dict) and feedback.get("blockReason"):
        raise _unsafe()
    candidates = answer.get("candidates")
    candidate = candidates[0] if isinstance(candidates, list) and candidates else None
    if not isinstance(candidate, dict):
        raise _NoPicture("The provider's answer cannot be read.")
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else ():
        inline = part.get("inlineData") if isinstance(part, dict) else None
        # A model that thinks in pictures sends its drafts along.
        if isinstance(inline, dict) and not part.get("thought"):
            return _decoded(inline)
    reason = str(candidate.get("finishReason") or "no reason")[:40]
    if reason in UNSAFE_ENDS:
        raise _unsafe()
    raise _NoPicture(f"The provider answered without a picture ({reason}).")


def _decoded(inline: dict[str, Any]) -> Blob:
    try:
        data = base64.b64decode(str(inline.get("data")), validate=True)
        return checked(data, str(inline.get("mimeType")))
    except (ValueError, ProviderFailed) as error:  # its letters need not even be ASCII
        raise _NoPicture("The provider's picture cannot be read.") from error


def _total(costs: list[int | None]) -> int | None:
    """What all answers cost together; None where that is not known, or nothing was answered."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known and len(known) == len(costs) else None


def _cost(model: str, answer: dict[str, Any]) -> int | None:
    usage = answer.get("usageMetadata")
    if not isinstance(usage, dict):
        return None
    taken = usage.get("promptTokenCount"), usage.get("candidatesTokenCount")
    prompt, made = (count if isinstance(count, int) else 0 for count in taken)
    thought = usage.get("thoughtsTokenCount")
    return prices.of_tokens(ID, model, prompt, made + (thought if isinstance(thought, int) else 0))


def accepted(answer: Response) -> Response:
    """An answer of Gemini's API that is no refusal. Raises ProviderFailed."""
    if answer.status == 200:
        return answer
    error = answer.fields.get("error")
    error = error if isinstance(error, dict) else {}
    message = str(error.get("message") or "")[:MAX_DETAIL_LENGTH]
    details = [each for each in _listed(error.get("details")) if isinstance(each, dict)]
    keyless = any(each.get("reason") == "API_KEY_INVALID" for each in details)
    match answer.status:
        case 400 if not keyless and error.get("status") == "INVALID_ARGUMENT":
            failure = _invalid(f"The provider refuses the input: {message}")
        case 400 | 401 | 403:
            failure = ProviderFailed("The provider refuses our key.", retryable=False)
        case 402:
            failure = ProviderFailed("The account at the provider has no credit.", retryable=False)
        case 429 if _is_of_the_day(details):
            failure = ProviderFailed("Today's quota at the provider is used up.", retryable=False)
        case 429:
            failure = ProviderFailed(
                "The provider is asked too often.",
                retry_after_seconds=_retry_delay(details) or answer.retry_after_seconds,
            )
        case status if status >= 500:  # not charged, as its page on billing says
            failure = ProviderFailed(
                f"The provider failed with status {status}.",
                retry_after_seconds=_retry_delay(details) or answer.retry_after_seconds,
            )
        case status:
            failure = ProviderFailed(
                f"The provider refuses the request with status {status}. {message}".strip(),
                retryable=False,
            )
    raise failure


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _retry_delay(details: list[dict[str, Any]]) -> float | None:
    """`google.rpc.RetryInfo`, whose `retryDelay` is seconds such as `45.837906927s`."""
    for each in details:
        if str(each.get("@type")).endswith("google.rpc.RetryInfo"):
            found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(each.get("retryDelay")))
            return float(found[1]) if found else None
    return None


def _is_of_the_day(details: list[dict[str, Any]]) -> bool:
    """Whether `google.rpc.QuotaFailure` names a quota that begins anew only tomorrow."""
    violations = [
        violation
        for each in details
        if str(each.get("@type")).endswith("google.rpc.QuotaFailure")
        for violation in _listed(each.get("violations"))
    ]
    return any("PerDay" in str(violation) for violation in violations)


def _unsafe() -> ProviderFailed:
    return ProviderFailed(
        "The provider will not make this.", code=FailureCode.SAFETY_FILTERED, retryable=False
    )


def _invalid(message: str) -> ProviderFailed:
    return ProviderFailed(message, code=FailureCode.INVALID_INPUT, retryable=False)


def _lost(code: FailureCode = FailureCode.PROVIDER_ERROR) -> ProviderFailed:
    return ProviderFailed(
        "The provider's answer was lost. It may have charged for it, so it is not asked again.",
        code=code,
        retryable=False,
    )

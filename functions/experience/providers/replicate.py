"""The provider `replicate`: predictions of models that run at Replicate.

The API: https://replicate.com/docs/reference/http. What its statuses mean, and `Cancel-After`:
https://replicate.com/docs/topics/predictions/lifecycle. Its limits and their refusal:
https://replicate.com/docs/topics/predictions/rate-limits.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from experience import clock
from experience.providers import calling, prices
from experience.providers.exchange import Response
from experience.providers.http import Http, Unanswered
from experience.providers.models import (
    Blob,
    Blobs,
    FailureCode,
    Params,
    Poll,
    ProviderFailed,
    ReplicateParams,
    State,
    checked,
    never_taken,
    parsed,
)

ID = "replicate"

RESULT_HOSTS = ("replicate.delivery", ".replicate.delivery")
"""Where output files lie, as the reference of `predictions.get` says."""

RESULT_BYTES = 200 * 1024 * 1024
MAX_PAGES = 10
CLOCKS_APART_MS = 5 * 60_000
MAX_DETAIL_LENGTH = 300

INPUTS_KEPT_MS = 50 * 60_000
"""Inputs are deleted after an hour; a prediction without its input is recognised by nobody."""

# Models fail in words of their own; the API has no code for it.
_UNSAFE = re.compile(
    r"nsfw|flagged as sensitive|sensitive content|safety (filter|checker|system)|content policy"
    r"|moderation|inappropriate",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"please retry|temporarily unavailable|high demand|try again later", re.IGNORECASE
)


class Replicate:
    """Predictions, created without waiting, and polled.

    A request carries no idempotency key: the API knows none. A prediction whose create
    response was lost is found in the list of predictions by its input: by the `#KEY` fragment, or
    by equality if it has no source.
    """

    completes_in_submit = False
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
        is_taken: Callable[[str], bool] = never_taken,
    ) -> str:
        calling.announce(ID, "submit")
        wanted = parsed(ReplicateParams, params)
        mark = f"#{quote(idempotency_key, safe='')}"
        body: dict[str, Any] = {"input": self._input(wanted, mark)}
        owner, _, name = wanted.model.partition("/")
        path = f"/models/{owner}/{name}/predictions" if name else "/predictions"
        if not name:
            body["version"] = wanted.model
        headers = {"Cancel-After": f"{max(5, timeout_ms // 1000)}s"} if timeout_ms else {}
        latest = time.monotonic() + self._http.timeout_seconds
        unsure_since = begun_at

        def create() -> str:
            nonlocal unsure_since
            if unsure_since is not None:
                for found in self._found(wanted.model, body["input"], mark, unsure_since):
                    if not is_taken(found):
                        return found
                if time.monotonic() > latest:
                    raise Unanswered("The provider answers too slowly.")
            began = clock.now_ms()
            try:
                answer = _accepted(self._http.call("POST", path, body, **headers))
            except Unanswered:
                unsure_since = unsure_since or began
                raise
            return str(_prediction(answer.fields)["id"])

        return self._http.retry(create)

    def poll(self, provider_job_id: str) -> Poll:
        calling.announce(ID, "poll")
        path = f"/predictions/{_segment(provider_job_id)}"
        answer = self._http.retry(lambda: _accepted(self._http.call("GET", path)))
        prediction = _prediction(answer.fields)
        status = prediction["status"]
        if status in ("starting", "processing"):
            return Poll(State.PROCESSING)
        cost = _cost(prediction)
        uri = _file(prediction.get("output")) if status == "succeeded" else None
        if uri:
            return Poll(State.COMPLETED, result_uri=uri, cost_micros=cost)
        return Poll(State.FAILED, cost_micros=cost, failure=_failure(prediction, cost))

    def cancel(self, provider_job_id: str) -> None:
        calling.announce(ID, "cancel")
        path = f"/predictions/{_segment(provider_job_id)}/cancel"

        def once() -> None:
            answer = self._http.call("POST", path)
            if answer.status not in (400, 404, 409, 422):  # it has ended, or was deleted
                _accepted(answer)

        self._http.retry(once)

    def fetch(self, uri: str) -> Blob:
        calling.announce(ID, "fetch")

        def once() -> Blob:
            answer = _accepted(self._http.download(uri, RESULT_HOSTS, RESULT_BYTES))
            return checked(answer.body, answer.headers.get("content-type", ""))

        return self._http.retry(once)

    def _input(self, wanted: ReplicateParams, mark: str) -> dict[str, Any]:
        addresses = [self._blobs.address(source) + mark for source in wanted.sources]
        if not addresses:
            return wanted.input
        files = addresses if wanted.sources_as_list else addresses[0]
        return {**wanted.input, wanted.source_input: files}

    def _found(self, model: str, sent: Mapping[str, Any], mark: str, since: int) -> Iterator[str]:
        """The ids of the predictions that were made of this input since then."""
        if clock.now_ms() - since > INPUTS_KEPT_MS:
            raise ProviderFailed(
                "Whether the provider began with this cannot be found out any more.",
                retryable=False,
            )
        is_marked = any(_has_mark(value, mark) for value in sent.values())
        for found in self._listed(since - CLOCKS_APART_MS):
            held = found.get("input")
            if not isinstance(held, dict) or model not in (
                found.get("model"),
                found.get("version"),
            ):
                continue
            if is_marked:
                same = any(_has_mark(value, mark) for value in held.values())
            else:
                same = all(held.get(name) == value for name, value in sent.items())
            if same:
                yield str(_prediction(found)["id"])

    def _listed(self, oldest: int) -> Iterator[dict[str, Any]]:
        """The account's predictions since then, the newest first."""
        path = "/predictions"
        for _ in range(MAX_PAGES):
            page = _accepted(self._http.call("GET", path)).fields
            results = page.get("results")
            if not isinstance(results, list):
                raise ProviderFailed("The provider's list of predictions cannot be read.")
            for each in results:
                if isinstance(each, dict):
                    if _created_at(each) < oldest:
                        return
                    yield each
            cursor = parse_qs(urlsplit(str(page.get("next") or "")).query).get("cursor")
            if not cursor:
                return
            path = f"/predictions?cursor={quote(cursor[0], safe='')}"
        raise ProviderFailed("Too many predictions to find this one among them.", retryable=False)


def _has_mark(value: Any, mark: str) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and each.endswith(mark) for each in values)


def _segment(provider_job_id: str) -> str:
    return quote(provider_job_id, safe="")


def _prediction(fields: dict[str, Any]) -> dict[str, Any]:
    """A prediction that has what every one has. Raises ProviderFailed."""
    if not isinstance(fields.get("id"), str) or not isinstance(fields.get("status"), str):
        raise ProviderFailed("The provider's answer is no prediction.")
    return fields


def _created_at(prediction: dict[str, Any]) -> float:
    """Unix milliseconds; one that does not say is taken for new."""
    try:
        return datetime.fromisoformat(str(prediction.get("created_at"))).timestamp() * 1000
    except ValueError:
        return float("inf")


def _file(output: Any) -> str | None:
    """The first file of an output, which is an address, or several, or several with names.

    It is what the model's author likes, such as a number.
    """
    values = list(output.values()) if isinstance(output, dict) else output
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            return value
    return None


def _cost(prediction: dict[str, Any]) -> int | None:
    metrics = prediction.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, dict) else None
    model = str(prediction.get("model") or prediction.get("version"))
    return prices.of_run(ID, model, seconds if isinstance(seconds, int | float) else None)


def _failure(prediction: dict[str, Any], cost: int | None) -> ProviderFailed:
    """What became of a prediction that has ended without a file."""
    code, retryable = FailureCode.PROVIDER_ERROR, False
    error = str(prediction.get("error") or "")[:MAX_DETAIL_LENGTH]
    match prediction["status"]:
        case "succeeded" if prediction.get("data_removed"):
            message = "The provider has deleted the result."
        case "succeeded":
            message = "The provider's model made no file."
        case "canceled":
            message, code = "The provider stopped, as it was told.", FailureCode.CANCELLED
        case "aborted":
            message, code = "The provider did not begin in time.", FailureCode.TIMEOUT
            retryable = True
        case "failed" if _UNSAFE.search(error):
            message, code = "The provider will not make this.", FailureCode.SAFETY_FILTERED
        case _:
            message = f"The provider's model failed: {error}"
            retryable = bool(_PASSING.search(error))
    return ProviderFailed(message, code=code, retryable=retryable, cost_micros=cost)


def _accepted(answer: Response) -> Response:
    """An answer that is no refusal. Raises ProviderFailed."""
    if answer.status < 400:
        return answer
    detail = str(answer.fields.get("detail") or "")[:MAX_DETAIL_LENGTH]
    match answer.status:
        case 401 | 403:
            failure = ProviderFailed("The provider refuses our key.", retryable=False)
        case 402:
            failure = ProviderFailed("The account at the provider has no credit.", retryable=False)
        case 400 | 422 if _UNSAFE.search(detail):
            failure = ProviderFailed(
                "The provider will not make this.",
                code=FailureCode.SAFETY_FILTERED,
                retryable=False,
            )
        case 400 | 422:
            failure = ProviderFailed(
                f"The provider refuses the input: {detail}",
                code=FailureCode.INVALID_INPUT,
                retryable=False,
            )
        case 429:
            asked = answer.fields.get("retry_after")
            seconds = asked if isinstance(asked, int | float) else None
            failure = ProviderFailed(
                "The provider is asked too often.",
                retry_after_seconds=seconds or answer.retry_after_seconds,
            )
        case status if status >= 500:
            failure = Unanswered(
                f"The provider failed with status {status}.",
                retry_after_seconds=answer.retry_after_seconds,
            )
        case status:
            failure = ProviderFailed(
                f"The provider refuses the request with status {status}. {detail}".strip(),
                retryable=False,
            )
    raise failure

"""Replicate's predictions API, as https://replicate.com/docs/reference/http documents it."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.vendors.server import Received, Reply, Vendor

TOKEN = "r8_test"
ENDED = ("succeeded", "failed", "canceled", "aborted")
THROTTLED = Reply(
    429,
    {"detail": "Request was throttled. Your rate limit resets in ~0s.", "retry_after": 0.01},
)


class ReplicateVendor(Vendor):
    """An account whose predictions go on as they are polled.

    `outcome` is what a prediction ends with: `{"status", "output", "error", "metrics"}`, where an
    output of None is the file `result`. Every prediction that was created is paid.
    """

    def __init__(self, result: bytes, content_type: str = "image/png", page: int = 100) -> None:
        self.predictions: dict[str, dict[str, Any]] = {}
        self.polls_needed = 1
        self.outcome: dict[str, Any] = {"status": "succeeded", "metrics": {"predict_time": 2.5}}
        self.result = Reply(200, result, content_type=content_type)
        self.page = page
        self.most_at_once = 0
        self._polls: dict[str, int] = {}
        self._numbers = itertools.count(1)
        super().__init__()

    @property
    def paid(self) -> int:
        return len(self.predictions)

    def operation(self, request: Received) -> str:
        path = urlsplit(request.path).path
        if request.method == "POST":
            return "cancel" if path.endswith("/cancel") else "create"
        if path.startswith("/files/"):
            return "file"
        return "list" if path == "/predictions" else "get"

    def answer(self, request: Received) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"title": "Unauthenticated", "detail": "Invalid token."})
        with self.lock:
            match self.operation(request):
                case "create":
                    return self._create(request)
                case "list":
                    return self._list(request)
                case "file":
                    return self.result
                case operation:
                    return self._one(request, operation)

    def age(self, prediction_id: str, minutes: int) -> None:
        """Let a prediction be that old; its data are deleted after an hour."""
        prediction = self.predictions[prediction_id]
        created = datetime.now(UTC) - timedelta(minutes=minutes)
        prediction["created_at"] = created.isoformat()
        if minutes > 60:
            prediction |= {"input": {}, "output": None, "data_removed": True}

    def _create(self, request: Received) -> Reply:
        unknown = set(request.body) - {"version", "input", "webhook", "webhook_events_filter"}
        path = request.path.split("/")
        if unknown or not isinstance(request.body.get("input"), dict):
            return Reply(422, {"title": "Input validation failed", "detail": "- input is wrong"})
        number = next(self._numbers)
        made = {
            "id": f"prediction{number:04}",
            "model": "/".join(path[2:4]) if path[1] == "models" else "acme/versioned",
            "version": request.body.get("version", "hidden"),
            "input": request.body["input"],
            "logs": "",
            "output": None,
            "data_removed": False,
            "error": None,
            "source": "api",
            "status": "starting",
            "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "metrics": {},
        }
        made["urls"] = {"get": f"{self.url}/predictions/{made['id']}"}
        self.predictions[made["id"]] = made
        going = [each for each in self.predictions.values() if each["status"] not in ENDED]
        self.most_at_once = max(self.most_at_once, len(going))
        return Reply(201, dict(made))

    def _list(self, request: Received) -> Reply:
        start = int(parse_qs(urlsplit(request.path).query).get("cursor", ["0"])[0])
        newest = list(reversed(self.predictions.values()))
        more = start + self.page < len(newest)
        following = f"{self.url}/predictions?cursor={start + self.page}" if more else None
        listed = newest[start : start + self.page]
        return Reply(200, {"previous": None, "next": following, "results": listed})

    def _one(self, request: Received, operation: str) -> Reply:
        prediction_id = request.path.split("/")[2]
        prediction = self.predictions.get(prediction_id)
        if prediction is None:
            return Reply(404, {"detail": "The requested resource could not be found."})
        ended = prediction["status"] in ENDED
        if operation == "cancel":
            if not ended:
                prediction["status"] = "canceled"
            return Reply(200, dict(prediction))
        if not ended:
            polls = self._polls[prediction_id] = self._polls.get(prediction_id, 0) + 1
            if polls >= self.polls_needed:
                file = [f"{self.url}/files/{prediction_id}.png"]
                prediction |= {"output": file, **self.outcome}
            else:
                prediction["status"] = "processing"
        return Reply(200, dict(prediction))

"""The HTTP API of Cloud Tasks, as firebase_admin.functions speaks it to an emulator.

    POST   /projects/{p}/locations/{l}/queues/{q}/tasks        {"task": Task} → {"task": Task}
    DELETE /projects/{p}/locations/{l}/queues/{q}/tasks/{id}

Every task queue function has the queue of its name. Source of the Task's fields and errors:
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
"""

import base64
import binascii
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from emulator.delivery.task_queue import Dispatcher, QueueConfig, Task
from emulator.faults.injector import FaultInjector
from emulator.functions.supervisor import FunctionsSupervisor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
MAX_TASK_BYTES = 1024 * 1024
MAX_DELAY_SECONDS = 30 * 24 * 60 * 60
STATUSES = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "ALREADY_EXISTS": 409}


class ApiError(Exception):
    """An error response in the shape of Google's JSON errors."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class TaskQueues:
    """The task queues of `functions`. `time_scale` multiplies every delay and backoff."""

    def __init__(
        self,
        functions: FunctionsSupervisor,
        time_scale: float = 1,
        injector: FaultInjector | None = None,
    ) -> None:
        self._functions = functions
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}  # includes those that ran: their names stay reserved
        self._dispatcher = Dispatcher(functions.post, self._config, time_scale, injector)
        self.app: WSGIApplication = Request.application(self._respond)

    @property
    def pending(self) -> int:
        """The number of tasks that are due or running."""
        return self._dispatcher.pending()

    @property
    def scheduled(self) -> int:
        """The number of tasks that wait for their time or for their next attempt."""
        return self._dispatcher.scheduled()

    def clear(self) -> None:
        """Delete every task and free every used name."""
        with self._lock:
            for task in self._tasks.values():
                self._dispatcher.delete(task)
            self._tasks.clear()

    def close(self) -> None:
        self._dispatcher.close()

    def _config(self, queue: str) -> QueueConfig:
        return QueueConfig.from_manifest(
            self._functions.endpoints("taskQueueTrigger").get(queue, {})
        )

    def _respond(self, request: Request) -> Response:
        try:
            body = self._route(request)
        except ApiError as error:
            code = STATUSES[error.status]
            body = {"error": {"code": code, "status": error.status, "message": str(error)}}
            return Response(json.dumps(body), code, mimetype="application/json")
        counted = {"X-Emulator-Operation": "task"} if request.method == "POST" else {}
        return Response(json.dumps(body), headers=counted, mimetype="application/json")

    def _route(self, request: Request) -> dict[str, Any]:
        path = request.path.strip("/")
        match request.method, path.split("/"):
            case "POST", ["projects", project, "locations", region, "queues", queue, "tasks"]:
                self._check_queue(project, region, queue)
                return self._create(path, queue, _json_object(request.get_data()))
            case "DELETE", ["projects", project, "locations", region, "queues", queue, "tasks", _]:
                self._check_queue(project, region, queue)
                return self._delete(path)
        raise ApiError(
            "NOT_FOUND",
            "Tasks are created at POST /projects/PROJECT/locations/REGION/queues/FUNCTION/tasks.",
        )

    def _check_queue(self, project: str, region: str, queue: str) -> None:
        functions, queues = self._functions, self._functions.endpoints("taskQueueTrigger")
        if (project, region) != (functions.project, functions.region) or queue not in queues:
            raise ApiError(
                "NOT_FOUND",
                f"There is no queue {queue} of project {project} in {region}. Project "
                f"{functions.project} has in {functions.region}: "
                f"{', '.join(sorted(queues)) or 'none'}. "
                "For another region than us-central1 enqueue to locations/REGION/functions/NAME.",
            )

    def _create(self, parent: str, queue: str, body: Mapping[str, Any]) -> dict[str, Any]:
        fields = body.get("task")
        if not isinstance(fields, dict) or not isinstance(fields.get("httpRequest"), dict):
            raise _invalid('The body must be {"task": {"httpRequest": {…}}}.')
        http = fields["httpRequest"]
        task = Task(
            name=_name(fields.get("name"), parent),
            queue=queue,
            url=http.get("url") or self._functions.function_url(queue),
            body=_body(http.get("body") or ""),
            headers={str(key): str(value) for key, value in (http.get("headers") or {}).items()},
            eta=_schedule_time(fields.get("scheduleTime")),
            dispatch_deadline_seconds=_deadline(fields.get("dispatchDeadline") or "600s"),
        )
        with self._lock:
            if task.name in self._tasks:
                raise ApiError(
                    "ALREADY_EXISTS",
                    "The task cannot be created because a task with this name existed too recently."
                    f" Names stay blocked after the task ran or was deleted: {task.name}",
                )
            self._tasks[task.name] = task
        self._dispatcher.add(task)
        # The Firebase CLI's emulator sends the leading slash, and firebase_admin removes it.
        when = datetime.fromtimestamp(task.eta, UTC).isoformat()
        return {"task": {"name": f"/{task.name}", "scheduleTime": when, "httpRequest": http}}

    def _delete(self, name: str) -> dict[str, Any]:
        with self._lock:
            task = self._tasks.get(name)
        if task is None or not self._dispatcher.delete(task):
            raise ApiError("NOT_FOUND", f"The task does not exist, or has run: {name}")
        return {}


def _invalid(message: str) -> ApiError:
    return ApiError("INVALID_ARGUMENT", message)


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except ValueError as error:
        raise _invalid(f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise _invalid("The body must be a JSON object.")
    return body


def _name(name: str | None, parent: str) -> str:
    if name is None:
        return f"{parent}/{uuid.uuid4().hex}"
    task_id = name.removeprefix(f"{parent}/")
    if task_id == name or not TASK_ID.fullmatch(task_id):
        raise _invalid(f"A task's name must be {parent}/ID, ID of 1-500 [A-Za-z0-9_-]: {name}")
    return name


def _body(encoded: str) -> bytes:
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise _invalid(f"httpRequest.body must be base64: {error}") from error
    if len(body) > MAX_TASK_BYTES:
        raise _invalid(f"A task may have {MAX_TASK_BYTES} bytes, this one has {len(body)}.")
    return body


def _schedule_time(text: str | None) -> float:
    now = time.time()
    if text is None:
        return now
    try:
        when = datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError) as error:
        raise _invalid(f"scheduleTime must be an RFC 3339 time: {text}") from error
    if when > now + MAX_DELAY_SECONDS:
        raise _invalid(f"scheduleTime may be at most 30 days ahead: {text}")
    return max(when, now)


def _deadline(text: str) -> float:
    try:
        seconds = float(text.removesuffix("s"))
    except (AttributeError, ValueError) as error:
        raise _invalid(f"dispatchDeadline must be seconds, as in 600s: {text}") from error
    if not 15 <= seconds <= 30 * 60:
        raise _invalid(f"dispatchDeadline must lie between 15s and 1800s: {text}")
    return seconds

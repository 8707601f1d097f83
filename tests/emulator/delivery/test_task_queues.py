"""Task queues, driven by the client that the functions use."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import firebase_admin
import pytest
import requests
from firebase_admin import exceptions, functions
from werkzeug.test import Client

from emulator.delivery.task_queue import QueueConfig
from emulator.delivery.tasks_api import TaskQueues
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.process.http import serve
from tests.support.sample_functions import Record
from tests.support.waiting import eventually

QUEUE = "work"
PATH = f"/projects/demo-sample/locations/us-central1/queues/{QUEUE}/tasks"


@pytest.fixture
def queues(supervisor: FunctionsSupervisor) -> Iterator[TaskQueues]:
    queues = TaskQueues(supervisor, time_scale=0.001)
    yield queues
    queues.close()


@pytest.fixture
def queue(queues: TaskQueues, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = serve(queues.app)
    monkeypatch.setenv("CLOUD_TASKS_EMULATOR_HOST", f"127.0.0.1:{server.port}")
    app = firebase_admin.initialize_app(options={"projectId": "demo-sample"}, name="test-tasks")
    queue = functions.task_queue("work", app=app)
    yield queue
    queue._http_client.close()
    firebase_admin.delete_app(app)
    server.close()


def create(queues: TaskQueues, task: Any, path: str = PATH) -> tuple[int, Any]:
    response = Client(queues.app).post(path, json={"task": task})
    return response.status_code, response.json


class TestDispatch:
    def test_a_task_reaches_its_function(self, queue: Any, record: Record) -> None:
        options = functions.TaskOptions(task_id="first", headers={"X-Sample": "kept"})
        assert queue.enqueue({"data": {"n": 1}}, options) == "first"
        (seen,) = record.wait_for("work")
        assert seen["data"] == {"n": 1}
        eta = float(seen["headers"].pop("tasketa"))
        assert abs(eta - time.time()) < 60
        assert seen["headers"] == {
            "queuename": "work",
            "taskname": "first",
            "taskretrycount": "0",
            "taskexecutioncount": "0",
            "x-sample": "kept",
        }

    def test_a_task_without_a_name_gets_one(self, queue: Any, record: Record) -> None:
        name = queue.enqueue({"data": {}})
        assert record.wait_for("work")[0]["headers"]["taskname"] == name

    def test_a_failure_is_retried(self, queue: Any, queues: TaskQueues, record: Record) -> None:
        queue.enqueue({"data": {"failures": 2}})
        seen = record.wait_for("work", 3)
        assert [attempt["headers"]["taskretrycount"] for attempt in seen] == ["0", "1", "2"]
        assert seen[2]["headers"]["taskpreviousresponse"] == "503"
        eventually(lambda: queues.pending == queues.scheduled == 0)

    def test_the_last_attempt_is_the_last(
        self, queue: Any, queues: TaskQueues, record: Record
    ) -> None:
        queue.enqueue({"data": {"failures": 99}})
        record.wait_for("work", 3)
        eventually(lambda: queues.pending == queues.scheduled == 0)
        assert len(record.of("work")) == 3

    def test_many_are_all_run_within_the_limits(self, queue: Any, record: Record) -> None:
        for n in range(20):
            queue.enqueue({"data": {"n": n}})
        seen = record.wait_for("work", 20)
        assert sorted(task["data"]["n"] for task in seen) == list(range(20))


class TestDelay:
    def test_a_delayed_task_waits_and_then_runs(
        self, queue: Any, queues: TaskQueues, record: Record
    ) -> None:
        queue.enqueue(
            {"data": {"n": 1}}, functions.TaskOptions(schedule_delay_seconds=20 * 24 * 3600)
        )
        queue.enqueue({"data": {"n": 2}}, functions.TaskOptions(schedule_delay_seconds=60))
        assert record.wait_for("work")[0]["data"] == {"n": 2}
        assert (queues.pending, queues.scheduled) in {(0, 1), (1, 1)}

    def test_a_deleted_task_never_runs(self, queue: Any, queues: TaskQueues) -> None:
        name = queue.enqueue({"data": {}}, functions.TaskOptions(schedule_delay_seconds=24 * 3600))
        assert queues.scheduled == 1
        queue.delete(name)
        assert queues.scheduled == 0
        with pytest.raises(exceptions.NotFoundError, match="does not exist, or has run"):
            queue.delete(name)

    def test_clearing_forgets_tasks_and_names(self, queue: Any, queues: TaskQueues) -> None:
        later = functions.TaskOptions(task_id="again", schedule_delay_seconds=24 * 3600)
        queue.enqueue({"data": {}}, later)
        queues.clear()
        assert queues.scheduled == 0
        assert queue.enqueue({"data": {}}, later) == "again"


class TestNames:
    def test_a_name_is_used_once_even_after_the_task_ran(
        self, queue: Any, queues: TaskQueues, record: Record
    ) -> None:
        queue.enqueue({"data": {}}, functions.TaskOptions(task_id="once"))
        record.wait_for("work")
        eventually(lambda: queues.pending == 0)
        with pytest.raises(exceptions.AlreadyExistsError):
            queue.enqueue({"data": {}}, functions.TaskOptions(task_id="once"))


class TestRequests:
    def test_an_unknown_queue_is_refused_with_the_known_ones(self, queues: TaskQueues) -> None:
        status, body = create(queues, {"httpRequest": {}}, PATH.replace("work", "nope"))
        assert (status, body["error"]["status"]) == (404, "NOT_FOUND")
        assert "us-central1: work." in body["error"]["message"]

    @pytest.mark.parametrize(
        ("task", "message"),
        [
            ({}, "httpRequest"),
            ({"httpRequest": {"body": "no base64!"}}, "base64"),
            ({"httpRequest": {}, "name": "elsewhere/x"}, "name must be"),
            ({"httpRequest": {}, "name": f"{PATH[1:]}/a b"}, "name must be"),
            ({"httpRequest": {}, "scheduleTime": "soon"}, "RFC 3339"),
            ({"httpRequest": {}, "scheduleTime": "2999-01-01T00:00:00Z"}, "30 days"),
            ({"httpRequest": {}, "dispatchDeadline": "5s"}, "15s and 1800s"),
            ({"httpRequest": {"body": base64.b64encode(b"x" * 2**20 + b"x").decode()}}, "bytes"),
        ],
    )
    def test_a_bad_task_is_refused(self, queues: TaskQueues, task: Any, message: str) -> None:
        status, body = create(queues, task)
        assert (status, body["error"]["status"]) == (400, "INVALID_ARGUMENT")
        assert message in body["error"]["message"]

    def test_what_is_no_json_is_refused(self, queues: TaskQueues) -> None:
        response = Client(queues.app).post(PATH, data=b"{")
        assert response.status_code == 400
        assert "not JSON" in json.loads(response.data)["error"]["message"]


class TestLimits:
    def test_backoff_doubles_then_grows_linearly_then_stays(self) -> None:
        """The example of Cloud Tasks' own documentation."""
        config = QueueConfig(min_backoff_seconds=10, max_backoff_seconds=300, max_doublings=3)
        assert [config.backoff(n) for n in range(1, 9)] == [10, 20, 40, 80, 160, 240, 300, 300]

    def test_defaults_are_those_of_the_firebase_cli(self) -> None:
        config = QueueConfig.from_manifest({})
        assert (config.max_attempts, config.max_concurrent_dispatches) == (3, 1000)
        assert config.backoff(1) == pytest.approx(0.1)

    @pytest.mark.parametrize(
        ("limits", "attempts", "seconds", "over"),
        [
            ({"maxAttempts": 3}, 2, 999, False),
            ({"maxAttempts": 3}, 3, 0, True),
            ({"maxAttempts": 3, "maxRetrySeconds": 60}, 5, 59, False),
            ({"maxAttempts": 3, "maxRetrySeconds": 60}, 5, 60, True),
            ({"maxAttempts": -1}, 10**6, 10**6, False),
            ({"maxAttempts": -1, "maxRetrySeconds": 60}, 1, 60, True),
        ],
    )
    def test_both_attempts_and_time_must_be_up(
        self, limits: dict[str, int], attempts: int, seconds: float, over: bool
    ) -> None:
        config = QueueConfig.from_manifest({"retryConfig": limits})
        assert config.is_exhausted(attempts, seconds) is over


class TestConnection:
    def test_a_target_that_does_not_respond_is_an_attempt(
        self, queues: TaskQueues, supervisor: FunctionsSupervisor
    ) -> None:
        task = {"httpRequest": {"url": f"{supervisor.url}/nowhere"}}
        assert create(queues, task)[0] == 200
        eventually(lambda: queues.pending == queues.scheduled == 0)
        assert requests.get(supervisor.function_url("showPath"), timeout=60).ok

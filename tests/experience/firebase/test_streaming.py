"""A callable that streams: what its clients get, and when."""

import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from firebase_functions import https_fn
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.demo.client import unsigned_token
from experience.firebase import streaming
from experience.firebase.request_body import MAX_BODY_BYTES
from tests.support.streaming.gate import Gate
from tests.support.streaming.main import speak, speak_at_once
from tests.support.streaming.servers import PROJECT, environment

SECONDS = 20


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.close()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    app = flask.Flask("test")
    for path, function in (("/speak", speak), ("/speakAtOnce", speak_at_once)):
        handler: Any = function
        app.add_url_rule(
            path,
            path,
            lambda handler=handler: handler(flask.request._get_current_object()),  # type: ignore[attr-defined]
            methods=["GET", "POST", "OPTIONS"],
        )
    return app.test_client()


def post(
    client: FlaskClient,
    *words: str,
    path: str = "/speak",
    accept: str = "text/event-stream",
    uid: str | None = "visitor",
    **more: Any,
) -> TestResponse:
    headers = {"Accept": accept, "Origin": "https://guests.example"}
    if uid:
        headers["Authorization"] = f"Bearer {unsigned_token(PROJECT, uid)}"
    return client.post(path, json={"data": {"words": list(words), **more}}, headers=headers)


def events(data: bytes) -> list[Any]:
    """The events, without their comments."""
    blocks = data.decode("ascii").removesuffix("\n\n").split("\n\n")
    return [json.loads(each.removeprefix("data: ")) for each in blocks if each[0] != ":"]


def logged(capsys: pytest.CaptureFixture[str], message: str) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    lines = [
        json.loads(line) for line in (captured.out + captured.err).splitlines() if line[:1] == "{"
    ]
    return [line for line in lines if line["message"] == message]


class TestStream:
    def test_a_chunk_arrives_before_the_function_has_ended(
        self, client: FlaskClient, gate: Gate, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = post(client, "Good ", gate=gate.url)
        parts = iter(answer.iter_encoded())

        assert events(next(parts)) == [{"message": {"delta": "Good "}}]
        assert not gate.ended.is_set()
        gate.open()
        assert events(b"".join(parts)) == [{"result": {"text": "Good ", "by": "visitor"}}]
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "Content-Length" not in answer.headers
        assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://guests.example"}
        answer.close()
        [line] = logged(capsys, "call")
        assert (line["function"], line["uid"], line["reason"]) == ("speak", "visitor", "ok")

    def test_no_text_breaks_a_line(self, client: FlaskClient) -> None:
        """The web SDK's `.` matches no U+2028, and its `trim` takes spaces."""
        words = [" two\n\nlines\r", "\u2028data: {}\u2029", '"\\', "smörgås 🍞 "]
        said = events(post(client, *words).data)
        assert [each["message"]["delta"] for each in said[:-1]] == words
        assert said[-1]["result"]["text"] == "".join(words)

    def test_a_refusal_after_a_chunk_is_an_event(
        self, client: FlaskClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = post(client, "a", ends="refused")
        error = {
            "status": "FAILED_PRECONDITION",
            "message": "No more.",
            "details": {"reason": "tired"},
        }
        assert (answer.status_code, events(answer.data)) == (
            200,
            [{"message": {"delta": "a"}}, {"error": error}],
        )
        [line] = logged(capsys, "call")
        assert line["reason"] == "tired"

    def test_a_bug_after_a_chunk_tells_nothing_and_is_logged(
        self, client: FlaskClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        [_, event] = events(post(client, "a", ends="badly").data)
        assert event["error"] == {
            "status": "INTERNAL",
            "message": "Something went wrong on our side.",
            "details": {"reason": "internal"},
        }
        [line] = logged(capsys, "bug")
        assert "lost the thread" in line["stack_trace"]

    def test_a_comment_is_sent_while_nothing_comes(
        self, client: FlaskClient, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
        answer = post(client, gate=gate.url)
        parts = iter(answer.iter_encoded())
        assert [next(parts), next(parts)] == [b": ping\n\n"] * 2
        gate.open()
        assert events(b"".join(parts)) == [{"result": {"text": "", "by": "visitor"}}]
        answer.close()


class TestBeforeTheFirstChunk:
    @pytest.mark.parametrize(
        ("ends", "status", "code"),
        [
            ("refused", 400, "FAILED_PRECONDITION"),
            ("badly", 500, "INTERNAL"),
        ],
    )
    def test_an_error_has_its_status(
        self, client: FlaskClient, ends: str, status: int, code: str
    ) -> None:
        answer = post(client, ends=ends)
        [event] = events(answer.data)
        assert (answer.status_code, event["error"]["status"]) == (status, code)
        plain = post(client, ends=ends, accept="*/*")
        assert (plain.status_code, plain.get_json()) == (status, event)

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_call_that_is_ended_from_within_does_not_leave_its_client_waiting(self) -> None:
        stream = streaming.Stream(lambda _emit: sys.exit())
        assert not stream.begins()
        with pytest.raises(https_fn.HttpsError) as raised:
            stream.answer()
        assert streaming.error_of(raised.value)["status"] == "INTERNAL"
        stream = streaming.Stream(lambda _emit: object())
        [end] = events(b"".join(stream))
        stream.close()
        assert end["error"]["status"] == "INTERNAL"  # JSON has no such answer

    @pytest.mark.parametrize("path", ["/speak", "/speakAtOnce"])
    def test_what_the_adapter_refuses_has_its_status(self, client: FlaskClient, path: str) -> None:
        unknown = post(client, path=path, loud=True)
        nobody = post(client, path=path, uid=None)
        stream = {"Accept": "text/event-stream"}
        token = {"Authorization": "Bearer nonsense"}
        forged = client.post(path, json={"data": {}}, headers={**stream, **token})
        malformed = client.post(path, data=b"[]", headers=stream)
        not_posted = client.get(path, headers=stream)
        for answer, status, code, reason in (
            (unknown, 400, "INVALID_ARGUMENT", "invalid_request"),
            (nobody, 401, "UNAUTHENTICATED", "unauthenticated"),
            (forged, 401, "UNAUTHENTICATED", "unauthenticated"),
            (malformed, 400, "INVALID_ARGUMENT", "malformed_request"),
            (not_posted, 400, "INVALID_ARGUMENT", "malformed_request"),
        ):
            [event] = events(answer.data)
            assert answer.mimetype == "text/event-stream"
            assert (answer.status_code, event["error"]["status"]) == (status, code)
            assert event["error"]["details"]["reason"] == reason

    def test_neither_app_check_nor_the_limit_of_bodies_knows_an_exception(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        large = post(client, "x" * MAX_BODY_BYTES)
        monkeypatch.setenv("ENFORCE_APP_CHECK", "true")
        without_app = post(client, "a")
        for answer, status, reason in (
            (large, 400, "request_too_large"),
            (without_app, 401, "app_check_required"),
        ):
            [event] = events(answer.data)
            assert (answer.status_code, event["error"]["details"]["reason"]) == (status, reason)


class TestWholeAnswer:
    @pytest.mark.parametrize(
        "accept", ["*/*", "", "application/json", "application/json, text/event-stream"]
    )
    def test_a_plain_call_gets_it_in_json(self, client: FlaskClient, accept: str) -> None:
        answer = post(client, "a", "b", accept=accept)
        assert answer.mimetype == "application/json"
        assert answer.get_json() == {"result": {"text": "ab", "by": "visitor"}}

    def test_a_stream_of_a_callable_that_has_no_chunks_is_its_result(
        self, client: FlaskClient
    ) -> None:
        answer = post(client, "a", "b", path="/speakAtOnce")
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        assert events(answer.data) == [{"result": {"text": "ab", "by": "visitor"}}]


class TestClientThatIsGone:
    @pytest.mark.parametrize("is_read", [True, False])
    def test_the_function_runs_to_its_end_and_the_request_stays_open_until_then(
        self, client: FlaskClient, gate: Gate, is_read: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = post(client, "a", "b", gate=gate.url)
        if is_read:
            next(iter(answer.iter_encoded()))
        closing = threading.Thread(target=answer.close)
        closing.start()
        assert gate.reached.wait(SECONDS)
        assert closing.is_alive()
        gate.open()
        closing.join(SECONDS)
        assert not closing.is_alive()
        [line] = logged(capsys, "call")
        assert line["reason"] == "ok"

    def test_a_slow_one_loses_chunks_and_not_the_answer(
        self, client: FlaskClient, gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streaming, "MAX_WAITING_BYTES", 100)
        words = ["0123456789"] * 20
        answer = post(client, *words, gate=gate.url)
        gate.open()
        *chunks, last = events(answer.data)
        assert [each["message"]["delta"] for each in chunks] == words[:2]
        assert last["result"]["text"] == "".join(words)

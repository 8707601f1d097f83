"""What the functions' process writes, read as Cloud Logging reads it."""

import json
import threading
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database
from werkzeug.datastructures import Headers

from emulator.demo.client import unsigned_token
from emulator.suite.suite import Suite
from experience import logs
from experience.ids import new_id
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import a_venue
from tests.support.production.events import created

FIELDS = {"severity", "message", "function", "reason", "durationMs", logs.LABELS, logs.TRACE}
TRACED = {"function", "reason", "execution_id"}


class Traced:
    """Requests to the functions under one trace, and what they logged of it."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.trace_id = new_id().encode().hex()[:32].ljust(32, "0")
        self.headers = {
            "Authorization": f"Bearer {unsigned_token(suite.project, 'traced')}",
            "traceparent": f"00-{self.trace_id}-00f067aa0ba902b7-01",
        }

    def post(self, path: str, body: Any, **headers: str) -> int:
        url = f"http://{self.suite.env['FUNCTIONS_EMULATOR_HOST']}/{path}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        json_type = {"Content-Type": "application/json"}
        sent = {**json_type, **self.headers, **headers}
        return requests.post(url, data, headers=sent, timeout=60).status_code

    def call(self, name: str, data: Any, **headers: str) -> int:
        return self.post(f"{self.suite.project}/us-central1/{name}", {"data": data}, **headers)

    def lines(self) -> list[dict[str, Any]]:
        assert self.suite.functions_log is not None
        read = self.suite.functions_log.read_text().splitlines()
        found = [json.loads(line) for line in read if self.trace_id in line]
        for line in found:
            assert line[logs.TRACE] == f"projects/{self.suite.project}/traces/{self.trace_id}"
            assert (line[logs.SPAN], line[logs.SAMPLED]) == ("00f067aa0ba902b7", True)
            assert all(isinstance(value, str) for value in line[logs.LABELS].values())
            assert "traced" not in line[logs.LABELS].values()
        return found


class TestLines:
    def test_each_delivery_leaves_one_line_that_says_what_became_of_it(
        self, suite: Suite, db: Database
    ) -> None:
        venue = a_venue(db)
        project = venue.project
        session = a_session(db, project, "traced", venue.main)
        headers, event = created(db, f"projects/{project}/sessions/{session}")
        trigger = f"functions/projects/{suite.project}/triggers/onSessionCreated"
        step = {"workspaceId": "w", "runId": "r", "stepId": "s", "attempt": 1}
        traced = Traced(suite)

        assert traced.call("getProject", {"projectId": project}) == 200
        assert traced.call("getProject", {"projectId": "nowhere"}) == 404
        assert traced.call("getProject", {"projectId": ""}) == 400
        assert traced.call("getProject", {}, Authorization="Bearer nonsense") == 401
        assert traced.call("getProject", {}, **{"Content-Type": "text/plain"}) == 400
        assert (
            traced.post(trigger, event, **{**headers, "Content-Type": headers["content-type"]})
            == 200
        )
        assert traced.call("runStep", step) in {200, 204}
        assert traced.call("runStep", {"SECRET": "PAYLOAD"}) in {200, 204}
        assert traced.call("sweepCampaigns", {}) == 200

        lines = traced.lines()
        ended = [line for line in lines if line["message"] in {"call", "event", "task", "schedule"}]
        assert [(line["message"], line["function"], line["reason"]) for line in ended] == [
            ("call", "getProject", "ok"),
            ("call", "getProject", "project_not_found"),
            ("call", "getProject", "invalid_request"),
            ("call", "getProject", "unauthenticated"),
            ("call", "getProject", "malformed_request"),
            ("event", "onSessionCreated", "ok"),
            ("task", "runStep", "ok"),
            ("task", "runStep", "invalid_request"),
            ("schedule", "sweepCampaigns", "ok"),
        ]
        for line in ended:
            assert line.keys() >= FIELDS
            assert line["severity"] == "INFO"
            assert isinstance(line["durationMs"], int)
            labels = {name: line[logs.LABELS][name] for name in ("function", "reason")}
            assert labels == {"function": line["function"], "reason": line["reason"]}
        assert [line[logs.LABELS].get("project") for line in ended] == [
            project,
            "nowhere",
            *[None] * 3,
            project,
            *[None] * 3,
        ]
        assert ended[6][logs.LABELS]["workspace"] == "w"
        [refused] = [line for line in lines if line["severity"] == "ERROR"]
        assert (refused["message"], refused["@type"]) == ("task refused", logs.ERROR_EVENT["@type"])
        assert "PAYLOAD" not in json.dumps(lines)

    def test_a_bug_is_one_error_with_its_traceback_under_the_call(
        self, suite: Suite, db: Database
    ) -> None:
        project, traced = a_venue(db).project, Traced(suite)
        db.document("projects", project).update({"status": "on fire"})

        assert traced.call("getProject", {"projectId": project}) == 500

        *errors, call = traced.lines()
        assert (call["message"], call["reason"]) == ("call", "internal")
        [bug] = [line for line in errors if line["message"] == "bug"]
        assert (bug["severity"], bug["function"]) == ("ERROR", "getProject")
        assert bug["stack_trace"].startswith("Traceback (most recent call last):\n")
        assert "ValidationError" in bug["stack_trace"].splitlines()[-3:][0] + bug["stack_trace"]
        assert bug["@type"].endswith(".ReportedErrorEvent")


class TestTrace:
    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("X-Cloud-Trace-Context", f"{'a' * 32}/74;o=1", ("000000000000004a", True)),
            ("X-Cloud-Trace-Context", f"{'a' * 32}/1;o=0", ("0000000000000001", False)),
            ("X-Cloud-Trace-Context", "a" * 32, (None, False)),
            ("X-Cloud-Trace-Context", f"{'a' * 32}/0;o=1", (None, True)),
            ("X-Cloud-Trace-Context", f"{'a' * 32}/{2**64 - 1};o=1", ("f" * 16, True)),
            ("X-Cloud-Trace-Context", f"{'a' * 32}/{2**64};o=1", (None, True)),
            ("traceparent", f"00-{'a' * 32}-{'b' * 16}-00", ("b" * 16, False)),
            ("traceparent", f"00-{'a' * 32}-{'b' * 16}-03", ("b" * 16, True)),
        ],
    )
    def test_either_header_names_it(
        self,
        suite: Suite,
        capsys: pytest.CaptureFixture[str],
        name: str,
        value: str,
        expected: tuple[str | None, bool],
    ) -> None:
        line = self.logged(capsys, {name: value})

        assert line[logs.TRACE] == f"projects/{suite.project}/traces/{'a' * 32}"
        assert (line.get(logs.SPAN), line[logs.SAMPLED]) == expected

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "a",
            "A" * 32,
            f"{'a' * 32}/x;o=1",
            f"{'0' * 32}/1;o=1",
            f"00-{'0' * 32}-{'b' * 16}-01",
            f"00-{'a' * 32}-{'0' * 16}-01",
            f"ff-{'a' * 32}-{'b' * 16}-01",
        ],
    )
    def test_what_is_none_is_passed_over(
        self, capsys: pytest.CaptureFixture[str], value: str
    ) -> None:
        assert logs.TRACE not in self.logged(
            capsys, {"X-Cloud-Trace-Context": value, "traceparent": value}
        )

    def logged(self, capsys: pytest.CaptureFixture[str], headers: dict[str, str]) -> Any:
        with logs.Handling("call", "f", Headers(list(headers.items()))):
            pass
        return json.loads(capsys.readouterr().out)


class TestWriting:
    def test_nothing_that_a_field_holds_breaks_the_line(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        circle: list[Any] = []
        circle.append(circle)

        for value in ("a\nb\u2028", "\ud800", float("nan"), {(1, 2): 3}, circle, object(), b"x"):
            logs.info("odd", value=value, severity="DEBUG")

        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 7
        for line in lines:
            assert line.isascii()
            read = json.loads(line, parse_constant=pytest.fail)
            assert (read["severity"], read["message"]) == ("INFO", "odd")

    def test_keys_and_addresses_in_a_traceback_are_left_out(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        private = (
            "GET https://h/o?key=AIza&X-Goog-Signature=ab%2F (anna.b@mail.example.com)"
            " Bearer ey.J-x_y"
        )
        logs.error("bug", exc=f"Traceback: {private}")
        logs.warning("later", exc=f"Traceback: {private}")

        written = capsys.readouterr()
        assert written.err.isascii()
        for text in (json.loads(written.err)["stack_trace"], json.loads(written.out)["exc"]):
            assert text == "Traceback: GET https://h/o?… (…) Bearer …"

    def test_the_lines_of_threads_belong_to_their_own_requests(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def handle(name: str) -> None:
            with logs.Handling("call", name, Headers()):
                for _ in range(50):
                    logs.info("step", by=name)

        threads = [threading.Thread(target=handle, args=(f"f{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(lines) == 8 * 51
        assert all(line["function"] == line.get("by", line["function"]) for line in lines)

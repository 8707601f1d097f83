"""What every callable keeps to, whatever it does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from google.cloud import firestore

import main
from emulator.demo.client import Client, unsigned_token
from emulator.suite.suite import Suite
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import a_venue
from tests.support.calling import issue_paths, refused

SignIn = Callable[[str | None], Client]

CALLABLES = [
    name
    for names in main.DEPLOYED.values()
    for name in names
    if getattr(main, name).__firebase_endpoint__.callableTrigger is not None
]
IDS = {
    "getProject": ["projectId"],
    "ensureGuest": ["projectId"],
    "getNextPhase": ["projectId", "experienceId", "mainSessionId"],
    "createSession": [
        "projectId",
        "experienceId",
        "eventId",
        "mainSessionId",
        "pregateSessionId",
        "requestId",
    ],
    "getSession": ["projectId", "sessionId"],
    "updateSessionProgress": ["projectId", "sessionId"],
    "completeSession": ["projectId", "sessionId", "experienceId"],
    "getJourneySessions": ["projectId", "mainSessionId"],
}
BAD_IDS = [
    "",
    ".",
    "..",
    "a/b",
    "../../workspaces/w",
    "__x__",
    "a" * 129,
    "smörgås",
    "a b",
    "a\n",
    "`a`",
    "a.b",
    "\u202ea",
    "\x00",
]


@pytest.fixture(scope="module")
def guest(signed_in: SignIn) -> Client:
    return signed_in("guest-protocol")


class TestIdentity:
    @pytest.mark.parametrize("name", CALLABLES)
    def test_nobody_calls_anything(self, signed_in: SignIn, name: str) -> None:
        error = refused(signed_in(None), name, projectId="p")

        assert (error.status, error.reason) == ("UNAUTHENTICATED", "unauthenticated")

    @pytest.mark.parametrize("name", ["getProject", "createSession"])
    def test_a_token_that_is_none_is_refused(self, suite: Suite, name: str) -> None:
        answer = post(suite, name, b'{"data":{}}', Authorization="Bearer nonsense")

        assert answer.status_code == 401
        error = answer.json()["error"]
        assert (error["status"], error["details"]) == (
            "UNAUTHENTICATED",
            {"reason": "unauthenticated"},
        )

    @pytest.mark.parametrize("uid", ["a/b", "..", ".", "__all__", "__a\nb__"])
    def test_a_uid_that_names_no_document_is_nobody(self, signed_in: SignIn, uid: str) -> None:
        assert refused(signed_in(uid), "getProject", projectId="p").status == "UNAUTHENTICATED"


class TestFlood:
    def test_a_flood_of_unknown_fields_gets_a_short_answer(self, guest: Client) -> None:
        error = refused(guest, "getProject", **{f"field{n}": n for n in range(5000)})

        assert len(error.details["issues"]) == 51
        assert len(error.message) < 500


class TestMalformedBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"data"',
            b"{}",
            b'{"data":',
            b'{"data": {}} trailing',
            b'{"data": {}, "more": 1}',
            b'{"Data": {}}',
            b"\xff\xfe",
            b'{"data": "\xff"}',
            b'{"data": ' + b"[" * 10_000,
            b'{"data": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
            b'{"data": ' + b"9" * 5000 + b"}",
        ],
    )
    def test_what_is_no_call_is_refused_as_such(self, guest: Client, body: bytes) -> None:
        answer = guest.post("getProject", body)

        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["status"] == "INVALID_ARGUMENT"
        assert error["details"]["reason"] == "malformed_request"
        assert error["details"]["issues"][0]["path"] == ""

    @pytest.mark.parametrize(("name", "mebibytes"), [("getProject", 1), ("startRun", 4)])
    def test_too_large_a_body_is_refused_whoever_sends_it(
        self, suite: Suite, name: str, mebibytes: int
    ) -> None:
        largest = mebibytes * 1024 * 1024
        most = largest // 100
        message = f"the body is larger than {largest} bytes"
        self.refused_beyond(
            suite, name, lambda size: b'"%s"' % (b"x" * (size - 17)), largest, message
        )
        message = f"the body has more than {most} values"
        self.refused_beyond(
            suite, name, lambda count: b"[0%s]" % (b",0" * (count - 3)), most, message
        )

    def refused_beyond(
        self, suite: Suite, name: str, text: Callable[[int], bytes], most: int, message: str
    ) -> None:
        answers = []
        for amount in (most, most + 1):
            body = b'{"data":{"x":%s}}' % text(amount)
            headers = {"Content-Type": "application/json"}
            answers.append(requests.post(address(suite, name), body, headers=headers, timeout=60))
        assert [answer.status_code for answer in answers] == [401, 400]
        error = answers[1].json()["error"]
        issues = [{"path": "", "message": message}]
        assert (error["status"], error["details"]) == (
            "INVALID_ARGUMENT",
            {"reason": "request_too_large", "issues": issues},
        )

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/ld+json",
        ],
    )
    def test_another_content_type_is_refused(self, suite: Suite, content_type: str) -> None:
        answer = post(suite, "getProject", b'{"data":{}}', **{"Content-Type": content_type})

        assert answer.status_code == 400
        assert answer.json()["error"]["details"]["reason"] == "malformed_request"

    def test_the_charset_may_be_named(self, suite: Suite) -> None:
        content_type = "application/json; charset=utf-8"
        answer = post(suite, "getProject", b'{"data":{}}', **{"Content-Type": content_type})

        assert answer.json()["error"]["details"]["reason"] == "invalid_request"

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
    def test_another_method_is_refused(self, suite: Suite, method: str) -> None:
        answer = requests.request(method, address(suite, "getProject"), timeout=60)

        assert answer.status_code in {400, 405}
        if method == "GET":
            assert answer.json()["error"]["details"]["reason"] == "malformed_request"

    def test_a_page_of_another_origin_may_call(self, suite: Suite) -> None:
        headers = {
            "Origin": "https://guests.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        asked = requests.options(address(suite, "getProject"), headers=headers, timeout=60)
        refusal = post(suite, "getProject", b"{}", Origin="https://guests.example")

        assert asked.status_code == 200
        assert "authorization" in asked.headers["Access-Control-Allow-Headers"].lower()
        for answer in (asked, refusal):
            allowed = answer.headers["Access-Control-Allow-Origin"]
            assert allowed in {"*", "https://guests.example"}


class TestRequest:
    @pytest.mark.parametrize("data", [None, {}])
    def test_each_missing_field_is_named(self, guest: Client, data: Any) -> None:
        error = guest.post("createSession", {"data": data}).json()["error"]

        issues = {issue["path"]: issue["message"] for issue in error["details"]["issues"]}
        assert error["details"]["reason"] == "invalid_request"
        assert issues == dict.fromkeys(
            ["projectId", "experienceId", "mode", "configSource"], "is required"
        )

    @pytest.mark.parametrize("data", [[], "p", 7, True, [{"projectId": "p"}]])
    def test_data_that_is_no_object_is_refused(self, guest: Client, data: Any) -> None:
        error = guest.post("getProject", {"data": data}).json()["error"]

        assert error["status"] == "INVALID_ARGUMENT"

    @pytest.mark.parametrize("name", IDS)
    def test_a_field_that_is_not_known_is_named(self, guest: Client, name: str) -> None:
        error = refused(guest, name, workspaceId="w")

        issues = {issue["path"]: issue["message"] for issue in error.details["issues"]}
        assert issues["workspaceId"] == "is not a field of this request"

    @pytest.mark.parametrize("bad", BAD_IDS)
    @pytest.mark.parametrize("name", IDS)
    def test_an_id_that_could_leave_its_collection_is_named(
        self, guest: Client, name: str, bad: str
    ) -> None:
        fields = IDS[name]

        paths = issue_paths(refused(guest, name, **dict.fromkeys(fields, bad)))

        # A request id never stands alone as a document's name.
        expected = [field for field in fields if (field, bad) != ("requestId", "__x__")]
        assert [path for path in paths if path in fields] == expected

    @pytest.mark.parametrize("bad", [7, True, None, ["p"], {"a": "p"}, 1.5])
    def test_an_id_that_is_no_string_is_named(self, guest: Client, bad: Any) -> None:
        assert issue_paths(refused(guest, "getProject", projectId=bad)) == ["projectId"]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("NaN", "finite"),
            ("Infinity", "finite"),
            ("-Infinity", "finite"),
            ("1e999", "finite"),
            (str(10**400), "too large"),
            (str(-(2**60)), "too large"),
            (r'"\ud800"', "Unicode"),
            (r'"a\udfffb"', "Unicode"),
            ("[" * 900 + "]" * 900, "nested"),
            ('{"a":' * 300 + "1" + "}" * 300, "nested"),
        ],
    )
    def test_what_cannot_be_stored_is_named_by_its_place(
        self, guest: Client, value: str, message: str
    ) -> None:
        body = (
            '{"data":{"projectId":"p","sessionId":"s","answers":[{"stepId":"a","value":'
            f"{value}"
            "}]}}"
        )
        error = guest.post("updateSessionProgress", body.encode()).json()["error"]

        [issue] = error["details"]["issues"]
        assert error["status"] == "INVALID_ARGUMENT"
        assert issue["path"].startswith("answers[0].value")
        assert message in issue["message"]

    @pytest.mark.parametrize("value", [None, {}, [1], ["a", None], [["a"]], {"a": 1}])
    def test_a_value_of_no_kind_that_answers_have_is_one_issue(
        self, guest: Client, value: Any
    ) -> None:
        error = refused(
            guest,
            "updateSessionProgress",
            projectId="p",
            sessionId="s",
            answers=[{"stepId": "a", "value": "fine"}, {"stepId": "b", "value": value}],
            inputs={"c": value},
        )

        assert issue_paths(error) == ["answers[1].value", "inputs.c"]

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"answers": [{"stepId": "a"}]}, "answers[0].value"),
            ({"answers": [{"stepId": "a", "value": 1, "score": 2}]}, "answers[0].score"),
            ({"answers": [{"stepId": "a", "value": 1}, "b"]}, "answers[1]"),
            ({"answers": [{"stepId": 7, "value": 1}]}, "answers[0].stepId"),
            ({"answers": [{"stepId": "a" * 129, "value": 1}]}, "answers[0].stepId"),
            ({"answers": {"stepId": "a"}}, "answers"),
            ({"outputs": {"a": {"url": "u", "type": "image", "by": "me"}}}, "outputs.a.by"),
            ({"capturedMedia": [{"stepId": "a"}]}, "capturedMedia[0].assetId"),
            ({"currentStepIndex": -1}, "currentStepIndex"),
        ],
    )
    def test_a_bad_field_is_named_by_its_place(
        self, guest: Client, data: dict[str, Any], path: str
    ) -> None:
        error = refused(guest, "updateSessionProgress", projectId="p", sessionId="s", **data)

        assert issue_paths(error) == [path]

    @pytest.mark.parametrize("name", [r"\ud800", "k" * 1501, "é" * 751])
    def test_names_that_no_field_can_have_are_refused(self, guest: Client, name: str) -> None:
        payload = f'{{"a":[{{"{name}":1}}]}}'
        body = f'{{"data":{{"workspaceId":"w","workflowName":"w","payload":{payload}}}}}'

        error = guest.post("startRun", body.encode()).json()["error"]

        assert error["status"] == "INVALID_ARGUMENT"
        assert [issue["path"] for issue in error["details"]["issues"]] == ["payload.a[0]"]
        assert len(error["message"]) < 100

    def test_a_name_of_1500_bytes_is_read(self, guest: Client) -> None:
        payload = {"é" * 750: 1}
        error = refused(guest, "startRun", workspaceId="w", workflowName="w", payload=payload)

        assert error.reason == "workspace_not_found"

    def test_more_answers_than_an_experience_can_have_are_refused(self, guest: Client) -> None:
        answers = [{"stepId": f"s{number}", "value": "x"} for number in range(51)]

        error = refused(
            guest, "updateSessionProgress", projectId="p", sessionId="s", answers=answers
        )

        assert issue_paths(error) == ["answers"]


class TestBug:
    def test_it_is_internal_tells_nothing_and_is_logged_with_its_traceback(
        self, suite: Suite, db: firestore.Client, signed_in: SignIn
    ) -> None:
        venue = a_venue(db)
        db.document("projects", venue.project).update({"status": "on fire SECRET"})

        error = refused(signed_in("guest-bug"), "getProject", projectId=venue.project)

        assert (error.status, error.details) == ("INTERNAL", {"reason": "internal"})
        assert "fire" not in error.message
        log = functions_log(suite)
        assert "Traceback" in log
        assert "ValidationError" in log

    def test_the_log_has_no_value_of_a_document_that_cannot_be_read(
        self, suite: Suite, db: firestore.Client, signed_in: SignIn
    ) -> None:
        venue, uid = a_venue(db), "guest-unreadable"
        a_guest(db, venue.project, uid)
        session = a_session(db, venue.project, uid, venue.main)
        session_ref(db, venue.project, session).update({"answers": "mail anna@example.com"})

        error = refused(signed_in(uid), "getSession", projectId=venue.project, sessionId=session)
        suite.settle()

        assert error.status == "INTERNAL"
        assert "anna@example.com" not in functions_log(suite)

    def test_each_call_leaves_one_line_without_its_payload(
        self, suite: Suite, signed_in: SignIn
    ) -> None:
        refused(
            signed_in("guest-line"),
            "updateSessionProgress",
            projectId="nowhere",
            sessionId="s",
            answers=[{"stepId": "a", "value": "PAYLOAD"}],
        )

        log = functions_log(suite)
        [line] = [json.loads(line) for line in log.splitlines() if '"guest-line"' in line]
        assert line["function"] == "updateSessionProgress"
        assert line["reason"] == "session_not_found"
        assert line["durationMs"] >= 0
        assert "PAYLOAD" not in log


def address(suite: Suite, name: str) -> str:
    return f"http://{suite.env['FUNCTIONS_EMULATOR_HOST']}/{suite.project}/us-central1/{name}"


def post(suite: Suite, name: str, body: bytes, **headers: str) -> requests.Response:
    token = unsigned_token(suite.project, "guest-post")
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", **headers}
    return requests.post(address(suite, name), data=body, headers=sent, timeout=60)


def functions_log(suite: Suite) -> str:
    assert suite.functions_log is not None
    return suite.functions_log.read_text()

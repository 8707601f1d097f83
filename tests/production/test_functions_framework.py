"""Each function alone in a process of its own, started by the command that the cloud uses."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client

from emulator.demo.client import unsigned_token
from emulator.suite.suite import Suite
from experience import logs
from experience.firebase.request_body import MAX_BODY_BYTES
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, stored_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.production.deployment import deployed
from tests.support.production.events import created

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def firebase_project(suite: Suite) -> str:
    """One for which the suite delivers no events: here only the process under test handles them."""
    return f"{suite.project}-production"


@pytest.fixture(scope="module")
def db(suite: Suite, firebase_project: str) -> Iterator[Client]:
    client = Client(firebase_project)
    yield client
    client.close()


@pytest.fixture(scope="module")
def venue(db: Client) -> Venue:
    return a_venue(db, pregate=True)


@pytest.fixture(scope="module")
def env(suite: Suite, firebase_project: str) -> dict[str, str]:
    """The suite's, for the project without events. FUNCTIONS_EMULATOR lets unsigned tokens in."""
    project = {"GCLOUD_PROJECT": firebase_project, "GOOGLE_CLOUD_PROJECT": firebase_project}
    config = {"FIREBASE_CONFIG": json.dumps({"projectId": firebase_project})}
    return {**os.environ, **suite.env, **project, **config}


@pytest.fixture(scope="module")
def address(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("callable") / "log"
    # as the Firebase CLI deploys
    with deployed("createSession", "http", log, {**env, "LOG_EXECUTION_ID": "true"}) as address:
        yield address
    ours = [line for line in log.read_text().splitlines() if '"severity"' in line]
    logged = [json.loads(line) for line in ours]
    assert {(line["message"], line["severity"], line["reason"]) for line in logged} == {
        ("call", "INFO", "ok"),
        ("call", "INFO", "unauthenticated"),
        ("call", "INFO", "malformed_request"),
        ("call", "INFO", "request_too_large"),
    }
    assert all(line[logs.LABELS]["execution_id"] for line in logged)
    [line] = [line for line in logged if line["reason"] == "ok"]
    assert line[logs.TRACE] == f"projects/{env['GCLOUD_PROJECT']}/traces/{TRACE_ID}"
    assert (line[logs.SPAN], line[logs.SAMPLED]) == ("000000000000004a", True)


class TestCallable:
    @pytest.mark.parametrize("is_chunked", [False, True])
    @pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 30 * 1024 * 1024])
    def test_too_large_a_body_gets_its_answer_however_it_comes(
        self, address: str, size: int, is_chunked: bool
    ) -> None:
        body = b'{"data":{"x":"%s"}}' % (b"x" * (size - 17))
        sent: Any = iter([body]) if is_chunked else body
        answer = requests.post(address, sent, headers=JSON, timeout=60)
        assert answer.status_code == 400
        message = f"the body is larger than {MAX_BODY_BYTES} bytes"
        assert answer.json()["error"]["details"] == {
            "reason": "request_too_large",
            "issues": [{"path": "", "message": message}],
        }

    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_a_body_of_the_largest_size_is_read(self, address: str, is_chunked: bool) -> None:
        body = b'{"data":{"x":"%s"}}' % (b"x" * (MAX_BODY_BYTES - 17))
        sent: Any = iter([body]) if is_chunked else body
        assert requests.post(address, sent, headers=JSON, timeout=60).status_code == 401

    def test_another_method_gets_its_answer_whatever_it_sends(self, address: str) -> None:
        body = bytes(30 * 1024 * 1024)
        assert requests.put(address, body, headers=JSON, timeout=60).status_code == 400

    def test_it_begins_a_session(self, db: Client, venue: Venue, address: str) -> None:
        uid = a_guest(db, venue.project)
        data = {"experienceId": venue.pregate, "mode": "guest", "configSource": "published"}
        body = {"data": {"projectId": venue.project, **data}}
        token = {"Authorization": f"Bearer {unsigned_token(db.project, uid)}"}
        unsigned = requests.post(address, json=body, timeout=30)
        traced = {**token, "X-Cloud-Trace-Context": f"{TRACE_ID}/74;o=1"}
        answer = requests.post(address, json=body, headers=traced, timeout=30)
        assert (unsigned.status_code, unsigned.json()["error"]["status"]) == (
            401,
            "UNAUTHENTICATED",
        )
        assert answer.status_code == 200, answer.text
        session = answer.json()["result"]["session"]
        assert stored_session(db, venue.project, session["id"])["createdBy"] == uid


@pytest.mark.exhaustive
class TestTrigger:
    def test_it_links_the_pregate_to_a_new_main_session(
        self, db: Client, venue: Venue, env: dict[str, str], tmp_path: Path
    ) -> None:
        uid = a_guest(db, venue.project)
        pregate = a_session(
            db, venue.project, uid, venue.pregate, phase="pregate", status="completed"
        )
        main = a_session(db, venue.project, uid, venue.main, pregateSessionId=pregate)
        headers, body = created(db, f"projects/{venue.project}/sessions/{main}")
        with deployed("onSessionCreated", "cloudevent", tmp_path / "log", env) as address:
            for _delivery in range(2):
                answer = requests.post(address, body, headers=headers, timeout=30)
                assert answer.status_code == 200, answer.text
        assert stored_session(db, venue.project, pregate)["mainSessionId"] == main

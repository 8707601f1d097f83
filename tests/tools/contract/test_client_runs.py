"""The typed client in Node.js: responses, typed errors, and retries."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.projects import CONSENT
from tests.support.builders.venues import Venue, a_venue
from tests.support.node_installation import install
from tools.contract import typed_client

pytestmark = pytest.mark.exhaustive

GUEST = f"guest-{new_id()}"
DEADLINE_SECONDS = 120


@pytest.fixture(scope="module")
def venue(suite: Suite) -> Iterator[Venue]:
    db = Client(suite.project)
    yield a_venue(db, consent=CONSENT)
    db.close()


@pytest.fixture(scope="module")
def results(venue: Venue) -> dict[str, Any]:
    """The results of typed-client.mjs, by step."""
    node = install()
    compiler = str(typed_client.WEB / "node_modules" / "typescript" / "bin" / "tsc")
    run(node, compiler, "--project", str(typed_client.FOLDER))
    output = run(node, "typed-client.mjs", venue.project, str(CONSENT["version"]), GUEST)
    results: dict[str, Any] = json.loads(output)
    return results


def run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=typed_client.WEB / "tests",
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestResponses:
    def test_are_those_of_the_callable(self, results: dict[str, Any], venue: Venue) -> None:
        assert results["guest"]["id"] == GUEST
        assert results["guest"]["consent"]["version"] == CONSENT["version"]

    def test_give_the_ids_for_document_paths(self, results: dict[str, Any], venue: Venue) -> None:
        assert results["path"] == f"projects/{venue.project}/guests/{GUEST}"


class TestErrors:
    def test_have_code_reason_and_details(self, results: dict[str, Any]) -> None:
        assert results["withoutConsent"] == {
            "known": True,
            "code": "failed-precondition",
            "reason": "consent_required",
            "details": {"reason": "consent_required", "version": CONSENT["version"]},
            "issues": [],
            "isTransient": False,
        }
        assert results["unsigned"]["reason"] == results["unsigned"]["code"] == "unauthenticated"

    def test_name_the_invalid_fields_of_a_request(self, results: dict[str, Any]) -> None:
        assert results["wrong"]["reason"] == "invalid_request"
        assert [issue["path"] for issue in results["wrong"]["issues"]] == ["projectId"]


class TestRetries:
    def test_end_with_the_first_response(self, results: dict[str, Any]) -> None:
        assert results["retried"] == {"id": "found"}
        assert results["calls"]["getGuest"] == 3

    def test_start_the_same_run_each_time(self, results: dict[str, Any]) -> None:
        *one, mine = results["runs"]
        assert len(one) == 3
        assert len(set(one)) == 1
        assert re.fullmatch(r"[0-9a-f]{32}", one[0])
        assert mine == "mine"

    def test_can_be_switched_off(self, results: dict[str, Any]) -> None:
        failed = results["notRetried"]
        assert failed["reason"] == "no_response"
        assert (failed["code"], failed["isTransient"]) == ("unavailable", True)
        assert results["calls"]["getJob"] == 1

    def test_never_repeat_a_version_conflict(self, results: dict[str, Any]) -> None:
        assert results["conflict"]["reason"] == "version_conflict"
        assert results["conflict"]["details"]["currentVersion"] == 2
        assert results["calls"]["saveExperience"] == 1


class TestStreams:
    def test_have_their_chunks_and_then_the_response(self, results: dict[str, Any]) -> None:
        assert results["streams"][0] == {
            "chunks": [{"delta": "a"}],
            "stream": {},
            "data": {"response": {"id": "found"}},
        }

    def test_end_in_one_typed_error(self, results: dict[str, Any]) -> None:
        refused, cut, *unreached = results["streams"][1:]  # an error drops chunks not yet read
        for part in ("stream", "data"):
            error = refused[part]
            assert (error["known"], error["code"], error["reason"]) == (
                True,
                "aborted",
                "contention",
            )
            assert (cut[part]["known"], cut[part]["reason"]) == (True, "no_response")
        for each in unreached:
            assert each["chunks"] == []
            assert (each["data"]["known"], each["data"]["reason"]) == (True, "no_response")

    def test_are_never_called_again(self, results: dict[str, Any]) -> None:
        assert results["calls"]["sendChatMessage"] == len(results["streams"]) == 5

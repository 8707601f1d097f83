"""The typed client at work in Node: answers, typed errors, and what it tries again."""

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
from tools.contract import client

GUEST = f"guest-{new_id()}"
DEADLINE_SECONDS = 120


@pytest.fixture(scope="module")
def place(suite: Suite) -> Iterator[Venue]:
    db = Client(suite.project)
    yield a_venue(db, consent=CONSENT)
    db.close()


@pytest.fixture(scope="module")
def results(place: Venue) -> dict[str, Any]:
    """What typed.mjs was answered, step by step."""
    node = install()
    compiler = str(client.WEB / "node_modules" / "typescript" / "bin" / "tsc")
    run(node, compiler, "--project", str(client.FOLDER))
    said = run(node, "typed.mjs", place.project, str(CONSENT["version"]), GUEST)
    answers: dict[str, Any] = json.loads(said)
    return answers


def run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=client.WEB / "tests",
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestAnswers:
    def test_are_the_callable_s_own(self, results: dict[str, Any], place: Venue) -> None:
        assert results["guest"]["id"] == GUEST
        assert results["guest"]["consent"]["version"] == CONSENT["version"]

    def test_lead_to_documents_by_their_paths(self, results: dict[str, Any], place: Venue) -> None:
        assert results["path"] == f"projects/{place.project}/guests/{GUEST}"


class TestErrors:
    def test_have_code_reason_and_details(self, results: dict[str, Any]) -> None:
        assert results["withoutConsent"] == {
            "known": True,
            "code": "failed-precondition",
            "reason": "consent_required",
            "details": {"reason": "consent_required", "version": CONSENT["version"]},
            "issues": [],
            "isPassing": False,
        }
        assert results["unsigned"]["reason"] == results["unsigned"]["code"] == "unauthenticated"

    def test_name_what_is_wrong_with_a_request(self, results: dict[str, Any]) -> None:
        assert results["wrong"]["reason"] == "invalid_request"
        assert [issue["path"] for issue in results["wrong"]["issues"]] == ["projectId"]


class TestTryingAgain:
    def test_ends_with_the_answer_that_came_at_last(self, results: dict[str, Any]) -> None:
        assert results["inTheEnd"] == {"id": "it is well"}
        assert results["calls"]["getGuest"] == 3

    def test_asks_for_the_same_run_each_time(self, results: dict[str, Any]) -> None:
        *one, mine = results["runs"]
        assert len(one) == 3
        assert len(set(one)) == 1
        assert re.fullmatch(r"[0-9a-f]{32}", one[0])
        assert mine == "mine"

    def test_can_be_left_to_the_caller(self, results: dict[str, Any]) -> None:
        assert results["atOnce"]["reason"] == "no_answer"
        assert (results["atOnce"]["code"], results["atOnce"]["isPassing"]) == ("unavailable", True)
        assert results["calls"]["getJob"] == 1

    def test_leaves_alone_what_an_operator_must_look_at(self, results: dict[str, Any]) -> None:
        assert results["conflict"]["reason"] == "version_conflict"
        assert results["conflict"]["details"]["currentVersion"] == 2
        assert results["calls"]["saveExperience"] == 1

"""Callables that are for the project's own apps alone, where a deployment says so."""

from collections.abc import Iterator

import flask
import pytest
from firebase_admin import app_check
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client, unsigned_token
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.suite.suite import Suite
from experience.guests.endpoints import get_guest
from tests.support.builders.guests import a_guest
from tests.support.builders.venues import a_venue
from tests.support.calling import refused


@pytest.fixture(scope="module")
def strict(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsSupervisor]:
    """The functions once more, beside the suite's own, told to enforce App Check."""
    host = FunctionsSupervisor(
        suite.config.functions,
        suite.project,
        suite.region,
        {**suite.env, "ENFORCE_APP_CHECK": "true"},
        0,
        suite.config.indexes,
        tmp_path_factory.mktemp("strict") / "functions.log",
    )
    host.start()
    yield host
    host.stop()


def caller(host: FunctionsSupervisor, uid: str | None) -> Client:
    return Client(host.url.removeprefix("http://"), host.project, uid)


class TestEnforced:
    def test_every_callable_refuses_a_caller_without_a_token(
        self, strict: FunctionsSupervisor
    ) -> None:
        visitor = caller(strict, "visitor")
        callables = list(strict.endpoints("callableTrigger"))
        assert len(callables) > 20
        for name in callables:
            error = refused(visitor, name)
            assert (error.status, error.reason) == ("UNAUTHENTICATED", "app_check_required"), name
        visitor.close()

    def test_who_is_not_signed_in_is_told_that_first(self, strict: FunctionsSupervisor) -> None:
        stranger = caller(strict, None)
        assert refused(stranger, "getGuest", projectId="p").reason == "unauthenticated"
        stranger.close()

    def test_a_token_that_is_none_counts_as_none(self, strict: FunctionsSupervisor) -> None:
        visitor = caller(strict, "visitor")
        visitor.session.headers["X-Firebase-AppCheck"] = "nonsense"
        error = refused(visitor, "getGuest", projectId="p")
        assert (error.status, error.reason) == ("UNAUTHENTICATED", "app_check_required")
        visitor.close()

    def test_an_app_with_a_token_gets_its_answer(
        self, suite: Suite, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only Firebase can sign a token: its verification is what stands in here."""
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        monkeypatch.setenv("ENFORCE_APP_CHECK", "true")
        monkeypatch.setattr(app_check, "verify_token", lambda token: {"sub": "the app"})
        headers = {
            "Authorization": f"Bearer {unsigned_token(suite.project, 'visitor')}",
            "X-Firebase-AppCheck": "signed by Firebase",
        }
        body = {"data": {"projectId": venue.project}}
        with flask.Flask("test").test_request_context(method="POST", json=body, headers=headers):
            answer = get_guest(flask.request)
        assert answer.get_json()["result"]["id"] == "visitor"

    def test_tasks_and_schedules_are_not_callables(self, strict: FunctionsSupervisor) -> None:
        queue = caller(strict, None)
        assert queue.post("runTransform", {"data": {"jobId": "x"}}).ok
        queue.close()


class TestByDefault:
    def test_no_app_token_is_asked_for(self, suite: Suite, db: Database) -> None:
        venue = a_venue(db)
        visitor = caller(suite.functions, "visitor")
        assert visitor.call("ensureGuest", projectId=venue.project)["id"] == "visitor"
        visitor.close()

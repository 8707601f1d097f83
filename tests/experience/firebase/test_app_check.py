"""Callables that are for the project's own apps alone, where a deployment says so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.process.http import serve
from emulator.suite.suite import Suite
from emulator.web.app_check import AppCheck
from tests.support.builders.guests import a_guest
from tests.support.builders.venues import a_venue
from tests.support.calling import refused

HEADER = "X-Firebase-AppCheck"
COSTLY = {
    "startTransform",
    "retryTransform",
    "createUpload",
    "triggerTransform",
    "createCaptureUpload",
    "playCampaign",
    "createAiGeneration",
    "sendChatMessage",
}


class StrictFunctions(FunctionsSupervisor):
    """The functions once more, beside the suite's own, told to enforce App Check."""

    app_check: AppCheck


@pytest.fixture(scope="module")
def strict(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StrictFunctions]:
    app_check = AppCheck(suite.project)
    server = serve(app_check.app)
    enforcing = {
        "ENFORCE_APP_CHECK": "true",
        "CONSUME_APP_CHECK_TOKENS": "true",
        "APP_CHECK_EMULATOR_HOST": f"127.0.0.1:{server.port}",
    }
    host = StrictFunctions(
        suite.config.functions,
        suite.project,
        suite.region,
        {**suite.env, **enforcing},
        0,
        suite.config.indexes,
        tmp_path_factory.mktemp("strict") / "functions.log",
    )
    host.app_check = app_check
    host.start()
    yield host
    host.stop()
    server.close()


@pytest.fixture
def visitor(strict: StrictFunctions) -> Iterator[Client]:
    made = caller(strict, "visitor")
    yield made
    made.close()


def caller(host: FunctionsSupervisor, uid: str | None) -> Client:
    return Client(host.url.removeprefix("http://"), host.project, uid)


class TestEnforced:
    def test_every_callable_refuses_a_caller_without_a_token(
        self, strict: StrictFunctions, visitor: Client
    ) -> None:
        callables = list(strict.endpoints("callableTrigger"))
        assert len(callables) > 20
        for name in callables:
            error = refused(visitor, name)
            assert (error.status, error.reason) == ("UNAUTHENTICATED", "app_check_required"), name

    def test_who_is_not_signed_in_is_told_that_first(self, strict: StrictFunctions) -> None:
        stranger = caller(strict, None)
        assert refused(stranger, "getGuest", projectId="p").reason == "unauthenticated"
        stranger.close()

    def test_a_token_that_is_none_counts_as_none(self, visitor: Client) -> None:
        visitor.session.headers[HEADER] = "nonsense"
        error = refused(visitor, "getGuest", projectId="p")
        assert (error.status, error.reason) == ("UNAUTHENTICATED", "app_check_required")

    @pytest.mark.parametrize(
        "invalid",
        [
            lambda app_check: app_check.token(-60),
            lambda app_check: app_check.token(aud=["projects/other", "projects/1"]),
            lambda app_check: app_check.token(iss="https://evil.example/"),
            lambda app_check: AppCheck(app_check.project).token(),
        ],
        ids=["expired", "of another project", "of another issuer", "of another key"],
    )
    def test_a_token_that_does_not_hold_counts_as_none(
        self, strict: StrictFunctions, visitor: Client, invalid: Callable[[AppCheck], str]
    ) -> None:
        visitor.session.headers[HEADER] = invalid(strict.app_check)
        for name in ("getGuest", "createUpload"):
            error = refused(visitor, name, projectId="p")
            assert (error.status, error.reason) == ("UNAUTHENTICATED", "app_check_required")

    def test_an_app_with_a_token_gets_its_answers(
        self, strict: StrictFunctions, visitor: Client, db: Database
    ) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        visitor.session.headers[HEADER] = strict.app_check.token()
        for _ in range(2):
            assert visitor.call("getGuest", projectId=venue.project)["id"] == "visitor"

    def test_tasks_and_schedules_are_not_callables(self, strict: StrictFunctions) -> None:
        queue = caller(strict, None)
        assert queue.post("runTransform", {"data": {"jobId": "x"}}).ok
        queue.close()


class TestConsumed:
    """Calls that cost money use their token up."""

    def test_they_are_these(self, strict: StrictFunctions, visitor: Client) -> None:
        token = strict.app_check.token()
        visitor.session.headers[HEADER] = token
        refused(visitor, "createUpload", projectId="p")  # which has used it up now
        consumed = {
            name
            for name in strict.endpoints("callableTrigger")
            if refused(visitor, name, unknown=1).reason == "app_check_consumed"
        }
        assert consumed == COSTLY

    def test_a_replay_is_refused_and_a_repeat_with_a_new_token_finds_the_first(
        self, strict: StrictFunctions, db: Database
    ) -> None:
        venue = a_venue(db)
        guest = caller(strict, a_guest(db, venue.project, "replayed"))
        guest.session.headers[HEADER] = strict.app_check.token()
        request = {"projectId": venue.project, "sessionId": "none"}
        first = refused(guest, "startTransform", **request)
        replay = refused(guest, "startTransform", **request)
        guest.session.headers[HEADER] = strict.app_check.token()
        again = refused(guest, "startTransform", **request)
        guest.close()
        assert (replay.status, replay.reason) == ("UNAUTHENTICATED", "app_check_consumed")
        assert first.reason == again.reason == "session_not_found"

    def test_it_opens_other_calls_still(
        self, strict: StrictFunctions, visitor: Client, db: Database
    ) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        visitor.session.headers[HEADER] = strict.app_check.token()
        refused(visitor, "createUpload", projectId="p")
        assert visitor.call("getGuest", projectId=venue.project)["id"] == "visitor"

    def test_a_service_that_is_down_is_a_failure_that_passes(
        self, strict: StrictFunctions, visitor: Client, db: Database
    ) -> None:
        venue = a_venue(db)
        a_guest(db, venue.project, "visitor")
        visitor.session.headers[HEADER] = strict.app_check.token()
        strict.app_check.failure = 503
        try:
            error = refused(visitor, "createUpload", projectId="p")
            known: Any = visitor.call("getGuest", projectId=venue.project)
        finally:
            strict.app_check.failure = None
        assert (error.status, error.reason) == ("UNAVAILABLE", "app_check_unavailable")
        assert known["id"] == "visitor", "the keys are known, and nothing is used up"


class TestByDefault:
    def test_no_app_token_is_asked_for(self, suite: Suite, db: Database) -> None:
        venue = a_venue(db)
        visitor = caller(suite.functions, "visitor")
        assert visitor.call("ensureGuest", projectId=venue.project)["id"] == "visitor"
        visitor.close()

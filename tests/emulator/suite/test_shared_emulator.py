"""How the events of the shared emulator are routed to the suites of the tests."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Request, Response

from emulator.demo.client import Client as Visitor
from emulator.firestore.emulator import FirestoreEmulator
from emulator.process.errors import SuiteError
from emulator.process.http import Server, request, serve
from tests.support.shared_emulator import SharedEmulator

EVENT = "/functions/projects/{project}/triggers/remember"


class Receiver:
    """Receives events as a suite does."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        self.server: Server = serve(Request.application(self._receive))
        self.address = f"127.0.0.1:{self.server.port}"

    def _receive(self, event: Request) -> Response:
        self.received.append((event.path, event.headers.get("ce-id", ""), event.get_data()))
        return Response()


@pytest.fixture
def shared() -> Iterator[SharedEmulator]:
    shared = SharedEmulator()
    yield shared
    shared.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.close()


def _put(shared: SharedEmulator, project: str, address: str) -> tuple[int, bytes]:
    return request("PUT", f"{shared.url}/suites/{project}", address)


def _post(shared: SharedEmulator, project: str, name: str) -> int:
    url = shared.url + EVENT.format(project=project)
    return requests.post(url, json={"event": name}, headers={"ce-id": name}, timeout=10).status_code


class TestEvents:
    def test_go_to_the_suite_of_their_project_with_all_their_headers(
        self, shared: SharedEmulator, receiver: Receiver
    ) -> None:
        assert _put(shared, "demo-one", receiver.address)[0] == 200
        assert _post(shared, "demo-one", "a") == _post(shared, "demo-other", "b") == 200
        ((path, name, body),) = receiver.received
        assert (path, name) == (EVENT.format(project="demo-one"), "a")
        assert json.loads(body) == {"event": "a"}

    def test_arrive_once_each_when_many_come_at_once(
        self, shared: SharedEmulator, receiver: Receiver
    ) -> None:
        _put(shared, "demo-one", receiver.address)
        names = [f"event-{number}" for number in range(40)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: _post(shared, "demo-one", name), names))
        assert sorted(name for _, name, _ in receiver.received) == sorted(names)

    def test_of_a_suite_that_has_left_or_was_killed_go_nowhere(
        self, shared: SharedEmulator, receiver: Receiver
    ) -> None:
        _put(shared, "demo-left", receiver.address)
        _put(shared, "demo-killed", receiver.address)
        assert request("DELETE", f"{shared.url}/suites/demo-left")[0] == 200
        assert _post(shared, "demo-left", "a") == 200
        assert receiver.received == []
        assert _post(shared, "demo-killed", "b") == 200
        receiver.server.close()
        assert _post(shared, "demo-killed", "c") == 200
        assert [name for _, name, _ in receiver.received] == ["b"]


class TestSuites:
    def test_one_that_comes_when_all_is_over_starts_nothing(self) -> None:
        shared = SharedEmulator()
        shared.close()
        with pytest.raises(SuiteError, match="the test run is over"):
            shared.emulator()

    def test_a_visitor_s_calls_go_through_no_proxy(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        visitor = Visitor(receiver.address, "demo-one", "somebody")
        assert visitor.post("call", {}).ok
        visitor.close()

    def test_two_of_one_project_are_refused(
        self, shared: SharedEmulator, receiver: Receiver
    ) -> None:
        assert _put(shared, "demo-one", receiver.address)[0] == 200
        assert _put(shared, "demo-one", receiver.address)[0] == 200
        status, reason = _put(shared, "demo-one", "127.0.0.1:1")
        assert (status, reason.decode()) == (409, f"demo-one's events go to {receiver.address}")

    def test_an_emulator_that_does_not_start_is_reported_with_its_reason(
        self, shared: SharedEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def start(*_: Any) -> FirestoreEmulator:
            raise SuiteError("there is no Java")

        monkeypatch.setattr(FirestoreEmulator, "start", start)
        assert request("POST", f"{shared.url}/emulator") == (
            500,
            b"SuiteError: there is no Java",
        )

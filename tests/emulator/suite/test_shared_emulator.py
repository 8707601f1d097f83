"""Where the events of the emulator go that the tests' suites share."""

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


class Taker:
    """A suite, as far as events are concerned."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.server: Server = serve(Request.application(self._take))
        self.address = f"127.0.0.1:{self.server.port}"

    def _take(self, event: Request) -> Response:
        self.taken.append((event.path, event.headers.get("ce-id", ""), event.get_data()))
        return Response()


@pytest.fixture
def office() -> Iterator[SharedEmulator]:
    office = SharedEmulator()
    yield office
    office.close()


@pytest.fixture
def taker() -> Iterator[Taker]:
    taker = Taker()
    yield taker
    taker.server.close()


def _put(office: SharedEmulator, project: str, address: str) -> tuple[int, bytes]:
    return request("PUT", f"{office.url}/suites/{project}", address)


def _post(office: SharedEmulator, project: str, name: str) -> int:
    url = office.url + EVENT.format(project=project)
    return requests.post(url, json={"event": name}, headers={"ce-id": name}, timeout=10).status_code


class TestEvents:
    def test_go_to_the_suite_of_their_project_with_all_that_is_said_of_them(
        self, office: SharedEmulator, taker: Taker
    ) -> None:
        assert _put(office, "demo-one", taker.address)[0] == 200
        assert _post(office, "demo-one", "a") == _post(office, "demo-other", "b") == 200
        ((path, name, body),) = taker.taken
        assert (path, name) == (EVENT.format(project="demo-one"), "a")
        assert json.loads(body) == {"event": "a"}

    def test_arrive_once_each_when_many_come_at_once(
        self, office: SharedEmulator, taker: Taker
    ) -> None:
        _put(office, "demo-one", taker.address)
        names = [f"event-{number}" for number in range(40)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: _post(office, "demo-one", name), names))
        assert sorted(name for _, name, _ in taker.taken) == sorted(names)

    def test_of_a_suite_that_has_left_or_was_killed_go_nowhere(
        self, office: SharedEmulator, taker: Taker
    ) -> None:
        _put(office, "demo-left", taker.address)
        _put(office, "demo-killed", taker.address)
        assert request("DELETE", f"{office.url}/suites/demo-left")[0] == 200
        assert _post(office, "demo-left", "a") == 200
        assert taker.taken == []
        assert _post(office, "demo-killed", "b") == 200
        taker.server.close()
        assert _post(office, "demo-killed", "c") == 200
        assert [name for _, name, _ in taker.taken] == ["b"]


class TestSuites:
    def test_one_that_comes_when_all_is_over_starts_nothing(self) -> None:
        office = SharedEmulator()
        office.close()
        with pytest.raises(SuiteError, match="the test run is over"):
            office.emulator()

    def test_a_visitor_s_calls_go_through_no_proxy(
        self, taker: Taker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        visitor = Visitor(taker.address, "demo-one", "somebody")
        assert visitor.post("call", {}).ok
        visitor.close()

    def test_two_of_one_project_are_refused(self, office: SharedEmulator, taker: Taker) -> None:
        assert _put(office, "demo-one", taker.address)[0] == 200
        assert _put(office, "demo-one", taker.address)[0] == 200
        status, reason = _put(office, "demo-one", "127.0.0.1:1")
        assert (status, reason.decode()) == (409, f"demo-one's events go to {taker.address}")

    def test_an_emulator_that_does_not_start_is_told_with_its_reason(
        self, office: SharedEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def start(*_: Any) -> FirestoreEmulator:
            raise SuiteError("there is no Java")

        monkeypatch.setattr(FirestoreEmulator, "start", start)
        assert request("POST", f"{office.url}/emulator") == (
            500,
            b"SuiteError: there is no Java",
        )

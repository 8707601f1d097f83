"""A callable's chunks, through the suite and through the command that the cloud uses."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator.demo.client import unsigned_token
from emulator.web.node import WEB
from tests.support.node_installation import install
from tests.support.streaming.gate import MAX_SECONDS, Gate
from tests.support.streaming.servers import (
    PROJECT,
    REGION,
    check_streams,
    environment,
    in_the_cloud,
    in_the_suite,
)
from tests.support.waiting import eventually

SERVERS = [in_the_suite, pytest.param(in_the_cloud, marks=pytest.mark.exhaustive)]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with request.param(tmp_path_factory.mktemp("streaming") / "log") as url:
        yield url


@pytest.fixture
def gates() -> Iterator[list[Gate]]:
    gates = [Gate(), Gate()]
    yield gates
    for gate in gates:
        gate.close()


@pytest.fixture
def gate(gates: list[Gate]) -> Gate:
    return gates[0]


def speak(server: str, gate: Gate) -> requests.Response:
    return requests.post(
        f"{server}/{PROJECT}/{REGION}/speak",
        json={"data": {"words": ["Good ", "evening"], "gate": gate.url}},
        headers={
            "Accept": "text/event-stream",
            "Authorization": f"Bearer {unsigned_token(PROJECT, 'visitor')}",
        },
        stream=True,
        timeout=MAX_SECONDS,
    )


class TestRawHttp:
    def test_chunks_arrive_before_the_function_has_ended(self, server: str, gate: Gate) -> None:
        with speak(server, gate) as answer:
            lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
            assert next(lines) == 'data: {"message":{"delta":"Good "}}'
            assert next(lines) == ""
            assert next(lines) == 'data: {"message":{"delta":"evening"}}'
            assert not gate.ended.is_set()
            gate.open()
            assert list(lines)[1:] == [
                'data: {"result":{"text":"Good evening","by":"visitor"}}',
                "",
            ]
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Transfer-Encoding"] == "chunked"

    def test_a_client_that_goes_away_stops_nothing(self, server: str, gate: Gate) -> None:
        answer = speak(server, gate)
        assert next(answer.iter_lines(chunk_size=1))
        answer.close()
        assert gate.reached.wait(MAX_SECONDS)
        gate.open()
        with speak(server, gate) as next_answer:
            assert next_answer.text.count("data: ") == 3

    @pytest.mark.parametrize("server", [in_the_suite], indirect=True)
    def test_the_suite_meters_it_to_its_end(self, server: str, gate: Gate) -> None:
        def invocations() -> int:
            metered = requests.get(f"{server}/__/meter", timeout=MAX_SECONDS).json()["functions"]
            return int(metered["speak"]["invocations"]) if "speak" in metered else 0

        before = invocations()
        with speak(server, gate) as answer:
            assert next(answer.iter_lines(chunk_size=1))
            assert invocations() == before
            gate.open()
            eventually(lambda: invocations() == before + 1)


class TestWebSdk:
    def test_it_gets_the_chunks_the_answer_and_the_errors(
        self, server: str, gates: list[Gate]
    ) -> None:
        run = subprocess.run(
            [
                install(),
                "streaming.mjs",
                server.removeprefix("http://"),
                *(gate.url for gate in gates),
            ],
            cwd=WEB / "tests",
            env={**os.environ, **environment()},
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        check_streams(json.loads(run.stdout), "visitor")
        gates[1].open()

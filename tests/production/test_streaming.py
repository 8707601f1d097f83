"""A callable's chunks, through the suite and through the command that the cloud uses."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.demo.client import unsigned_token
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.paths import ROOT
from emulator.web.node import WEB
from tests.support.node_installation import install
from tests.support.production.deployment import deployed
from tests.support.streaming import main
from tests.support.streaming.gate import MAX_SECONDS, Gate

PROJECT, REGION = "demo-stream", "us-central1"
SOURCE = Path(main.__file__)
ENV = {
    "GCLOUD_PROJECT": PROJECT,
    "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:1",  # unsigned tokens are enough
    "FIREBASE_CONFIG": json.dumps({"projectId": PROJECT}),
}


@contextmanager
def in_the_suite(log: Path) -> Iterator[str]:
    indexes = ROOT / "firestore.indexes.json"
    functions = FunctionsSupervisor(SOURCE.parent, PROJECT, REGION, ENV, 0, indexes, log)
    functions.start()
    try:
        yield functions.url
    finally:
        functions.stop()


@contextmanager
def in_the_cloud(log: Path) -> Iterator[str]:
    env = {**os.environ, **ENV, "PYTHONPATH": str(ROOT)}
    with deployed("speak", "http", log, env, SOURCE) as address:
        yield address.removesuffix("/")


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
            env={**os.environ, **ENV},
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        seen = json.loads(run.stdout)
        assert seen["streamed"] == {  # it opened the gate after the last chunk
            "chunks": [{"delta": "Good "}, {"delta": "evening"}],
            "data": {"text": "Good evening", "by": "visitor"},
        }
        assert seen["plain"] == seen["streamed"]["data"]
        tired = ["functions/failed-precondition", {"reason": "tired"}]
        internal = ["functions/internal", {"reason": "internal"}]
        for case, error in (
            ("refusedAtOnce", tired),
            ("refusedInTheMiddle", tired),
            ("bug", internal),
            ("unsigned", ["functions/unauthenticated", {"reason": "unauthenticated"}]),
        ):
            assert seen[case]["error"] == seen[case]["data"] == error, case
        [code, details] = seen["invalid"]["data"]
        assert (code, details["reason"]) == ("functions/invalid-argument", "invalid_request")
        assert seen["left"]["data"] == ["functions/cancelled", None]
        gates[1].open()

"""A callable's chunks in a real browser, through the Firebase JS SDK."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from tests.support.browser import Browser
from tests.support.streaming.gate import Gate
from tests.support.streaming.servers import check_streams, in_the_cloud, in_the_suite

Serve = Callable[[Path, str], AbstractContextManager[str]]


@pytest.fixture
def gates() -> Iterator[list[Gate]]:
    gates = [Gate(), Gate()]
    yield gates
    for gate in gates:
        gate.close()


@pytest.mark.exhaustive
class TestStreams:
    @pytest.mark.parametrize("serve", [in_the_suite, in_the_cloud])
    def test_a_page_of_another_origin_gets_the_chunks_the_answer_and_the_errors(
        self,
        browser_suite: tuple[Suite, Client, Browser],
        serve: Serve,
        gates: list[Gate],
        tmp_path: Path,
    ) -> None:
        suite, _, browser = browser_suite
        with serve(tmp_path / "log", suite.project) as url:
            address = url.removeprefix("http://")
            seen = browser.play("streamed", address=address, gates=[gate.url for gate in gates])
            check_streams(seen, seen["uid"])
            gates[1].open()

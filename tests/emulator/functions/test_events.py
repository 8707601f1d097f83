"""Events are served by a process beside the one that serves calls, and both are one instance."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.functions.supervisor import FunctionsSupervisor
from tests.support.processes import is_gone
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

SHOW_PROCESS = """
@https_fn.on_request()
def process(_request: Request) -> Response:
    return Response(str(os.getpid()))
"""

LEAVE_A_CHILD = """
@https_fn.on_request()
def leave(_request: Request) -> Response:
    if os.fork() == 0:
        import time

        time.sleep(300)  # until the supervisor ends its process group
        os._exit(0)
    return Response("left")
"""


@pytest.fixture
def showing(own_supervisor: FunctionsSupervisor, own_source: Path) -> FunctionsSupervisor:
    """A supervisor whose functions tell in which process they are."""
    with (own_source / "main.py").open("a") as main:
        main.write(SHOW_PROCESS)
    own_supervisor.start()
    return own_supervisor


def at_both(supervisor: FunctionsSupervisor, name: str) -> list[str]:
    """What an HTTP function answers where calls come, and where events come."""
    path = supervisor.function_url(name).removeprefix(supervisor.url)
    bases = (supervisor.url, supervisor.events_url)
    return [requests.get(base + path, timeout=60).text for base in bases]


class TestEvents:
    def test_are_served_beside_the_calls(self, showing: FunctionsSupervisor) -> None:
        calls, events = at_both(showing, "process")
        assert int(calls) == showing._fork_server.pid
        assert calls != events

    def test_are_metered_with_the_calls(self, showing: FunctionsSupervisor) -> None:
        def metered() -> Any:
            return requests.get(f"{showing.url}/__/meter", timeout=60).json()

        at_both(showing, "showPath")
        report = metered()
        assert report["functions"]["showPath"]["invocations"] == 2
        assert report["total"]["invocations"] == 2
        requests.post(f"{showing.url}/__/meter:reset", timeout=60)
        assert "showPath" not in metered()["functions"]

    @pytest.mark.parametrize("address", ["url", "events_url"])
    def test_and_calls_end_with_each_other(
        self, showing: FunctionsSupervisor, address: str
    ) -> None:
        before = {int(each) for each in at_both(showing, "process")}
        path = showing.function_url("crash").removeprefix(showing.url)
        with pytest.raises(requests.ConnectionError):
            requests.get(getattr(showing, address) + path, timeout=60)

        def are_replaced() -> bool:
            with suppress(requests.ConnectionError):  # one that is about to end may take a call
                return before.isdisjoint(map(int, at_both(showing, "process")))
            return False

        eventually(are_replaced)
        assert all(is_gone(each) for each in before)

    def test_a_child_that_lives_on_does_not_keep_an_instance_from_its_successor(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write(SHOW_PROCESS + LEAVE_A_CHILD)
        own_supervisor.start()
        before = {int(each) for each in at_both(own_supervisor, "process")}
        requests.get(own_supervisor.function_url("leave"), timeout=60)
        with pytest.raises(requests.ConnectionError):
            requests.get(own_supervisor.function_url("crash"), timeout=60)
        assert before.isdisjoint(map(int, at_both(own_supervisor, "process")))

    def test_are_served_by_one_that_cannot_be_forked(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write(f"import threading, time\n{SHOW_PROCESS}")
            main.write("threading.Thread(target=time.sleep, args=(300,), daemon=True).start()\n")
        own_supervisor.start()
        calls, events = at_both(own_supervisor, "process")
        assert calls == events

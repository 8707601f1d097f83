"""Functions served by one process, at the paths of the Firebase CLI's emulator."""

import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.functions.supervisor import FunctionsSupervisor, _reserve_port
from emulator.process.errors import SuiteError
from emulator.process.ports import free_port
from tests.support.calling import at_once
from tests.support.sample_functions import Record, sample_supervisor
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive


def call(supervisor: FunctionsSupervisor, name: str, data: Any = None) -> requests.Response:
    return requests.post(supervisor.function_url(name), json={"data": data}, timeout=60)


class TestAddresses:
    def test_a_callable_responds_at_its_name(self, supervisor: FunctionsSupervisor) -> None:
        assert call(supervisor, "echo", {"n": 1}).json()["result"]["echoed"] == {"n": 1}

    def test_a_browser_may_ask_from_anywhere(self, supervisor: FunctionsSupervisor) -> None:
        preflight = {"Origin": "http://web.test", "Access-Control-Request-Method": "POST"}
        response = requests.options(supervisor.function_url("echo"), headers=preflight, timeout=60)
        assert response.headers["Access-Control-Allow-Origin"] == "http://web.test"

    @pytest.mark.parametrize(
        "path",
        [
            "__/meter:reset",
            "__/faults",
            "demo-sample/us-central1/tick",
            "demo-sample/us-central1/work",
            "functions/projects/demo-sample/triggers/onThing",
            "functions/projects/echo/triggers/onThing",
        ],
    )
    def test_a_page_reaches_only_what_is_for_pages(
        self, supervisor: FunctionsSupervisor, record: Record, path: str
    ) -> None:
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            response = requests.post(f"{supervisor.url}/{path}", headers=headers, timeout=60)
            assert response.status_code == 403
            assert "Access-Control-Allow-Origin" not in response.headers
        assert record.path.read_text() == ""

    def test_a_function_sees_only_the_path_after_its_name(
        self, supervisor: FunctionsSupervisor
    ) -> None:
        assert requests.get(f"{supervisor.function_url('showPath')}/a/b", timeout=60).text == "/a/b"

    def test_a_schedule_runs_at_its_name(
        self, supervisor: FunctionsSupervisor, record: Record
    ) -> None:
        headers = {"X-CloudScheduler-JobName": "job"}
        assert requests.post(supervisor.function_url("tick"), headers=headers, timeout=60).ok
        assert record.of("tick") == [{"name": "tick", "job": "job"}]

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("demo-sample/us-central1/nope", "no function nope, only: crash, echo,"),
            ("other/us-central1/echo", "serves project demo-sample, not other"),
            ("demo-sample/europe-west1/echo", "serves region us-central1, not europe-west1"),
            ("echo", "answer at /demo-sample/us-central1/NAME"),
            ("functions/projects/demo-sample/triggers/nope", "no function nope"),
            ("__/nope", "no GET /__/nope"),
        ],
    )
    def test_a_wrong_address_gets_the_right_one(
        self, supervisor: FunctionsSupervisor, path: str, message: str
    ) -> None:
        response = requests.get(f"{supervisor.url}/{path}", timeout=60)
        assert response.status_code == 404
        assert message in response.json()["error"]["message"]


class TestManifest:
    def test_has_every_function_with_its_trigger(self, supervisor: FunctionsSupervisor) -> None:
        assert set(supervisor.endpoints("eventTrigger")) == {"onThing", "onRetried"}
        assert supervisor.endpoints("taskQueueTrigger")["work"]["retryConfig"]["maxAttempts"] == 3
        assert supervisor.endpoints("scheduleTrigger")["tick"]["schedule"] == "every day 03:00"


class TestEnvironment:
    def test_comes_from_the_env_file_but_for_what_is_set(
        self, supervisor: FunctionsSupervisor
    ) -> None:
        assert call(supervisor, "echo").json()["result"]["environment"] == {
            "GREETING": "hello from .env",
            "GCLOUD_PROJECT": "demo-sample",
        }


class TestLoading:
    def test_a_broken_main_shows_its_traceback(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        (own_source / "main.py").write_text("import helpers\n")
        (own_source / "helpers.py").write_text("1 / 0\n")
        with pytest.raises(SuiteError, match=r"(?s)helpers\.py.*ZeroDivisionError"):
            own_supervisor.start()

    @pytest.mark.exhaustive
    def test_a_missing_main_is_reported(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        (own_source / "main.py").unlink()
        with pytest.raises(SuiteError, match=r"main\.py does not exist"):
            own_supervisor.start()

    @pytest.mark.exhaustive
    def test_a_main_that_exits_is_reported(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        (own_source / "main.py").write_text("import os\nos._exit(4)\n")
        with pytest.raises(SuiteError, match="ended with status 4"):
            own_supervisor.start()

    def test_a_function_under_another_name_is_refused(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write("renamed = echo\ndel echo\n")
        with pytest.raises(SuiteError, match="echo under the name renamed"):
            own_supervisor.start()


@pytest.mark.exhaustive
class TestReload:
    def test_an_edit_takes_effect_and_a_broken_one_can_be_put_right(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        own_supervisor.start()
        reloads: list[str] = []
        own_supervisor.watch(lambda: reloads.append("reloaded"))
        main = own_source / "main.py"
        original = main.read_text()

        def response() -> str:
            try:
                return call(own_supervisor, "echo", "now").text
            except requests.RequestException:  # the process may end in the middle of a response
                return "restarting"

        main.write_text(original.replace('"echoed"', '"shouted"'))
        eventually(lambda: "shouted" in response())
        main.write_text("not valid Python")
        eventually(lambda: "SyntaxError" in response())
        main.write_text(original)
        eventually(lambda: "echoed" in response())
        eventually(lambda: len(reloads) == 2)

    @pytest.mark.exhaustive
    def test_of_two_edits_within_a_second_the_later_one_runs(
        self, own_source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        with (own_source / "main.py").open("a") as main:
            main.write("import word\nprint('loaded', word.WORD)\n")

        def edit(word: str, at: int) -> None:
            """Same length and time: Python uses both to decide whether its bytecode is current."""
            edited = tmp_path / "word.py"
            edited.write_text(f"WORD = {word!r}\n")
            os.utime(edited, (at, at))
            edited.replace(own_source / "word.py")

        edit("none", 1_700_000_000)
        supervisor = sample_supervisor(own_source, Record(tmp_path / "record.jsonl"))
        supervisor.start()
        try:
            supervisor.watch()
            edit("once", 1_800_000_000)
            eventually(lambda: "loaded once" in loads(supervisor))
            edit("last", 1_800_000_000)
            eventually(lambda: "loaded last" in loads(supervisor))
        finally:
            supervisor.stop()


def loads(supervisor: FunctionsSupervisor) -> list[str]:
    """The lines that main.py has logged, one for each time it was loaded."""
    log = supervisor._fork_server.log
    assert log
    return [line for line in log.read_text().splitlines() if line.startswith("loaded")]


def crash(supervisor: FunctionsSupervisor) -> list[str]:
    """The lines of `loads` after another crash."""
    crashing = supervisor._fork_server.pid
    with pytest.raises(requests.ConnectionError):
        call(supervisor, "crash")
    eventually(lambda: supervisor._fork_server.pid != crashing)
    headers = {"Content-Type": "application/json"}
    response = supervisor.post(supervisor.function_url("echo"), b'{"data": 1}', headers, 60)
    assert response.json()["result"]["echoed"] == 1
    return loads(supervisor)


IP_LOCAL_PORT_RANGE = 51  # of Linux 6.3 and later; Python has no name for it


ASK_FOR = """
import socket, struct
with socket.socket() as asking:
    asking.setsockopt(socket.IPPROTO_IP, {option}, struct.pack("I", {port} | {port} << 16))
    try:
        asking.bind(("127.0.0.1", 0))
    except OSError:
        print("the port is kept")
"""


def _free_of(port: int) -> int | None:
    """The port that the kernel assigns when any free one is requested, from a range of one."""
    with socket.socket() as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        only = struct.pack("I", port | port << 16)
        asking.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, only)
        try:
            asking.bind(("127.0.0.1", 0))
        except OSError:
            return None
        return int(asking.getsockname()[1])


class TestPort:
    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ports are not reserved")
    def test_the_port_stays_reserved_while_the_functions_are_not_loaded(self) -> None:
        port = free_port()
        assert _free_of(port) == port
        with _reserve_port("127.0.0.1", port):
            assert _free_of(port) is None
            with socket.create_server(("127.0.0.1", port)):  # as the functions process does
                assert _free_of(port) is None
            assert _free_of(port) is None
        assert _free_of(port) == port

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ports are not reserved")
    def test_a_host_keeps_its_own_while_main_is_imported(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write(ASK_FOR.format(port=own_supervisor.port, option=IP_LOCAL_PORT_RANGE))
        own_supervisor.start()
        log = own_supervisor._fork_server.log
        assert log
        assert "the port is kept" in log.read_text()


class TestHost:
    @pytest.mark.exhaustive
    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the loopback has one address")
    @pytest.mark.parametrize("host", ["127.0.0.3", "0.0.0.0"])
    def test_functions_listen_at_the_given_host(
        self, own_source: Path, tmp_path: Path, host: str
    ) -> None:
        own_supervisor = sample_supervisor(own_source, Record(tmp_path / "record.jsonl"), host)
        own_supervisor.start()
        try:
            assert own_supervisor.url.startswith(f"http://{host.replace('0.0.0.0', '127.0.0.1')}:")
            assert call(own_supervisor, "echo", 1).json()["result"]["echoed"] == 1
            with socket.create_connection(("127.0.0.3", own_supervisor.port)):
                pass
        finally:
            own_supervisor.stop()


class TestCrash:
    def test_a_process_that_ends_is_replaced_and_deliveries_wait_for_it(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write("print('loaded')\n")
        own_supervisor.start()
        crash(own_supervisor)
        assert crash(own_supervisor) == ["loaded"]

    @pytest.mark.exhaustive
    def test_one_with_threads_is_not_copied_but_loaded_again(
        self, own_supervisor: FunctionsSupervisor, own_source: Path
    ) -> None:
        with (own_source / "main.py").open("a") as main:
            main.write("import threading, time\nprint('loaded')\n")
            main.write("threading.Thread(target=time.sleep, args=(300,), daemon=True).start()\n")
        own_supervisor.start()
        assert crash(own_supervisor) == ["loaded"] * 2

    def test_a_call_that_came_between_two_instances_gets_a_response(
        self, own_supervisor: FunctionsSupervisor
    ) -> None:
        own_supervisor.start()
        crashing = own_supervisor._fork_server.pid
        os.kill(crashing, signal.SIGKILL)
        assert call(own_supervisor, "echo", 2).json()["result"]["echoed"] == 2
        assert own_supervisor._fork_server.pid != crashing

    @pytest.mark.exhaustive
    def test_calls_that_crash_one_after_another_leave_one_that_serves(
        self, own_supervisor: FunctionsSupervisor
    ) -> None:
        own_supervisor.start()

        def insist(_: int) -> None:
            for _ in range(3):
                with pytest.raises(requests.ConnectionError):
                    call(own_supervisor, "crash")

        at_once(8, insist)
        assert call(own_supervisor, "echo", 3).json()["result"]["echoed"] == 3

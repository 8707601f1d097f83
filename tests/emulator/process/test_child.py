import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from emulator.process.child import Child
from emulator.process.http import request, serve
from tests.support.processes import is_gone
from tests.support.waiting import eventually

FAMILY = "sleep 300 & echo $! $$; wait"
SUPERVISOR = """
import sys, time
from pathlib import Path
from emulator.process.child import Child
child = Child(["sh", "-c", sys.argv[1]], log=Path(sys.argv[2]))
child.start()
print(child.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def _pids(log: Path) -> list[int]:
    return [int(pid) for pid in eventually(lambda: log.exists() and log.read_text().split())]


class TestChild:
    def test_stopping_ends_it_and_all_that_it_started(self, log: Path) -> None:
        child = Child(["sh", "-c", FAMILY], log=log)
        child.start()
        pids = _pids(log)
        assert child.pid in pids
        assert child.alive
        child.stop()
        assert not child.alive
        eventually(lambda: all(map(is_gone, pids)))

    def test_what_it_leaves_behind_ends_with_it(self, log: Path) -> None:
        child = Child(["sh", "-c", "sleep 300 & echo $!"], log=log)
        child.start()
        assert child.wait(10) == 0
        child.stop()
        eventually(lambda: all(map(is_gone, _pids(log))))

    def test_one_that_ignores_the_request_is_killed_after_the_grace(self, log: Path) -> None:
        child = Child(["sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done"], log=log)
        child.start()
        _pids(log)
        child.stop(grace_seconds=0.2)
        assert child.wait() == -signal.SIGKILL

    def test_it_gets_the_environment_and_the_folder_and_returns_its_status(
        self, log: Path, tmp_path: Path
    ) -> None:
        child = Child(["sh", "-c", "echo $WORD; pwd; exit 7"], {"WORD": "hello"}, log, tmp_path)
        child.start()
        assert child.wait(10) == 7
        assert log.read_text().split() == ["hello", str(tmp_path.resolve())]
        child.kill()

    def test_a_command_that_does_not_exist_is_reported(self, log: Path) -> None:
        child = Child(["no-such-command"], log=log)
        child.start()
        assert child.wait(10) == 127
        assert "no-such-command: No such file" in log.read_text()
        child.kill()

    def test_it_can_be_started_again(self, log: Path) -> None:
        child = Child(["sh", "-c", "echo $$; sleep 300"], log=log)
        child.start()
        child.stop()
        child.start()
        assert child.alive
        child.stop()

    def test_waiting_ends_in_time(self, log: Path) -> None:
        child = Child(["sleep", "300"], log=log)
        child.start()
        assert child.wait(0.05) is None
        child.stop()

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_it_does_not_outlive_a_killed_supervisor(self, log: Path, number: int) -> None:
        root = Path(__file__).parents[3]
        command = [sys.executable, "-c", SUPERVISOR, FAMILY, str(log)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as supervisor:
            pids = _pids(log)
            supervisor.send_signal(number)
            killed_at = time.monotonic()
            eventually(lambda: all(map(is_gone, pids)))
            assert time.monotonic() - killed_at < 20  # promised are five, on a machine of its own


class TestServer:
    def test_closing_releases_port_and_threads(self) -> None:
        before = set(threading.enumerate())
        server = serve(_greet)
        assert request("GET", server.url) == (200, b"hello")
        began = time.monotonic()
        server.close()
        server.close()
        assert time.monotonic() - began < 20  # a connection that is waited for takes longer
        assert set(threading.enumerate()) <= before
        again = serve(_greet, server.port)
        assert again.port == server.port
        again.close()

    def test_closing_does_not_wait_for_idle_connections(self) -> None:
        server = serve(_greet)
        began = time.monotonic()
        with socket.create_connection((server.host, server.port)) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert idle.recv(12) == b"HTTP/1.1 200"
            server.close()
            while idle.recv(1000):
                pass
            assert time.monotonic() - began < 20  # a connection that is waited for takes longer

    def test_a_taken_port_is_an_os_error(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as taken,
            pytest.raises(OSError, match="in use"),
        ):
            serve(_greet, taken.getsockname()[1])


def _greet(environ, start_response):  # type: ignore[no-untyped-def]
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]

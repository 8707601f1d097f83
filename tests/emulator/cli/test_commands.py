"""The commands as a terminal runs them, observed from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from emulator.firestore.emulator import FirestoreEmulator
from emulator.process import ports
from emulator.process.http import request
from tests.support.chain_project import CHAIN
from tests.support.processes import descendants, is_gone
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
# The process that runs the tests may ignore signals, as under nohup, and its children would inherit
# that. A terminal's job ignores none.
AS_IN_A_TERMINAL = (
    "import os, signal as s, sys;"
    " [s.signal(each, s.SIG_DFL) for each in (s.SIGHUP, s.SIGINT, s.SIGTERM)];"
    " os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
SLEEPER = "sleep 300 & echo $! $$ > {file}; wait"


class Command(subprocess.Popen[str]):
    """Remembers its descendants, which cannot be listed any more after their parent has ended."""

    def __init__(self, arguments: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        super().__init__(arguments, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
        self._family = {self.pid}

    def family(self) -> set[int]:
        """Itself and all descendants seen so far: each call looks for new ones."""
        self._family |= descendants(self.pid)
        return self._family

    def send_signal(self, sig: int) -> None:
        self.family()
        super().send_signal(sig)


Run = Callable[..., Command]
BESIDE_FIRESTORE = pytest.mark.usefixtures("beside_firestore")


@pytest.fixture(scope="module")
def running_firestore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirestoreEmulator]:
    log = tmp_path_factory.mktemp("firestore") / "firestore.log"
    firestore = FirestoreEmulator.start(f"127.0.0.1:{ports.free_port()}", "127.0.0.1:1", log)
    firestore.wait_until_ready()
    yield firestore
    firestore.stop()


@pytest.fixture
def beside_firestore(running_firestore: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands use a running Firestore. Other tests show how their own one ends."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", running_firestore.address)
    monkeypatch.delenv("EMULATOR_SUITE_HOST", raising=False)


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs `python -m emulator …`, and kills what a failed test leaves behind."""
    started = []

    def run(*arguments: str, through: tuple[str, ...] = ()) -> Command:
        command = [sys.executable, "-c", AS_IN_A_TERMINAL, *through, "-m", "emulator", *arguments]
        started.append(Command(command))
        return started[-1]

    yield run
    for process in started:
        with process:
            for pid in process.family():
                if not is_gone(pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


def _execute(*command: str, options: tuple[str, ...] = ()) -> list[str]:
    return ["exec", "--root", str(CHAIN), *options, "--", *command]


def _start(log: Path) -> list[str]:
    return ["start", "--root", str(CHAIN), "--free-ports", "--no-auth", "--log", str(log)]


def _wait_for(file: Path) -> list[int]:
    return [int(pid) for pid in eventually(lambda: file.exists() and file.read_text().split())]


def _assert_all_end(pids: set[int], since: float) -> None:
    eventually(lambda: all(map(is_gone, pids)))
    # The promise is five seconds; a machine that runs other tests too may be slower.
    assert time.monotonic() - since < 20


class TestExec:
    def test_the_command_gets_the_environment_and_its_status_is_returned(self, run: Run) -> None:
        show = "import os, json; print(json.dumps(dict(os.environ))); raise SystemExit(7)"
        process = run(*_execute(sys.executable, "-c", show, options=("--project", "demo-mine")))
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 7, errors
        env = json.loads(output)
        assert env["GCLOUD_PROJECT"] == "demo-mine"
        assert env["FIRESTORE_EMULATOR_HOST"].startswith("127.0.0.1:")
        assert not Path(env["GOOGLE_APPLICATION_CREDENTIALS"]).parent.exists()

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_a_command_that_a_signal_ended_has_the_status_of_a_shell(self, run: Run) -> None:
        process = run(*_execute("sh", "-c", "kill -TERM $$"))
        process.communicate(timeout=60)
        assert process.returncode == 128 + signal.SIGTERM

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_a_command_that_does_not_exist_is_reported(self, run: Run) -> None:
        process = run(*_execute("no-such-command"))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 127
        assert "no-such-command: No such file" in errors

    def test_without_a_command_it_names_what_is_missing(self, run: Run) -> None:
        process = run("exec", "--root", str(CHAIN))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert errors.startswith("error: exec needs a command")

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_a_command_can_export_what_the_suite_holds(self, run: Run, tmp_path: Path) -> None:
        export = (sys.executable, "-m", "emulator", "export", str(tmp_path / "export"))
        process = run(*_execute(*export))
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert "shows in every project id" in output
        assert "0 objects, no accounts" in output
        assert (tmp_path / "export" / "firestore_export").is_dir()

    def test_what_is_wrong_is_one_message_without_a_traceback(
        self, run: Run, tmp_path: Path
    ) -> None:
        process = run("exec", "--root", str(tmp_path), "--", "true")
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert errors.startswith(f"error: {tmp_path}/firebase.json cannot be read")
        assert "Traceback" not in errors

    @pytest.mark.exhaustive
    @pytest.mark.parametrize(
        "number",
        [
            signal.SIGINT,
            pytest.param(signal.SIGTERM, marks=pytest.mark.exhaustive),
            pytest.param(signal.SIGHUP, marks=pytest.mark.exhaustive),
        ],
    )
    def test_a_signal_ends_command_and_suite(
        self, run: Run, request: pytest.FixtureRequest, tmp_path: Path, number: int
    ) -> None:
        if number != signal.SIGTERM:  # the suite of this one starts all emulators
            request.getfixturevalue("beside_firestore")
        file = tmp_path / "pids"
        process = run(*_execute("sh", "-c", SLEEPER.format(file=file)))
        command = _wait_for(file)
        pids = {*command, *descendants(process.pid)}
        since = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 128 + number
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_a_second_ctrl_c_leaves_nothing_either(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "pids"
        stubborn = f"trap '' INT TERM; echo $$ > {file}; while :; do sleep 1; done"
        process = run(*_execute("sh", "-c", stubborn))
        pids = {*_wait_for(file), *descendants(process.pid)}
        since = time.monotonic()
        for _ in range(2):
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    def test_sigkill_leaves_nothing(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "pids"
        process = run(*_execute("sh", "-c", SLEEPER.format(file=file)))
        pids = {*_wait_for(file), *descendants(process.pid)}
        since = time.monotonic()
        process.kill()
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_it_ends_when_its_parent_is_killed(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "pids"
        parent = "import subprocess, sys; subprocess.call([sys.executable, *sys.argv[1:]])"
        process = run(*_execute("sh", "-c", SLEEPER.format(file=file)), through=("-c", parent))
        pids = {*_wait_for(file), *descendants(process.pid)}
        since = time.monotonic()
        process.kill()
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_ctrl_c_in_a_terminal_reaches_the_command(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "pids"
        polite = f"trap 'echo bye; exit 5' INT; echo $$ > {file}; while :; do sleep 0.1; done"
        in_terminal = ("-c", IN_A_TERMINAL, sys.executable)
        process = run(*_execute("sh", "-c", polite), through=in_terminal)
        pids = {*_wait_for(file), *descendants(process.pid)}
        since = time.monotonic()
        assert process.stdin
        process.stdin.write("\x03")
        process.stdin.flush()
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 5
        assert "bye" in output
        _assert_all_end(pids, since)


@pytest.mark.exhaustive
class TestStart:
    def test_it_prints_addresses_and_environment_and_ends_well_on_ctrl_c(
        self, run: Run, tmp_path: Path
    ) -> None:
        process = run(*_start(tmp_path / "functions.log"))
        lines = self._until_ready(process)
        env = dict(
            line.removeprefix("export ").strip().split("=", 1)
            for line in lines
            if line.startswith("export ")
        )
        status, response = request("GET", f"http://{env['EMULATOR_SUITE_HOST']}/status")
        assert status == 200
        for address in json.loads(response)["addresses"].values():
            assert any(address in line for line in lines if not line.startswith("export "))
        pids = descendants(process.pid)
        since = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
        _assert_all_end(pids, since)
        assert not Path(env["GOOGLE_APPLICATION_CREDENTIALS"]).parent.exists()

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_one_in_the_background_outlives_its_parent(self, run: Run, tmp_path: Path) -> None:
        parent = (
            "import subprocess, sys;"
            " subprocess.Popen([sys.executable, *sys.argv[1:]], start_new_session=True).wait()"
        )
        process = run(*_start(tmp_path / "functions.log"), through=("-c", parent))
        self._until_ready(process)
        (suite,) = (
            pid for pid in descendants(process.pid) if "-m emulator start" in _command_line(pid)
        )
        pids = {suite, *descendants(suite)}
        process.kill()
        process.wait()
        time_to_notice = time.monotonic() + 1.5
        eventually(lambda: time.monotonic() > time_to_notice)
        assert not is_gone(suite)
        since = time.monotonic()
        os.kill(suite, signal.SIGTERM)
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    @BESIDE_FIRESTORE
    def test_one_in_a_terminal_ends_with_its_parent(self, run: Run, tmp_path: Path) -> None:
        parent = "import subprocess, sys; subprocess.call([sys.executable, *sys.argv[1:]])"
        process = run(*_start(tmp_path / "functions.log"), through=("-c", parent))
        self._until_ready(process)
        pids = descendants(process.pid)
        since = time.monotonic()
        process.kill()
        _assert_all_end(pids, since)

    @pytest.mark.exhaustive
    def test_firestore_that_ends_by_itself_ends_the_suite_with_an_error(
        self, run: Run, tmp_path: Path
    ) -> None:
        process = run(*_start(tmp_path / "functions.log"))
        self._until_ready(process)
        pids = descendants(process.pid)
        (firestore,) = (pid for pid in pids if "CloudFirestore" in _command_line(pid, "java"))
        since = time.monotonic()
        os.kill(firestore, signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "error: The Firestore emulator ended by itself." in errors
        _assert_all_end(pids, since)

    def _until_ready(self, process: Command) -> list[str]:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return lines
        raise AssertionError(process.communicate()[1])


def _command_line(pid: int, program: str = "") -> str:
    """The command line of `pid` if it runs `program`, else an empty string."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    name = Path(listed.stdout.split(" ")[0]).name
    return listed.stdout if not program or name == program else ""

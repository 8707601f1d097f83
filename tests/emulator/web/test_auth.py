"""The Firebase CLI's Auth emulator, run without the CLI."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.paths import ROOT
from emulator.process.errors import PortTakenError
from emulator.process.http import request
from emulator.process.ports import free_port
from emulator.suite.suite import Suite
from emulator.web import node
from emulator.web.auth import EXPORT, AuthEmulator, create_account, export_accounts
from experience import clients
from experience.players.usecases.lifecycle.accounts import find_missing
from tests.support.chain_project import CHAIN
from tests.support.node_installation import install
from tests.support.processes import is_gone
from tests.support.waiting import eventually

PROJECT = "demo-auth"
MAX_TRIES = 3  # another program may take a free port first
SUPERVISOR = """
import sys, time
from pathlib import Path
from emulator.web.auth import AuthEmulator
print(AuthEmulator.start("127.0.0.1:0", "demo-auth", Path(sys.argv[1])).child.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture(scope="module")
def auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthEmulator]:
    install()
    for number in range(MAX_TRIES):
        folder = tmp_path_factory.mktemp("auth")
        auth = AuthEmulator.start(f"127.0.0.1:{free_port()}", PROJECT, folder)
        try:
            auth.wait_until_ready()
        except PortTakenError:
            if number == MAX_TRIES - 1:
                raise
            continue
        break
    yield auth
    auth.stop()
    assert is_gone(auth.child.pid)


def _account(auth: AuthEmulator, method: str, **body: Any) -> tuple[int, Any]:
    """Send what the JS SDK sends: the emulator, not the key, determines the project."""
    url = f"http://{auth.address}/identitytoolkit.googleapis.com/v1/accounts:{method}?key=any"
    status, response = request("POST", url, body, timeout=60)
    return status, json.loads(response)


@pytest.mark.exhaustive
class TestAuth:
    def test_somebody_signs_in_anonymously(self, auth: AuthEmulator) -> None:
        status, signed_in = _account(auth, "signUp", returnSecureToken=True)
        assert status == 200
        assert signed_in["localId"]
        assert signed_in["idToken"].endswith("."), "unsigned"
        status, found = _account(auth, "lookup", idToken=signed_in["idToken"])
        assert [user["localId"] for user in found["users"]] == [signed_in["localId"]]

    def test_accounts_are_looked_up_by_uid(
        self, auth: AuthEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the sweep of deleted accounts does, whose tests have a server of their own."""
        _, signed_in = _account(auth, "signUp", returnSecureToken=True)
        uid = signed_in["localId"]
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth.address)
        monkeypatch.setenv("GCLOUD_PROJECT", PROJECT)
        with clients.auth_app() as app:
            assert find_missing(app, [uid, "gone"]) == {"gone"}
            assert find_missing(app, ["gone"]) == {"gone"}
            auth.clear(PROJECT)
            assert find_missing(app, [uid]) == {uid}

    def test_an_export_brings_accounts_back(self, auth: AuthEmulator, tmp_path: Path) -> None:
        _, signed_in = _account(auth, "signUp", returnSecureToken=True)
        exported = export_accounts(auth.address, PROJECT, tmp_path)
        assert exported
        auth.clear(PROJECT)
        auth.import_accounts(PROJECT, tmp_path)
        assert export_accounts(auth.address, PROJECT, tmp_path) == exported
        assert signed_in["localId"] in (tmp_path / EXPORT).read_text()
        assert export_accounts(f"127.0.0.1:{free_port()}", PROJECT, tmp_path) is None
        auth.import_accounts(PROJECT, tmp_path / "nothing")

    def test_an_account_signs_in_with_its_password_also_when_it_is_created_twice(
        self, auth: AuthEmulator
    ) -> None:
        account = (PROJECT, "ada", "ada@example.com", "a-password")
        assert create_account(auth.address, *account)
        assert create_account(auth.address, *account)
        credentials = {"email": "ada@example.com", "password": "a-password"}
        status, signed_in = _account(auth, "signInWithPassword", **credentials)
        assert (status, signed_in["localId"]) == (200, "ada")
        wrong = {**credentials, "password": "another"}
        assert _account(auth, "signInWithPassword", **wrong)[0] == 400
        assert not create_account(f"127.0.0.1:{free_port()}", *account)

    def test_cleared_accounts_are_forgotten(self, auth: AuthEmulator) -> None:
        _, signed_in = _account(auth, "signUp", returnSecureToken=True)
        for _ in range(2):
            auth.clear(PROJECT)
        status, refused = _account(auth, "lookup", idToken=signed_in["idToken"])
        assert status == 400
        assert refused["error"]["message"] == "USER_NOT_FOUND"

    def test_a_taken_port_is_named(self, auth: AuthEmulator, tmp_path: Path) -> None:
        (tmp_path / "auth.log").write_text("Error: listen EADDRINUSE: address already in use")
        ended = AuthEmulator("127.0.0.1:1", PROJECT, tmp_path)
        with pytest.raises(PortTakenError, match=ended.address):
            ended.wait_until_ready()

    def test_it_ends_with_whoever_started_it(self, auth: AuthEmulator, tmp_path: Path) -> None:
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        with supervisor:
            assert supervisor.stdout
            pid = int(supervisor.stdout.readline())
            assert not is_gone(pid)
            supervisor.kill()
        eventually(lambda: is_gone(pid))


class TestWithoutIt:
    def test_a_suite_that_needs_it_names_what_is_missing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        suite = Suite("demo-auth", root=CHAIN, free_ports=True, auth=True)
        with pytest.raises(node.NodeMissingError, match=r"Node\.js 20\.19 or newer"):
            suite.start()

    def test_packages_of_another_lock_file_are_not_used(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        stamp = tmp_path / "stamp"
        stamp.write_text("another")
        monkeypatch.setattr(node, "STAMP", stamp)
        assert not node.is_installed()

    def test_a_node_that_only_prints_an_error_is_none(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name in ("node", "npm"):
            (tmp_path / name).write_text("#!/bin/sh\necho 'no version is set' >&2; exit 126\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        with pytest.raises(node.NodeMissingError):
            node.find()

    @pytest.mark.exhaustive
    def test_start_reports_it_and_runs_the_rest(self, tmp_path: Path) -> None:
        (tmp_path / "ps").symlink_to(shutil.which("ps") or "")
        arguments = ["--root", str(CHAIN), "--free-ports", "--log", str(tmp_path / "log")]
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "start", *arguments],
            cwd=ROOT,
            env={**os.environ, "PATH": str(tmp_path), "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "Ctrl-C" in line:
                    break
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
        assert "No Auth emulator: Node.js 20.19 or newer with npm is not installed." in errors
        assert any("nobody: unsigned tokens are accepted" in line for line in lines)
        assert any(line.startswith("export FIREBASE_AUTH_EMULATOR_HOST=") for line in lines)
        assert process.returncode == 0

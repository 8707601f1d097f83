"""The Firebase CLI's own emulators, with the functions of this project."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from emulator.firestore.installation import find_installation
from emulator.paths import ROOT
from emulator.web import node
from tests.support.processes import descendants, is_gone
from tests.support.waiting import eventually

START_SECONDS = 600
SERVED = ("auth", "functions", "firestore", "storage", "tasks", "eventarc")
RULES_RUNTIME = "cloud-storage-rules-runtime-v1.1.3.jar"
"""What the CLI 15.34.2 evaluates storage.rules with (downloadableEmulatorInfo.json)."""


@contextmanager
def emulators(project: str, folder: Path) -> Iterator[dict[str, str]]:
    """Serve the project, and yield the environment in which clients find the emulators.

    `folder` gets links to what is deployed, and the CLI's log. Nothing of the CLI is left at the
    end.
    """
    addresses = _project(folder)
    log = folder / "cli.log"
    command = [node.find(), str(node.MODULES / "firebase-tools/lib/bin/firebase.js")]
    command += ["emulators:start", "--project", project, "--only", ",".join(SERVED)]
    with log.open("w") as output:
        cli = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    processes = {cli.pid}
    try:
        _wait_for(cli, log)
        processes |= descendants(cli.pid)
        yield {
            "GCLOUD_PROJECT": project,
            "REGION": "us-central1",
            "FIRESTORE_EMULATOR_HOST": addresses["firestore"],
            "FIREBASE_AUTH_EMULATOR_HOST": addresses["auth"],
            "STORAGE_EMULATOR_HOST": f"http://{addresses['storage']}",
            "FUNCTIONS_EMULATOR_HOST": addresses["functions"],
        }
    finally:
        processes |= descendants(cli.pid)
        cli.send_signal(signal.SIGINT)
        try:
            cli.wait(60)
        finally:
            _end(processes)


def _project(folder: Path) -> dict[str, str]:
    """Link what is deployed into the folder, with free ports, and return the addresses."""
    settings: dict[str, Any] = json.loads((ROOT / "firebase.json").read_text())
    names = [name for name, each in settings["emulators"].items() if "port" in str(each)]
    ports = _free_ports(len(names) + 2)
    addresses = {}
    for name, port in zip(names, ports, strict=False):
        settings["emulators"][name]["port"] = port
        addresses[name] = f"127.0.0.1:{port}"
    settings["emulators"]["logging"] = {"host": "127.0.0.1", "port": ports[-1]}
    settings["emulators"]["firestore"]["websocketPort"] = ports[-2]
    (folder / "firebase.json").write_text(json.dumps(settings))
    for linked in ("functions", "firestore.rules", "firestore.indexes.json", "storage.rules"):
        (folder / linked).symlink_to(ROOT / linked)
    return addresses


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, none of them twice."""
    with ExitStack() as held:
        found = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in found]


def _environment(folder: Path) -> dict[str, str]:
    """No account of a person, the Firestore emulator of this machine, and no download."""
    installed = find_installation()
    env = {name: value for name, value in os.environ.items() if not name.endswith("_HOST")}
    env |= {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "FIRESTORE_EMULATOR_BINARY_PATH": str(installed.jar),
        "CAMPAIGN_SECRET": "of-this-test-alone",
        "CI": "true",
    }
    java = folder / "bin" / "java"
    java.parent.mkdir()
    rules = Path.home() / ".cache" / "firebase" / "emulators" / RULES_RUNTIME
    if not rules.exists():
        rules = java.with_name(RULES_RUNTIME)
        rules.touch()
    stand_in = f"PYTHONPATH={ROOT} exec {sys.executable} -m tests.support.firebase_cli.java"
    java.write_text(f'#!/bin/sh\n{stand_in} {installed.java} {installed.jar} {rules} "$@"\n')
    java.chmod(0o755)
    return env | {
        "STORAGE_EMULATOR_BINARY_PATH": str(rules),
        "PATH": f"{java.parent}:{os.environ['PATH']}",
    }


def _wait_for(cli: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "All emulators ready!" not in (text := log.read_text()):
        assert cli.poll() is None, text
        assert time.monotonic() < deadline, text
        time.sleep(0.2)


def _end(processes: set[int]) -> None:
    """End what the CLI has left behind: the Pythons of its functions."""
    for pid in processes:
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: all(map(is_gone, processes)))

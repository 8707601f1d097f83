"""The Firebase CLI's own emulators, with the functions of this project."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from emulator.firestore.installation import find_installation
from emulator.paths import ROOT
from emulator.web import node
from tests.support.processes import descendants, is_in
from tests.support.waiting import eventually

STARTS = 3
"""The CLI ends itself if a port was taken meanwhile, or an emulator was slow to listen."""
START_SECONDS = 600
STOP_SECONDS = 30
SERVED = ("auth", "functions", "firestore", "storage", "tasks", "eventarc")
PORTS = range(20_000, 32_000)
"""Below those that the system gives to connections, which come and go while the CLI starts."""
READY = "All emulators ready!"
NOT_LOADED = "Failed to load function definition"
RULES_RUNTIME = "cloud-storage-rules-runtime-v1.1.3.jar"
"""What the CLI 15.34.2 evaluates storage.rules with (downloadableEmulatorInfo.json)."""


@contextmanager
def emulators(project: str, folder: Path) -> Iterator[dict[str, str]]:
    """Serve the project, and yield the environment in which clients find the emulators.

    `folder` gets links to what is deployed, and the CLI's logs, a folder for each start. Nothing of
    the CLI is left at the end. AssertionError with its log, if it does not start.
    """
    for start in range(1, STARTS + 1):
        attempt = folder / str(start)
        attempt.mkdir()
        addresses = _project(attempt)
        with _served(project, attempt) as failure:
            if failure is None:
                yield _addresses_for_clients(project, addresses)
                return
    raise AssertionError(failure)


@contextmanager
def _served(project: str, folder: Path) -> Iterator[str | None]:
    """Run the CLI. Yields None once it serves all, or the log of one that has failed."""
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
            start_new_session=True,
        )
    groups = {cli.pid}  # each emulator has a process group of its own
    try:
        yield _wait(cli, log, groups)
        groups |= _groups(cli)
        cli.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            cli.wait(STOP_SECONDS)
    finally:
        groups |= _groups(cli)
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        cli.wait()
        eventually(lambda: not is_in(groups))


def _addresses_for_clients(project: str, addresses: dict[str, str]) -> dict[str, str]:
    return {
        "GCLOUD_PROJECT": project,
        "REGION": "us-central1",
        "FIRESTORE_EMULATOR_HOST": addresses["firestore"],
        "FIREBASE_AUTH_EMULATOR_HOST": addresses["auth"],
        "STORAGE_EMULATOR_HOST": f"http://{addresses['storage']}",
        "FUNCTIONS_EMULATOR_HOST": addresses["functions"],
    }


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
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            port = random.choice(PORTS)
            with suppress(OSError):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                found.append(port)
    return found


def _environment(folder: Path) -> dict[str, str]:
    """No account of a person, the Firestore emulator of this machine, and no download."""
    installed = find_installation()
    env = {name: value for name, value in os.environ.items() if not name.endswith("_HOST")}
    env |= {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "FIRESTORE_EMULATOR_BINARY_PATH": str(installed.jar),
        "CAMPAIGN_SECRET": "of-this-test-alone",
        "FUNCTIONS_DISCOVERY_TIMEOUT": str(START_SECONDS),
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


def _wait(cli: "subprocess.Popen[bytes]", log: Path, groups: set[int]) -> str | None:
    """Wait until all is served, and return None, or the log of a CLI that has failed.

    `groups` gets the process groups of what it has started.
    """
    deadline = time.monotonic() + START_SECONDS
    while READY not in (text := log.read_text()):
        groups |= _groups(cli)
        if cli.poll() is not None or time.monotonic() > deadline:
            return text
        time.sleep(0.5)
    return text if NOT_LOADED in text else None


def _groups(cli: "subprocess.Popen[bytes]") -> set[int]:
    groups = set()
    for pid in descendants(cli.pid):
        with suppress(ProcessLookupError):
            groups.add(os.getpgid(pid))
    return groups

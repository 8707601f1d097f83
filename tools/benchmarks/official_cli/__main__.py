"""The suite beside the Firebase CLI's own emulators, each under the same load in turn.

    python -m tools.benchmarks.official_cli

It needs Node.js, and installs the page's npm packages, among which is the CLI. The load is plain
http.client with one connection for each guest, so that little of the two cores goes to who
measures. An update has an event. The CLI answers first and handles events later, so both are told:
how many calls are answered, and how many are done with all that they caused.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from emulator.demo import seed
from emulator.demo.client import Client, unsigned_token
from emulator.paths import ROOT
from emulator.suite.suite import Suite
from emulator.web import node
from tests.support.firebase_cli.emulators import emulators
from tools import markdown
from tools.benchmarks.bench import GUEST, PROJECT
from tools.benchmarks.timing import Samples

GUESTS = 8
SECONDS = 5.0
ROUNDS = 5
IDLE_SECONDS = 0.25
MAX_WORK_SECONDS = 60
IDLE_SHARE = 0.2
"""Of one core: both sides and who measures look around even when nobody calls."""
FUNCTIONS = ("getSession", "updateSessionProgress")
SUITE, CLI = "the suite", "the Firebase CLI"

Session = tuple[str, Mapping[str, Any]]


def main() -> None:
    """Both at once are idle but for the one that is asked; they take turns."""
    node.install(Console(stderr=True))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        suite = stack.enter_context(
            Suite("demo-guest", free_ports=True, functions_log=folder / "functions.log")
        )
        (folder / "cli").mkdir()
        hosts = {
            SUITE: {**suite.env},
            CLI: stack.enter_context(emulators("demo-guest", folder / "cli")),
        }
        sessions = {name: _sessions(env) for name, env in hosts.items()}
        measured: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(ROUNDS + 1):  # the first starts the CLI's Pythons
            for function in FUNCTIONS:
                for name, env in hosts.items():
                    rates = load(env, function, sessions[name], SECONDS)
                    measured.setdefault((function, name), []).append(rates)
    rows = []
    for function in FUNCTIONS:
        for number, what in enumerate(("answered", "and done")):
            ours, theirs = (
                Samples([rates[number] for rates in measured[function, name][1:]]).median
                for name in (SUITE, CLI)
            )
            row = [f"`{function}`, {what}", f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f}"]
            rows.append(row)
    heads = [f"calls a second for {GUESTS} guests", f" {SUITE}", f" {CLI}", " ratio"]
    Console().print(Markdown(markdown.table(heads, rows)))


def _sessions(env: Mapping[str, str]) -> list[Session]:
    """A session for each guest, in a project with the demo in it."""
    command = [sys.executable, "-m", "emulator", "seed"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True)
    made: list[Session] = []
    for _ in range(GUESTS):
        uid = f"guest-{uuid.uuid4().hex}"
        client = Client.of(dict(env), uid)
        client.call("ensureGuest", **PROJECT, consentVersion="2026-1")
        session = client.call("createSession", **GUEST, experienceId=seed.PREGATE)["session"]
        made.append((uid, {**PROJECT, "sessionId": session["id"]}))
        client.close()
    return made


def load(
    env: Mapping[str, str], function: str, sessions: Sequence[Session], seconds: float
) -> tuple[float, float]:
    """How many calls a second are answered, each guest calling again after the answer, and done.

    Done is the last once the machine is idle: its events are handled.
    """
    host = env["FUNCTIONS_EMULATOR_HOST"].removeprefix("http://")
    path = f"/{env['GCLOUD_PROJECT']}/{env['REGION']}/{function}"
    barrier = threading.Barrier(len(sessions) + 1)

    def visit(session: Session) -> int:
        uid, ids = session
        token = unsigned_token(env["GCLOUD_PROJECT"], uid)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection = http.client.HTTPConnection(host)
        barrier.wait()
        deadline, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < deadline:
            inputs = {"inputs": {"adult": count % 2 == 0}} if function.startswith("update") else {}
            connection.request("POST", path, json.dumps({"data": {**ids, **inputs}}), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{function}: {answer.status} {text!r}")
            count += 1
        connection.close()
        return count

    with ThreadPoolExecutor(len(sessions)) as pool:
        counts = [pool.submit(visit, session) for session in sessions]
        barrier.wait()
        began = time.perf_counter()
        total = sum(each.result() for each in counts)
    answered = time.perf_counter()
    return total / (answered - began), total / (_idle_since(answered) - began)


def _idle_since(since: float) -> float:
    """The moment from which the machine had next to nothing to do, once it has come."""
    while time.perf_counter() - since < MAX_WORK_SECONDS:
        began, before = time.perf_counter(), _processor_seconds()
        time.sleep(IDLE_SECONDS)
        if _processor_seconds() - before < IDLE_SHARE * (time.perf_counter() - began):
            return max(since, began)
    raise RuntimeError(f"the machine was not idle {MAX_WORK_SECONDS} seconds after the last call")


def _processor_seconds() -> float:
    """How long the cores have worked since the start of the machine."""
    user, nice, system, _idle, _waiting, *interrupts = (
        int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()

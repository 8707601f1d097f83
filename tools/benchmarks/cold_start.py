"""What a new instance needs for its first answer, beside the least that a callable can be.

Each starts as in the cloud: the functions framework with gunicorn, one function, the packages of
functions/requirements.txt and no others, files as old as the build makes them. They take turns, so
that a busy moment of the machine hits all of them.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.progress import track

from emulator.demo import seed
from emulator.demo.client import unsigned_token
from tests.support.builders.workspaces import a_workspace
from tests.support.campaigns.builders import a_campaign
from tests.support.players.builders import a_counting_experience
from tools import markdown
from tools.benchmarks.bench import GUEST, Bench
from tools.benchmarks.timing import Samples

ROOT = Path(__file__).resolve().parents[2]
BUILT = 315532801
"""1980-01-01 00:00:01, which the build gives to all files, so that layers can be compared."""

MINIMAL = "minimal"

DEADLINE_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")

SOURCE = """
import json
from firebase_admin import firestore, initialize_app
from firebase_functions import https_fn

initialize_app()

@https_fn.on_call()
def minimal(call: https_fn.CallableRequest):
    if call.auth is None:
        raise https_fn.HttpsError(https_fn.FunctionsErrorCode.UNAUTHENTICATED, "Sign in.")
    path = f"projects/{call.data['projectId']}/sessions/{call.data['sessionId']}"
    return json.loads(json.dumps(firestore.client().document(path).get().to_dict(), default=str))
"""


@dataclass(frozen=True)
class Start:
    """What one function's new instances took until their first answer."""

    function: str
    with_bytecode: bool
    wall: Samples
    cpu: Samples


@dataclass(frozen=True)
class Case:
    """A function, and a call of it that is answered."""

    function: str
    uid: str
    data: Mapping[str, Any]


def cases(bench: Bench) -> list[Case]:
    """Calls that are answered each time, the minimal callable's first."""
    uid, ids = bench.pregate()
    created = {**GUEST, "experienceId": seed.PREGATE, "requestId": bench.name("request")}
    workspace = a_workspace(bench.db)
    played = {"campaignId": a_campaign(bench.db, workspace, "live"), "termsVersion": "1"}
    visited = {"eventId": bench.name("event"), "eventType": "a_visit", "contentId": "waypoint-1"}
    tracked = {"experienceId": a_counting_experience(bench.db, workspace), "events": [visited]}
    return [
        Case(MINIMAL, uid, ids),
        Case("getSession", uid, ids),
        Case("updateSessionProgress", uid, {**ids, "inputs": {"adult": True}}),
        Case("createSession", bench.guest(), created),
        Case("playCampaign", uid, {"workspaceId": workspace, **played}),
        Case("trackProgressEvents", uid, {"workspaceId": workspace, **tracked}),
    ]


def measure(bench: Bench, rounds: int) -> list[Start]:
    """The first answers of all cases, with our bytecode in the image and without."""
    found = cases(bench)
    keys = [(case, compiled) for compiled in (True, False) for case in found]
    wall: dict[tuple[str, bool], list[float]] = {}
    cpu: dict[tuple[str, bool], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        images = {
            compiled: image(Path(folder, str(compiled)), compiled) for compiled in (True, False)
        }
        for _ in track(range(rounds), "cold starts", transient=True):
            for case, compiled in keys:
                key = (case.function, compiled)
                took, worked = first_answer(images[compiled], case, bench.suite.env)
                wall.setdefault(key, []).append(took)
                cpu.setdefault(key, []).append(worked)
    return [Start(*key, Samples(wall[key]), Samples(cpu[key])) for key in wall]


def table(starts: Sequence[Start]) -> str:
    """Each function's first answer, and how many times as long as the minimal callable's."""
    least = {each.with_bytecode: each for each in starts if each.function == MINIMAL}
    rows = [
        [
            f"`{each.function}`" if each.function != MINIMAL else each.function,
            "yes" if each.with_bytecode else "no",
            each.wall.shown(),
            f"{each.wall.median / least[each.with_bytecode].wall.median:.2f}",
            each.cpu.shown(),
            f"{each.cpu.median / least[each.with_bytecode].cpu.median:.2f}",
        ]
        for each in starts
    ]
    heads = ["a new instance of", "our bytecode", " first answer after", " ratio"]
    return markdown.table([*heads, " works for", " ratio"], rows)


def image(folder: Path, compiled: bool) -> Path:
    """A folder with `packages`, `ours` and `minimal`, as a build leaves them."""
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for name in deployed_packages():
        for part in {Path(each.parts[0]) for each in metadata.distribution(name).files or ()}:
            found = Path(str(metadata.distribution(name).locate_file(part)))
            if part.name not in {"..", "__pycache__"} and not (packages / part).exists():
                (packages / part).symlink_to(found.resolve())
    ours, minimal = folder / "ours", folder / "minimal"
    ignored = shutil.ignore_patterns("venv", "__pycache__")
    shutil.copytree(ROOT / "functions", ours, ignore=ignored)
    minimal.mkdir()
    (minimal / "main.py").write_text(SOURCE)
    for source in (ours, minimal):
        if compiled:
            compile_source(source)
        for path in source.rglob("*"):
            os.utime(path, (BUILT, BUILT))
    return folder


def compile_source(source: Path) -> None:
    """What firebase.json has the CLI do before it packs a folder of functions."""
    configured = json.loads((ROOT / "firebase.json").read_text())["functions"][0]
    for command in configured["predeploy"]:
        env = {**os.environ, "RESOURCE_DIR": str(source)}
        subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, env=env, check=True)


def deployed_packages() -> list[str]:
    """The packages of the lock."""
    lock = (ROOT / "functions" / "requirements.txt").read_text()
    return re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)


def first_answer(image: Path, case: Case, env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds from the start of an instance to its answer, and those that it worked."""
    source = image / ("minimal" if case.function == MINIMAL else "ours")
    token = unsigned_token(env["GCLOUD_PROJECT"], case.uid)
    body = json.dumps({"data": dict(case.data)})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    began = time.perf_counter()
    with instance(source, image / "packages", case.function, env) as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
        _connect(connection, process)
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        worked = _worked(process.pid)
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{case.function}: {answer.status} {text!r}")
    return took, worked


@contextmanager
def instance(
    source: Path, packages: Path, function: str, env: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """An instance that starts, and the port that it will listen to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"PYTHONPATH": str(packages), "FUNCTION_TARGET": function, "PORT": str(port)}
    fixed = {"FUNCTION_SIGNATURE_TYPE": "http", "THREADS": "32", "HOST": "127.0.0.1"}
    # what an instance compiles is gone with it
    fixed |= {"PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", "functions_framework"],
        cwd=source,
        env={**os.environ, **env, **own, **fixed},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process, port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connect(connection: http.client.HTTPConnection, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            return connection.connect()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.002)


def _worked(session: int) -> float:
    """The processor time of all processes of a session."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[3]) == session:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS

"""A function alone in a process of its own, started by the command that the cloud uses."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from emulator.paths import ROOT
from emulator.process.ports import free_port
from tests.support.processes import descendants, is_gone
from tests.support.waiting import eventually

START_SECONDS = 60


@contextmanager
def deployed(
    target: str,
    signature: str,
    log: Path,
    env: dict[str, str],
    source: Path = ROOT / "functions" / "main.py",
) -> Iterator[str]:
    """The address of one function; at the end nothing of its process is left."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("functions-framework")), "--target", target]
    command += ["--source", str(source), "--signature-type", signature]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    address, processes = f"http://127.0.0.1:{port}/", {process.pid}
    try:
        _wait_for(address, process, log)
        processes = descendants(process.pid) | {process.pid}
        yield address
    finally:
        process.terminate()
        process.wait(60)
    eventually(lambda: all(map(is_gone, processes)))


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"{process.args!r} does not answer"
        try:
            requests.get(f"{address}robots.txt", timeout=5)  # never reaches the function
        except requests.ConnectionError:
            time.sleep(0.02)
        else:
            return

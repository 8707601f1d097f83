"""A run of tests that is ended from outside leaves nothing running."""

import subprocess
import sys
from pathlib import Path

from emulator.paths import ROOT
from tests.support.waiting import eventually

TEST = """
import pathlib, time, pytest

@pytest.fixture
def started(tmp_path):
    state = pathlib.Path({state!r})
    state.write_text("started")
    yield
    state.write_text("ended")

def test_takes_long(started):
    time.sleep(60)
"""


def test_what_a_test_started_is_ended_at_sigterm(tmp_path: Path) -> None:
    state, test = tmp_path / "state", tmp_path / "test_long.py"
    test.write_text(TEST.format(state=str(state)))
    options = ["-p", "conftest", "-p", "no:xdist", "-p", "no:cacheprovider", "--rootdir"]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, tmp_path, test],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: state.exists() and state.read_text() == "started")
        run.terminate()
        run.wait(30)
    finally:
        run.kill()
        run.wait()
    assert state.read_text() == "ended"

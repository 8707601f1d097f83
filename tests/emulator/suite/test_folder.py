"""A suite's folder, with its photos and its key, never outlives the suite."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.paths import ROOT
from emulator.suite import folder
from tests.support.waiting import eventually

SUITE = """
import signal
from emulator.suite import folder
created = folder.create()
folder.remove_at_end(created)
(created / "objects").mkdir()
(created / "objects" / "photo").write_text("a face")
print(created, flush=True)
signal.pause()
"""


@pytest.fixture
def killed(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has a suite's folder, in a process group of its own."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SUITE],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


class TestFolder:
    @pytest.mark.parametrize("is_group", [False, True], ids=["the suite", "its group"])
    def test_goes_when_its_suite_is_killed(
        self, killed: "subprocess.Popen[str]", is_group: bool
    ) -> None:
        assert killed.stdout is not None
        created = Path(killed.stdout.readline().strip())
        assert (created / "objects" / "photo").exists()
        (os.killpg if is_group else os.kill)(killed.pid, signal.SIGKILL)
        eventually(lambda: not created.exists())

    def test_goes_at_once_when_its_suite_stops(self) -> None:
        created = folder.create()
        remove = folder.remove_at_end(created)
        (created / "key.json").write_text("{}")
        remove()
        assert not created.exists()
        remove()  # a second time changes nothing

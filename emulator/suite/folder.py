"""The temporary folder of a suite: its logs, its key and the bytes of stored objects."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

REMOVER = Path(__file__).with_name("folder_remover.py")


def create() -> Path:
    """Create a folder whose name holds the id of this process."""
    return Path(tempfile.mkdtemp(prefix=f"emulator-{os.getpid()}-"))


def remove_at_end(folder: Path) -> Callable[[], None]:
    """Have a process of its own remove the folder if this one is killed; returns what removes it.

    The process has a session of its own, so that no Ctrl-C and no `kill` of the group reaches it.
    """
    remover = subprocess.Popen(
        [sys.executable, "-I", "-S", str(REMOVER), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )

    def remove() -> None:
        remover.communicate()
        shutil.rmtree(folder, ignore_errors=True)  # the remover may have been killed too

    return remove


def remove_leftovers() -> None:
    """Remove the folders, and the keys in them, of suites that were killed with their remover."""
    for folder in Path(tempfile.gettempdir()).glob("emulator-*-*"):
        pid = folder.name.split("-")[1]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):  # another user's, or no suite's
            continue

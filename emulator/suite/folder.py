"""The temporary folder of a suite: its logs, its key and the bytes of stored objects."""

import os
import shutil
import tempfile
from pathlib import Path


def create() -> Path:
    """Create a folder whose name holds the id of this process."""
    return Path(tempfile.mkdtemp(prefix=f"emulator-{os.getpid()}-"))


def remove_leftovers() -> None:
    """Remove the folders, and the keys in them, of suites that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("emulator-*-*"):
        pid = folder.name.split("-")[1]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):  # another user's, or no suite's
            continue

"""What `make` does with a name that is no target, and without what a target needs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository.architecture import ROOT, files


def make(target: str) -> "subprocess.CompletedProcess[str]":
    """As a person types it, even if it is `make test` that runs this."""
    inherited = ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")
    return subprocess.run(
        ["make", target],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in inherited},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestMistypedTargets:
    @pytest.mark.parametrize(
        "folder",
        sorted(
            {file.path.parts[0] for file in files() if len(file.path.parts) > 1}
            - {".ci", ".github"}  # nobody types these
        ),
    )
    def test_a_folder_is_no_target(self, folder: str) -> None:
        done = make(folder)
        assert done.returncode == 2
        assert done.stdout == ""

    def test_the_message_names_what_is_meant(self) -> None:
        assert "`make` lists the targets, such as test" in make("tests").stderr

    def test_an_unknown_name_fails(self) -> None:
        assert make("tset").returncode == 2


class TestNewer:
    def test_without_a_newer_python_it_says_so_and_fails_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "dirname").symlink_to(str(shutil.which("dirname")))
        done = subprocess.run(
            ["/bin/sh", str(ROOT / "tools" / "setup" / "newer")],
            env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("No Python 3.13 was found, so nothing ran on it.")

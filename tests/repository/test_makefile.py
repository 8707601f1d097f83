"""What `make` does with a name that is no target."""

import os
import subprocess

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

"""Invalid arguments are reported in one message that explains what to do, without traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cli.commands import main
from emulator.paths import ROOT
from tests.support.commands import run


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ("start --project bad_project", "'bad_project' is no Firebase project id"),
            ("exec --project Demo -- true", "'Demo' is no Firebase project id"),
            ("export --project ../x out", "'../x' is no Firebase project id"),
            ("seed --into a/b", "'a/b' is no Firebase project id"),
            ("demo --project ../x", "'../x' is no Firebase project id"),
            ("demo --guests 0", "'0' is no number of guests"),
            ("demo --guests -2", "'-2' is no number of guests"),
            ("demo --journey --guests 2", "--journey is for one guest"),
            ("demo --guests many", "'many' is no number of guests"),
            ("rehearse --guests 0", "'0' is no number from 1 to 2000"),
            ("rehearse --minutes nan", "'nan' is no number of minutes up to 240"),
            ("rehearse --minutes 0", "'0' is no number of minutes up to 240"),
        ],
    )
    def test_wrong_ones_are_refused(
        self, arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit, match="2"):
            main(arguments.split())
        assert complaint in capsys.readouterr().err

    def test_only_the_page_s_command_speaks_of_the_page(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for command in ("start", "up"):
            with pytest.raises(SystemExit, match="0"):
                main([command, "--help"])
            assert ("without the page" in capsys.readouterr().out) == (command == "up")


def _python(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class TestWhereverItRuns:
    def test_without_the_packages_it_says_what_installs_them(self) -> None:
        done = _python("-S", "-m", "emulator", "start")
        assert done.returncode == 1
        assert done.stderr.startswith("error: No module named ")
        assert "Run `make setup` once, then `.venv/bin/python -m emulator`." in done.stderr
        assert "Traceback" not in done.stderr

    def test_ctrl_c_while_it_loads_ends_it_without_a_word(self, tmp_path: Path) -> None:
        # A shell has what it starts in the background ignore it, and so would the command.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        (tmp_path / "rich.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)")
        done = _python("-m", "emulator", "start", PYTHONPATH=str(tmp_path))
        assert done.returncode == -signal.SIGINT
        assert done.stderr == ""

    def test_a_terminal_that_is_not_utf_8_shows_what_it_can(self, tmp_path: Path) -> None:
        named = tmp_path / "✓.jpg"
        done = _python("-m", "emulator", "demo", "--photo", str(named), PYTHONIOENCODING="ascii")
        assert done.returncode == 1
        assert done.stderr == f"error: There is no photo at {tmp_path}/?.jpg.\n"
        script = "import emulator.__main__ as main\nmain._print_anywhere()\nprint('✓ ready')"
        assert _python("-c", script, PYTHONIOENCODING="ascii").stdout == "? ready\n"


class TestDemo:
    def test_a_folder_that_cannot_be_written_is_reported_at_once(self, tmp_path: Path) -> None:
        out = tmp_path / "file"
        out.touch()
        done = run("demo", "--out", str(out))
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: Nothing can be left in {out} (--out): ")
        assert "Traceback" not in done.stderr

    @pytest.mark.exhaustive
    def test_a_damaged_photo_is_reported_in_the_words_for_guests(self, tmp_path: Path) -> None:
        photo = tmp_path / "damaged.jpg"
        photo.write_bytes(b"\xff\xd8\xff and no more")
        done = run("demo", "--photo", str(photo), "--out", str(tmp_path / "out"))
        assert done.returncode == 1
        assert "upload_damaged The photo is damaged or incomplete." in done.stderr

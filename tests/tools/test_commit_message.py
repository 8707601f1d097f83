"""The check of a commit's message lets good ones pass, and names what is wrong with the others."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import commit_message
from tools.commit_message import problems

SUBJECT = "Limit the number of JSON values in a callable's body"
COMMENTS = "\n# Please enter the commit message for your changes.\n"
SCISSORS = "# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n+a; b.\n"


class TestGoodMessages:
    @pytest.mark.parametrize(
        "message",
        [
            SUBJECT,
            f"{SUBJECT}\n",
            f"{SUBJECT}\n\nA list takes 240 bytes of memory; a body may hold 500,000 of them.\n",
            f"{SUBJECT}\n\n- one reason,\n- another.\n{COMMENTS}",
            f"{COMMENTS}{SUBJECT}\n",
            f"{SUBJECT}\n\nWhy.\n{COMMENTS}{SCISSORS}",
            "A" * commit_message.MAX_SUBJECT_CHARACTERS,
            "Merge branch 'main' of a repository with a name that is a good deal longer than usual",
            'Revert "Something old; and long"',
            "fixup! the suite; stops",
        ],
    )
    def test_pass(self, message: str) -> None:
        assert list(problems(message)) == []

    @pytest.mark.parametrize("verb", ["Add", "Pass", "Bring", "Seed", "Use", "Test", "Process"])
    def test_begin_with_a_verb_whatever_its_ending(self, verb: str) -> None:
        assert list(problems(f"{verb} the suite")) == []


class TestBadMessages:
    @pytest.mark.parametrize(
        ("message", "problem"),
        [
            ("", "is empty"),
            (COMMENTS, "is empty"),
            ("A" * 73, "has 73 characters, 72 at most"),
            ("Add a step; remove another", "has a semicolon"),
            ("Add a step.", "ends with a punctuation mark"),
            ("Add a step ", "has spaces around it"),
            ("add a step", "a capital letter"),
            ("Changelog: the suite", "begins with the label 'Changelog:'"),
            ("The suite stops sooner", "begins with 'The'"),
            ("Whoever creates a job enqueues it", "begins with 'Whoever'"),
            ("Added a step", "begins with 'Added'"),
            ("Adding a step", "begins with 'Adding'"),
            ("Adds a step", "begins with 'Adds'"),
            ("Uploads that are gzipped are refused", "begins with 'Uploads'"),
            (f"{SUBJECT}\nWhy.", "second line is not blank"),
        ],
    )
    def test_are_told_what_is_wrong(self, message: str, problem: str) -> None:
        [only] = problems(message)
        assert problem in only

    def test_are_told_everything_at_once(self) -> None:
        assert len(list(problems("added a step; removed another.\nWhy."))) == 4


class TestTheHook:
    def check(self, path: Path, message: str) -> subprocess.CompletedProcess[str]:
        path.write_text(message, encoding="utf-8")
        command = [sys.executable, "-I", commit_message.__file__, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_ends_with_0_for_a_good_message(self, tmp_path: Path) -> None:
        done = self.check(tmp_path / "COMMIT_EDITMSG", SUBJECT)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_ends_with_1_and_says_why_for_a_bad_one(self, tmp_path: Path) -> None:
        done = self.check(tmp_path / "COMMIT_EDITMSG", "Add a step.")
        assert done.returncode == 1
        assert "- The subject ends with a punctuation mark." in done.stderr

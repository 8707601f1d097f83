"""The chaos run as a newcomer starts it, and its report of broken invariants."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from emulator.demo import chaos
from emulator.process.errors import SuiteError
from emulator.suite.suite import Suite
from experience import clients
from experience.ids import new_id
from tests.support.builders.guests import a_guest
from tests.support.commands import run

FAULTS = {
    "seed": 3,
    "duplicate": 0.5,
    "drop": 0.3,
    "delayMs": [0, 50],
    "abort": 0.1,
    "storage": 0.2,
    "killAtCommit": 8,
}


class TestChaosRun:
    @pytest.mark.exhaustive
    def test_comes_through_whatever_goes_wrong(self, tmp_path: Path) -> None:
        done = run("demo", "--guests", "6", "--faults", json.dumps(FAULTS), "--out", str(tmp_path))

        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == "", "what the suite has to say belongs into its log"
        assert "6/6" in done.stdout
        [wrong] = re.findall(r"^Gone wrong: (.*)$", done.stdout, re.MULTILINE)
        counts = {what: int(count) for count, what in re.findall(r"(\d+) ([a-z ]+)", wrong)}
        assert counts.keys() == {
            "lost", "doubled", "late", "aborted", "failed by storage", "killed"
        }  # fmt: skip
        assert counts["killed"] == 1
        rows = re.findall(r"│ (\w+) +│ +(\d+) │ +(\d+) │", done.stdout)
        calls = {name: (int(count), int(again)) for name, count, again in rows}
        total = calls.pop("total")
        assert total == tuple(map(sum, zip(*calls.values(), strict=True)))
        assert calls["ensureGuest"][0] == 6
        assert total[1] > 0, "nobody had to try again"
        assert re.search(
            r"^Visits: [\d.]+ s at the median, [\d.]+ s the slowest$", done.stdout, re.M
        )
        ended = re.findall(r"(\d+) completed at attempt \d", done.stdout)
        assert sum(map(int, ended)) == 6
        assert "0 violations in 6 guests, 18 sessions, 0 event sessions, 6 jobs" in done.stdout
        assert "every invariant holds" in done.stdout
        assert "is lost" in (tmp_path / "suite.log").read_text()

    @pytest.mark.exhaustive
    def test_strikes_transforms_that_begin_after_the_visits(self, tmp_path: Path) -> None:
        done = run("demo", "--guests", "2", "--faults", '{"provider": 1}', "--out", str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r"^Gone wrong: \d+ failed by the provider$", done.stdout, re.MULTILINE)
        assert re.search(r"^Jobs: 2 completed at attempt \d$", done.stdout, re.MULTILINE)

    @pytest.mark.exhaustive
    def test_names_what_breaks_an_invariant(self, suite: Suite) -> None:
        project = f"project-{new_id()}"
        guest = a_guest(clients.firestore(), project, completed={"booth": "nowhere"})
        console = Console(file=io.StringIO())

        with pytest.raises(SuiteError, match="invariants do not hold"):
            chaos.check(console, suite)

        output = console.file.getvalue()  # type: ignore[attr-defined]
        assert (
            f"one_entry_per_completed_session: projects/{project}/guests/{guest}: "
            "has an entry for session nowhere, which is not completed" in output
        )
        assert "every invariant holds" not in output

"""The comparison of savers measures both, and its page has a place for it."""

import shutil
from pathlib import Path

import pytest

from emulator.suite.suite import Suite
from tools.benchmarks.checkpoints import compare
from tools.benchmarks.checkpoints.__main__ import PAGE


@pytest.mark.exhaustive
@pytest.mark.filterwarnings("ignore")  # of the other package
def test_both_savers_are_measured_and_the_page_has_a_place_for_it(
    suite: Suite, tmp_path: Path
) -> None:
    shutil.copy(PAGE, tmp_path / "page.md")
    written = compare.write(suite.project, 3, tmp_path / "page.md")
    assert written in (tmp_path / "page.md").read_text()
    lines = written.splitlines()[2:]
    assert len(lines) == 6
    assert [compare.OURS in each for each in lines] == [True, False] * 3
    assert ["refused" in each for each in lines] == [False] * 5 + [True]

"""The pages agree with the code: links lead somewhere, and named commands exist."""

import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.repository import architecture
from tests.repository.architecture import ROOT, SourceFile

PAGES = architecture.files(".md")
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
SOURCES = "py|tsx?|mjs|toml|yaml"
DECISIONS = ROOT / "docs" / "decisions"
DECISION_PARTS = ["## Context", "## Decision", "## Consequences"]
DECISION_STATUS = r"\*\*Status:\*\* ((?:Accepted|Superseded by \[\d{4}\]\(\S+\)), \d{4}-\d\d-\d\d)"


@cache
def make_targets() -> set[str]:
    """The targets that `make` alone lists."""
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^ +make ([a-z]+)", listed.stdout, re.MULTILINE))


def named_targets(text: str) -> set[str]:
    """What a page tells its reader to make: in `code`, or at the start of a line of a block."""
    return set(re.findall(r"(?:`|^\s*(?:\$ )?)make ([a-z]+)", text, re.MULTILINE))


def anchors(text: str) -> set[str]:
    """The addresses of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: SourceFile, root: Path = ROOT) -> list[str]:
    """The links of a page that lead to no file of the project, or to no heading of its page."""
    without_code = re.sub(r"```.*?```|`[^`]*`", "", page.text, flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = root / page.path.parent / path if path else root / page.path
        if not target.exists():
            broken.append(link)
        elif anchor and target.suffix == ".md":
            text = target.read_text() if path else page.text
            if anchor not in anchors(text):
                broken.append(link)
    return broken


def missing_files(page: SourceFile, files: Iterable[str]) -> list[str]:
    """The source files that a page names in `code`, and of which no path of the project ends so.

    A word in capitals stands for any name: `DOMAIN/models.py`.
    """
    paths = ["/" + file for file in files]
    missing = []
    for named in re.findall(rf"`([\w./-]+\.(?:{SOURCES}))`", page.text):
        pattern = re.sub(r"\b[A-Z]+(?=/)", "[^/]+", re.escape(named))
        if not any(re.search(rf"/{pattern}$", path) for path in paths):
            missing.append(named)
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.path))
class TestPages:
    def test_links_lead_somewhere(self, page: SourceFile) -> None:
        assert broken_links(page) == []

    def test_named_source_files_exist(self, page: SourceFile) -> None:
        if page.path.parts[:2] != ("docs", "decisions"):  # written once, about the files of its day
            assert missing_files(page, TRACKED) == []

    def test_named_make_targets_exist(self, page: SourceFile) -> None:
        assert named_targets(page.text) <= make_targets()


class TestDecisions:
    def test_every_page_is_in_the_index_under_its_title(self) -> None:
        index = (DECISIONS / "README.md").read_text()
        linked = dict(re.findall(r"\[([^\]]+)\]\((\d{4}-[\w-]+\.md)\)", index))
        titles = {
            page.read_text().splitlines()[0].removeprefix("# "): page.name
            for page in DECISIONS.glob("[0-9]*.md")
        }
        assert titles
        assert linked == titles

    def test_every_page_has_its_number_and_its_three_parts(self) -> None:
        pages = sorted(DECISIONS.glob("[0-9]*.md"))
        for number, page in enumerate(pages, start=1):
            text = page.read_text()
            assert page.name.startswith(f"{number:04}-"), "numbers are given once and in order"
            assert re.findall(r"^## .*$", text, re.MULTILINE) == DECISION_PARTS, page.name
            assert len(text.splitlines()) <= 80, f"{page.name}: a decision fits one page"

    def test_every_page_has_a_status_and_a_date_which_the_index_repeats(self) -> None:
        index = (DECISIONS / "README.md").read_text()
        for page in DECISIONS.glob("[0-9]*.md"):
            status = re.fullmatch(DECISION_STATUS, page.read_text().splitlines()[2])
            assert status, f"{page.name}: the third line is the status and its date"
            assert f"({page.name}) | {status[1]} |" in index, page.name


class TestMakefile:
    def test_alone_lists_every_target_with_a_line_of_help(self) -> None:
        makefile = (ROOT / "Makefile").read_text()
        declared = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
        assert declared
        assert make_targets() == set(declared[1].split())


class TestTheChecks:
    def test_a_link_to_nowhere_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "there.md").write_text("# One heading, here\n")
        text = "[a](there.md) [b](gone.md) [c](there.md#one-heading-here) [d](there.md#two) [e](#f)"
        page = SourceFile(
            PurePosixPath("page.md"), text + " `[x](code.md)` [y](https://example.com)"
        )
        (tmp_path / "page.md").write_text(page.text)
        assert broken_links(page, tmp_path) == ["gone.md", "there.md#two", "#f"]

    def test_a_named_file_that_is_gone_is_found(self) -> None:
        text = "`runs/leases.py`, `leases.py`, `DOMAIN/models.py`, `gone.py`, `runs/gone.ts`, `a.b`"
        page = SourceFile(PurePosixPath("page.md"), text)
        files = ["functions/runs/leases.py", "functions/guests/models.py", "begone.py"]
        assert missing_files(page, files) == ["gone.py", "runs/gone.ts"]

    def test_named_targets_are_found_in_code_and_not_in_prose(self) -> None:
        text = "We make peace.\n\n`make fast` and\n\n```\n$ make tea\nmake cake X=1\n```\n"
        assert named_targets(text) == {"fast", "tea", "cake"}

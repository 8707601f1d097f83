"""The parts of a page that a command writes; all around them is written by hand.

<!-- begin NAME -->
…
<!-- end NAME -->
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """The page with these blocks in it. Raises ValueError where it has no place for one."""
    for name, content in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"the page must have one place for {name}: {begin} … {end}")
        before, after = pattern.split(text)
        text = f"{before}{begin}\n{content}\n{end}{after}"
    return text


def fill(page: Path, blocks: Mapping[str, str]) -> None:
    """Write these blocks into the page."""
    page.write_text(filled(page.read_text(), blocks))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns whose heading begins with a space are of numbers."""
    rule = ["--:" if name.startswith(" ") else "---" for name in head]
    lines = [[name.strip() for name in head], rule, *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)

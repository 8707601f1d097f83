"""`python -m tools.benchmarks.checkpoints`: compare both savers, and write docs/checkpoints.md."""

import os
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from emulator.suite.suite import Suite
from tools.benchmarks.checkpoints import compare
from tools.benchmarks.report.page import ROOT

PAGE = ROOT / "docs" / "checkpoints.md"
STEPS = 100


def main() -> None:
    """A minute on a suite of its own, and the table of the page."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite("demo-bench", free_ports=True, functions_log=Path(folder) / "functions.log")
        kept = dict(os.environ)
        try:
            with suite:
                os.environ.update(suite.env)
                measured = compare.write("demo-checkpoints", STEPS, PAGE)
        finally:
            os.environ.clear()
            os.environ.update(kept)
    Console().print(Markdown(measured))


if __name__ == "__main__":
    main()

"""What a run says at its end, whichever part of the tests it ran."""

from collections import Counter
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Tests that could not run here are nothing to overlook: named last, and in red."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.items():
        line = f"{count} TESTS DID NOT RUN: {reason}"
        terminalreporter.write_line(line, red=True, bold=True)

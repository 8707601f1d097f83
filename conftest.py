"""How a run ends and what it says then, whichever part of the tests it ran."""

import signal
from collections import Counter
from collections.abc import Generator

import pytest


def pytest_configure() -> None:
    """End at SIGTERM as at Ctrl-C: fixtures are torn down, and with them what tests started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Tests that could not run here are nothing to overlook: named last, and in red."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.items():
        line = f"{count} TESTS DID NOT RUN: {reason}"
        terminalreporter.write_line(line, red=True, bold=True)

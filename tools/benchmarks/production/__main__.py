"""`python -m tools.benchmarks.production`: this comparison alone, and its table on the page."""

import sys

from tools import markdown
from tools.benchmarks.production import comparison
from tools.benchmarks.production.table import table
from tools.benchmarks.report.page import PAGE

ROUNDS, SECONDS = 6, 1.0

if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    compared = table(comparison.measure(rounds, SECONDS))
    markdown.fill(PAGE, {"production": compared})
    print(compared)

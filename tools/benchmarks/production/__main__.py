"""`python -m tools.benchmarks.production`: this comparison alone, printed and not written."""

import sys

from tools.benchmarks.production import comparison
from tools.benchmarks.production.table import table

ROUNDS, SECONDS = 6, 1.0

if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(table(comparison.measure(rounds, SECONDS)))

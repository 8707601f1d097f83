"""What `make` runs beside the tests: generators, measurements and the set-up.

tools.contract      the typed web client and the reference pages
tools.cost          what each function costs, in docs/cost.md
tools.benchmarks    how fast it is, in docs/performance.md
tools.manifest      what would be deployed
tools/setup         .venv; it runs before anything is installed
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The runtime is imported as it is deployed: from the functions folder.
if str(ROOT / "functions") not in sys.path:
    sys.path.append(str(ROOT / "functions"))

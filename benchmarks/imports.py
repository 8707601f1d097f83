"""What a cold start pays for our code: `import main` against the SDK that it cannot do without.

Every deployed function is its own instance and imports the whole of `main.py` when it starts.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"
ENVIRONMENT = {
    "GCLOUD_PROJECT": "demo-guest",
    "FIREBASE_CONFIG": json.dumps(
        {"projectId": "demo-guest", "storageBucket": "demo-guest.appspot.com"}
    ),
}
STATEMENTS = {
    "Python itself": "pass",
    "the SDK": "from firebase_functions import https_fn, firestore_fn, tasks_fn, scheduler_fn",
    "main": "import main",
}
ROUNDS = 9


def seconds(statement: str) -> float:
    """How long a fresh interpreter lives that runs one statement."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", statement],
        cwd=FUNCTIONS,
        env={**os.environ, **ENVIRONMENT},
        check=True,
    )
    return time.perf_counter() - start


def main() -> None:
    """Run the statements in turn, so that a busy moment of the machine hits all of them."""
    for statement in STATEMENTS.values():
        seconds(statement)  # writes the .pyc files, as a deployment does
    samples: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in track(range(ROUNDS), "importing", transient=True):
        for name, statement in STATEMENTS.items():
            samples[name].append(seconds(statement))

    medians = {name: statistics.median(times) for name, times in samples.items()}
    bare = medians["Python itself"]
    table = Table("fresh interpreter", "median", "fastest", "of the SDK's import", title="Imports")
    for name, median in medians.items():
        ratio = (median - bare) / (medians["the SDK"] - bare)
        table.add_row(
            name, f"{median * 1000:.0f} ms", f"{min(samples[name]) * 1000:.0f} ms", f"{ratio:.2f}x"
        )
    console = Console()
    console.print(table)
    console.print(f"{ROUNDS} runs each; the ratio leaves out the start of Python itself.")


if __name__ == "__main__":
    main()

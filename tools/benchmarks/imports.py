"""What a cold start pays for our code: `import main` against the SDK that it cannot do without.

Every deployed function is its own instance and imports the whole of `main.py` when it starts.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.progress import track

from tools.benchmarks.timing import Samples

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
ENVIRONMENT = {
    "GCLOUD_PROJECT": "demo-guest",
    "FIREBASE_CONFIG": json.dumps(
        {"projectId": "demo-guest", "storageBucket": "demo-guest.appspot.com"}
    ),
}
PYTHON, SDK, MAIN = "Python itself", "the SDK", "main"
STATEMENTS = {
    PYTHON: "pass",
    SDK: "from firebase_functions import https_fn, firestore_fn, tasks_fn, scheduler_fn",
    MAIN: "import main",
}


def measure(rounds: int, statements: Mapping[str, str] = STATEMENTS) -> dict[str, Samples]:
    """The CPU time of a fresh interpreter that runs each statement.

    They take turns, so that a busy moment of the machine hits all of them; and what others do
    there costs time, but not CPU time.
    """
    for statement in statements.values():
        _run(statement)  # writes the .pyc files, as a deployment does
    seconds: dict[str, list[float]] = {name: [] for name in statements}
    for _ in track(range(rounds), "imports", transient=True):
        for name, statement in statements.items():
            seconds[name].append(_run(statement))
    return {name: Samples(each) for name, each in seconds.items()}


def ratio(measured: Mapping[str, Samples]) -> float:
    """Our import against the SDK's own, both without the start of Python itself."""
    bare = measured[PYTHON].median
    return (measured[MAIN].median - bare) / (measured[SDK].median - bare)


def _run(statement: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", statement],
        cwd=FUNCTIONS,
        env={**os.environ, **ENVIRONMENT},
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

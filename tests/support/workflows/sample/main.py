"""The engine with skills and definitions of tests, as a functions folder of its own."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4] / "functions"))

from experience.workflows.endpoints import cancel_run as cancelRun
from experience.workflows.endpoints import collect_artifacts as collectArtifacts
from experience.workflows.endpoints import get_artifact_url as getArtifactUrl
from experience.workflows.endpoints import get_run as getRun
from experience.workflows.endpoints import list_runs as listRuns
from experience.workflows.endpoints import poll_generation as pollGeneration
from experience.workflows.endpoints import retry_run as retryRun
from experience.workflows.endpoints import run_step as runStep
from experience.workflows.endpoints import start_run as startRun
from experience.workflows.endpoints import sweep_runs as sweepRuns
from tests.support.workflows.sample import skills  # noqa: F401  (registers them)

__all__ = [
    "cancelRun",
    "collectArtifacts",
    "getArtifactUrl",
    "getRun",
    "listRuns",
    "pollGeneration",
    "retryRun",
    "runStep",
    "startRun",
    "sweepRuns",
]

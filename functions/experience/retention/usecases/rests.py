"""Going on with what a daily sweep had no time for."""

from collections.abc import Callable
from typing import Any

from experience import logs
from experience.checkpoints.usecases.sweep import sweep_checkpoints
from experience.players.usecases.fold_rollups import fold_rollups
from experience.players.usecases.lifecycle.accounts import sweep_accounts
from experience.players.usecases.lifecycle.sweep import sweep_players
from experience.retention.usecases.sweep import continue_retention
from experience.sweeps import TASK_MS, Rest
from experience.workflows.artifacts.garbage_collection import collect_artifacts

SWEEPS: dict[str, Callable[[int, Rest], Any]] = {
    "collectArtifacts": collect_artifacts,
    "foldRollups": fold_rollups,
    "sweepAccounts": sweep_accounts,
    "sweepCheckpoints": sweep_checkpoints,
    "sweepPlayers": sweep_players,
    "sweepRetention": continue_retention,
}
"""The daily sweeps by the names of their functions; each works on a rest for some milliseconds."""


def continue_sweep(rest: Rest, milliseconds: int = TASK_MS) -> None:
    """Go on with a rest. What is still left goes on in another task. As the sweep itself."""
    sweep = SWEEPS.get(rest.name)
    if sweep is None:
        logs.error("sweep unknown", function=rest.name)  # of another version: its next run finds it
    else:
        sweep(milliseconds, rest)

"""Everything that is measured, in its order."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from emulator.suite.suite import Suite
from tools.cost.cases import (
    campaigns,
    guests,
    journey_transforms,
    journeys,
    mails,
    operators,
    sessions,
    sweeps,
    transforms,
    visit,
    workflows,
)
from tools.cost.cases.players import analytics, boards, profiles, progress
from tools.cost.figures import Figures
from tools.cost.stage import Stage, stage

# The sweeps first, while there is nothing for them to find; the visit then, in a fresh process.
PARTS: list[Callable[[Stage], None]] = [
    sweeps.measure,
    visit.measure,
    guests.measure,
    sessions.measure,
    transforms.measure,
    journeys.measure,
    mails.measure,
    progress.measure,
    profiles.measure,
    operators.measure,
    workflows.measure,
    journey_transforms.measure,
    analytics.measure,
    boards.measure,
    campaigns.measure,
]


def measure(
    kept: Figures, show: Callable[[str], None], kind: type[Suite] = Suite
) -> tuple[Figures, set[str]]:
    """The figures as they are now, with the reasons on record; and the names of all deployed.

    `show` gets the name of each part as it begins.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        stage(Path(folder) / "functions.log", kind) as made,
    ):
        for part in PARTS:
            show(part.__module__.rpartition(".")[2])
            part(made)
        why = {case: kept.why.get(case, "") for case in made.costs}
        return Figures(made.costs, why, made.visit, made.bytes), made.deployed

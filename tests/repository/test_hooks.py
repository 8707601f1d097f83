"""A worker is an instance of one function: it finds the hooks of every domain for its runs."""

import os
import subprocess
import sys

from emulator.paths import ROOT
from experience.campaigns.usecases import hooks as campaigns
from experience.journeys.usecases import hooks as journeys
from experience.transforms.usecases import hooks as transforms
from experience.workflows.runs.hooks import DOMAIN_OF, HOOKS
from tools import manifest

FIND = """
import sys
from types import SimpleNamespace
import main
from experience.workflows.runs import hooks
for kind in sys.argv[1:]:
    run = SimpleNamespace(owner_reference=SimpleNamespace(kind=kind))
    print(type(hooks.hooks_of(run)).__name__)
"""


def test_an_instance_of_a_worker_finds_the_hooks_of_each_domain() -> None:
    kinds = [each.KIND for each in (campaigns, journeys, transforms)]
    assert {*kinds} == {*HOOKS} == {*DOMAIN_OF}
    for worker in ("runStep", "runTransform"):
        done = subprocess.run(
            [sys.executable, "-c", FIND, *kinds],
            cwd=ROOT / "functions",
            env={**os.environ, **manifest.ENVIRONMENT, "FUNCTION_TARGET": worker},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [type(HOOKS[kind]).__name__ for kind in kinds]

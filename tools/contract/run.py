"""One recorded run: a visit with every callable in it, then every mistake."""

import os

from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from tools import ROOT
from tools.contract import visit
from tools.contract.mistakes import Trial
from tools.contract.recording import Json


def record(suite: Suite) -> Json:
    """What was sent and what came back, the same in every run."""
    database = Database(project=suite.project)
    try:
        scene, recorder = visit.set_up(suite, database)
        visit.play(scene, recorder, database)
        return {"calls": recorder.calls, "mistakes": Trial(scene, recorder).run()}
    finally:
        database.close()


def record_in_a_suite_of_its_own() -> Json:
    """The same, from a terminal."""
    log = ROOT / "out" / "reference.log"
    log.parent.mkdir(exist_ok=True)
    with Suite("demo-reference", free_ports=True, functions_log=log) as suite:
        os.environ.update(suite.env)
        return record(suite)

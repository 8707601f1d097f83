"""The recorded run behind the reference: every callable, a visit and its effects, bad input."""

import os

from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from tools import ROOT
from tools.contract.bad_input import BadInputRecorder
from tools.contract.recorder import Json
from tools.contract.visits import visit_examples


def record(suite: Suite) -> Json:
    """Requests, responses and effects, the same in every run."""
    database = Database(project=suite.project)
    try:
        scene, recorder = visit_examples.set_up(suite, database)
        visit_examples.play(scene, recorder)
        return {
            "calls": recorder.calls,
            "visit": recorder.steps,
            "badInput": BadInputRecorder(scene, recorder).run(),
        }
    finally:
        database.close()


def record_in_new_suite() -> Json:
    """Start a suite, record in it, and stop it."""
    log = ROOT / "out" / "reference.log"
    log.parent.mkdir(exist_ok=True)
    with Suite("demo-reference", free_ports=True, functions_log=log) as suite:
        os.environ.update(suite.env)
        return record(suite)

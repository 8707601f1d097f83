"""Finds a running suite: the one of the environment, or else on the ports of firebase.json."""

import json
import os
from pathlib import Path

from emulator import config
from emulator.paths import ROOT
from emulator.process import ports
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.environment import Environment


def find(*required: str, root: Path = ROOT) -> Environment:
    """The environment of a running suite. Raises SuiteError with how to start one.

    If this process's own environment has all `required` variables, it is the result.
    """
    if all(name in os.environ for name in required):
        return os.environ
    host, port = config.read(root).addresses["hub"]
    hub = ports.connect_address(f"{host}:{port}")
    try:
        status, response = request("GET", f"http://{hub}/status")
    except OSError as error:
        raise SuiteError(
            f"No suite answers at {hub}. Start one (python -m emulator start), or run this in one"
            " of its own: python -m emulator exec -- python -m emulator …"
        ) from error
    if status != 200:
        raise SuiteError(f"The suite at {hub} is not ready yet. Try again.")
    suite = json.loads(response)
    at = {name: ports.connect_address(address) for name, address in suite["addresses"].items()}
    return {
        "GCLOUD_PROJECT": suite["project"],
        "FIRESTORE_EMULATOR_HOST": at["firestore"],
        "FIREBASE_AUTH_EMULATOR_HOST": at["auth"],
        "STORAGE_EMULATOR_HOST": f"http://{at['storage']}",
        "EMULATOR_SUITE_HOST": hub,
    }

"""The suite that runs already: the one of the environment, or else on firebase.json's ports."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from emulator import config
from emulator.paths import ROOT
from emulator.process import ports
from emulator.process.errors import SuiteError
from emulator.process.http import request

Environment = Mapping[str, str]


def find(*needed: str, root: Path = ROOT) -> Environment:
    """Where it answers, by the names of its environment; SuiteError says how to start one.

    This process's own environment is the answer if it has all that is `needed`.
    """
    if all(name in os.environ for name in needed):
        return os.environ
    host, port = config.read(root).addresses["hub"]
    hub = ports.connect_address(f"{host}:{port}")
    try:
        status, answer = request("GET", f"http://{hub}/status")
    except OSError as error:
        raise SuiteError(
            f"No suite answers at {hub}. Start one (python -m emulator start), or run this in one"
            " of its own: python -m emulator exec -- python -m emulator …"
        ) from error
    if status != 200:
        raise SuiteError(f"The suite at {hub} is not ready yet. Try again.")
    said = json.loads(answer)
    at = {name: ports.connect_address(address) for name, address in said["addresses"].items()}
    return {
        "GCLOUD_PROJECT": said["project"],
        "FIRESTORE_EMULATOR_HOST": at["firestore"],
        "STORAGE_EMULATOR_HOST": f"http://{at['storage']}",
        "EMULATOR_SUITE_HOST": hub,
    }

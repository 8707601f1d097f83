"""The demo's data: a workspace, a project with all its phases, an event with a journey, photos."""

import argparse
import os
from collections.abc import Sequence

from emulator.cli.options import project_id
from emulator.demo import seed
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite import discovery
from emulator.suite.environment import Environment

MAX_RULES_SECONDS = 60


def main(arguments: Sequence[str]) -> int:
    """Seed the suite whose addresses are in the environment, or else the one that runs."""
    parser = argparse.ArgumentParser(prog="python -m emulator seed", description=__doc__)
    parser.add_argument(
        "--into",
        type=project_id,
        metavar="PROJECT",
        help="the Firebase project id to write the documents into (default: the suite's own)",
    )
    options = parser.parse_args(arguments)
    suite = discovery.find("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")
    os.environ.update(suite)
    project = suite.get("GCLOUD_PROJECT", "demo-guest")
    into = options.into or project
    if into != project:
        _load_rules(into, suite)
    written = seed.seed(into, f"{project}.appspot.com")
    if auth := suite.get("FIREBASE_AUTH_EMULATOR_HOST"):
        seed.seed_operator(auth, into)
    print(
        f"{written} documents and the demo's photos are in {into}; the project is {seed.PROJECT}."
    )
    return 0


def _load_rules(project: str, suite: Environment) -> None:
    """Have the suite load the rules for `project`: without them anybody may read and write it."""
    hub = suite.get("EMULATOR_SUITE_HOST")
    if not hub:
        raise SuiteError(
            f"{project} has no rules yet. Set EMULATOR_SUITE_HOST, as `python -m emulator start`"
            " printed it: the suite puts them in force."
        )
    url = f"http://{hub}/projects/{project}"
    try:
        status, response = request("POST", url, timeout=MAX_RULES_SECONDS)
    except OSError as error:
        raise SuiteError(f"No suite answers at {hub} (EMULATOR_SUITE_HOST): {error}") from error
    if status != 200:
        raise SuiteError(f"The rules of {project} are not in force: {response.decode()}")

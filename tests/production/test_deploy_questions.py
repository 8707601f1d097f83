"""The Firebase CLI deploys without a terminal: its own code finds nothing to ask.

It is given the snapshot of the manifest, which test_manifest.py holds to what is discovered.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator.paths import ROOT
from emulator.web import node
from tests.support.node_installation import install
from tools import manifest

SCRIPT = ROOT / "tests" / "support" / "firebase_cli" / "deploy.cjs"

pytestmark = pytest.mark.exhaustive


def source(folder: Path, env: str, **others: str) -> str:
    """A folder with these files: `.env`, and `.env.demo-guest` if `own` is given."""
    folder.mkdir()
    (folder / ".env").write_text(env)
    if own := others.get("own"):
        (folder / ".env.demo-guest").write_text(own)
    return str(folder)


@pytest.fixture(scope="module")
def params() -> list[str]:
    return [each["name"] for each in yaml.safe_load(manifest.SNAPSHOT.read_text())["params"]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each deployment comes to: `values` by parameter, or what was `refused`."""
    installed = install()
    folder = tmp_path_factory.mktemp("deploy")
    env = manifest.ENV.read_text()
    deployed = source(folder / "deployed", env)
    runs = {
        "first": {"source": deployed, "force": True},
        "first without force": {"source": deployed},
        "later": {"source": deployed, "again": True},
        "elsewhere": {
            "source": source(folder / "elsewhere", env, own="REGION=europe-west1\n"),
            "force": True,
        },
        "without a line": {
            "source": source(folder / "short", env.replace("PROVIDER_PRICES=\n", "")),
            "force": True,
        },
    }
    settings = {
        "modules": str(node.MODULES),
        "manifest": str(manifest.SNAPSHOT),
        "project": "demo-guest",
        "runs": runs,
    }
    done = subprocess.run(
        [installed, str(SCRIPT), json.dumps(settings)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=240,
        check=True,
    )
    results: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return results


class TestQuestions:
    def test_the_first_deployment_asks_nothing_with_force(
        self, found: dict[str, Any], params: list[str]
    ) -> None:
        assert list(found["first"]["values"]) == params
        assert found["first"]["regions"] == ["us-central1"]

    def test_the_first_is_refused_without_because_triggers_are_retried(
        self, found: dict[str, Any]
    ) -> None:
        refused = found["first without force"]["refused"]
        assert "--force option to deploy functions with a failure policy" in refused

    def test_later_ones_ask_nothing_even_without(
        self, found: dict[str, Any], params: list[str]
    ) -> None:
        assert list(found["later"]["values"]) == params

    def test_a_project_sets_its_own_values_beside_the_defaults(self, found: dict[str, Any]) -> None:
        assert found["elsewhere"]["values"]["REGION"] == "europe-west1"
        assert found["elsewhere"]["regions"] == ["europe-west1"]

    def test_a_default_of_the_code_alone_would_be_asked_for(self, found: dict[str, Any]) -> None:
        assert found["without a line"]["refused"].splitlines()[0] == (
            "In non-interactive mode but have no value for the following environment variables:"
            " PROVIDER_PRICES"
        )

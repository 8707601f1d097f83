"""What a deployment does, under the Firebase CLI's own emulators instead of the suite.

It skips where Node.js or its packages cannot be had. `node_modules` has the CLI, pinned.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.demo import seed
from emulator.demo.client import Client
from emulator.paths import ROOT
from experience.ids import new_id
from tests.support.firebase_cli.emulators import emulators
from tests.support.node_installation import install

pytestmark = pytest.mark.exhaustive
WORKSPACE = {"workspaceId": seed.WORKSPACE}
TASK_SECONDS = 120


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The CLI's emulators with the demo's documents."""
    install()
    with emulators("demo-guest", tmp_path_factory.mktemp("cli")) as env:
        subprocess.run(
            [sys.executable, "-m", "emulator", "seed"],
            cwd=ROOT,
            env={**os.environ, **env},
            timeout=240,
            check=True,
        )
        yield env


@pytest.fixture
def operator(cli: dict[str, str]) -> Iterator[Client]:
    client = Client.of(cli, seed.OPERATOR)
    yield client
    client.close()


def become(status: str, read: Callable[[], Any]) -> Any:
    """What `read` returns once its status is this one."""
    deadline = time.monotonic() + TASK_SECONDS
    while (found := read())["status"] not in {status, "failed"} and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found["status"] == status, found
    return found


class TestUnderTheCli:
    def test_a_run_starts_once_for_its_request_and_ends(self, operator: Client) -> None:
        source = f"gs://demo-guest.appspot.com/workspaces/{seed.WORKSPACE}/photos/"
        source += sorted(seed.PHOTOS.glob("*.jpg"))[0].name
        asked = {
            **WORKSPACE,
            "workflowName": "photo.transform",
            "payload": {"sourceUri": source, "transform": {"model": "local/sketch"}, "answers": []},
            "requestId": new_id(),
        }
        started = operator.call("startRun", **asked)
        again = operator.call("startRun", **asked)
        assert again["run"]["id"] == started["run"]["id"]
        ids = {**WORKSPACE, "runId": started["run"]["id"]}
        become("completed", lambda: operator.call("getRun", **ids)["run"])

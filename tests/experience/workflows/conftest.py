"""A suite around the engine with the skills and definitions of these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from emulator.suite.suite import Suite
from experience import clients
from experience import storage as experience_storage
from experience.ids import new_id
from tests.support.shared_emulator import SharingSuite
from tests.support.vendors.account import Account
from tests.support.workflows.sample import skills
from tests.support.workflows.workflow_bench import Queue, WorkflowBench

IMPATIENT = {"SWEEP_GRACE_SECONDS": "0", "STEP_LEASE_MARGIN_SECONDS": "1"}


@pytest.fixture(scope="session")
def workflow_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The vendors' servers of this test process."""
    account = Account(timeout_seconds=2)
    yield account
    account.close()


@pytest.fixture(scope="session")
def workflow_suite(
    workflow_world: Path, account: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suite]:
    """The whole suite around tests/support/workflows/sample/main.py."""
    log = tmp_path_factory.mktemp("workflows") / "functions.log"
    sample = str(Path(skills.__file__).parent)
    suite = SharingSuite(
        "demo-workflows", free_ports=True, functions_source=sample, functions_log=log
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WORKFLOW_WORLD", str(workflow_world))
            for name, value in {**IMPATIENT, **account.env}.items():
                patch.setenv(name, value)
            suite.start()
        yield suite
    finally:
        suite.stop()


@pytest.fixture
def world(workflow_suite: Suite, workflow_world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sample's skills leave their traces; this process belongs to the suite."""
    monkeypatch.setenv("WORKFLOW_WORLD", str(workflow_world))
    for name, value in {**workflow_suite.env, **IMPATIENT}.items():
        monkeypatch.setenv(name, value)
    return workflow_world


@pytest.fixture
def new_bench(
    workflow_suite: Suite, world: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], WorkflowBench]]:
    """Makes workspaces in an empty database without triggers."""
    client: Any = clients.Firestore(f"demo-quiet-{new_id().lower()}", AnonymousCredentials())
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")  # as clients.py
    bucket = storage.Client(workflow_suite.project, AnonymousCredentials()).bucket(
        workflow_suite.bucket
    )
    monkeypatch.setattr(clients, "firestore", lambda: client)
    monkeypatch.setattr(experience_storage, "bucket", lambda: bucket)
    queue = Queue()
    monkeypatch.setattr(clients, "enqueue", queue.enqueue)
    yield lambda: WorkflowBench(client, queue, f"w-{new_id()}")
    client.close()


@pytest.fixture
def bench(new_bench: Callable[[], WorkflowBench]) -> WorkflowBench:
    return new_bench()

"""The sample functions, by themselves and in a suite: started once for each test process."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from emulator.functions.supervisor import FunctionsSupervisor
from emulator.process.http import request
from emulator.suite.suite import Suite
from tests.support.chain_project import CHAIN
from tests.support.sample_functions import SAMPLE, Record, SetFaults, sample_supervisor
from tests.support.shared_emulator import SharingSuite


@pytest.fixture(scope="session")
def sample_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("sample") / "functions"
    shutil.copytree(SAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    (source / ".env").write_text("GREETING=hello from .env\nGCLOUD_PROJECT=never\n")
    return source


@pytest.fixture(scope="session")
def sample_record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return Record(tmp_path_factory.mktemp("record") / "record.jsonl")


@pytest.fixture(scope="session")
def supervisor(sample_source: Path, sample_record: Record) -> Iterator[FunctionsSupervisor]:
    supervisor = sample_supervisor(sample_source, sample_record)
    supervisor.start()
    yield supervisor
    supervisor.stop()


@pytest.fixture
def record(sample_record: Record) -> Record:
    """The calls of the sample functions, none at the start of each test."""
    sample_record.path.write_text("")
    return sample_record


@pytest.fixture(scope="session")
def sample_suite(sample_source: Path, sample_record: Record) -> Iterator[Suite]:
    """The whole suite around the sample functions."""
    suite = SharingSuite(
        "demo-sample-suite",
        free_ports=True,
        functions_source=str(sample_source),
        functions_log=sample_record.path.with_suffix(".suite.log"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMPLE_RECORD", str(sample_record.path))
        suite.start()
    yield suite
    suite.stop()


@pytest.fixture
def firestore_client(sample_suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", sample_suite.addresses["firestore"])
    client = Client(sample_suite.project, AnonymousCredentials())
    yield client
    client.close()


@pytest.fixture
def set_faults(sample_suite: Suite) -> Iterator[SetFaults]:
    """`POST /faults`; after the test there are none."""

    def post(**settings: Any) -> dict[str, Any]:
        url = f"http://{sample_suite.addresses['hub']}/faults"
        status, response = request("POST", url, settings, timeout=60)
        assert status == 200, response
        return dict(json.loads(response))

    yield post
    post()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the chain project, for a test to edit."""
    return Path(shutil.copytree(CHAIN, tmp_path / "project"))

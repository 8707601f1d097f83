"""The running suites of a test process: one as it is deployed, one in which things go wrong."""

import contextlib
import os
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import firebase_admin
import pytest
from google.cloud.firestore import Client
from hypothesis import settings

from emulator.billing.meter import Meter, intercept
from emulator.config import DEFAULT_REGION
from emulator.functions.index_check import IndexCheck
from emulator.paths import ROOT
from emulator.suite.suite import Suite
from experience import clients, storage
from tests.support import faulty_suite as faults
from tests.support import parallel, refusals, shared_emulator
from tests.support.shared_emulator import SharedEmulator, SharingSuite

# No example is too slow: what else the machine does at that moment is not what is tested.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


PREPARATIONS = parallel.Preparations()
SHARED_EMULATOR = pytest.StashKey[SharedEmulator]()
# What this process keeps of the suite that it talked to.
KEPT = (clients.app, clients.firestore, storage.made_bucket, storage.signer)
ADDRESSES = ("GCLOUD_PROJECT", "FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")
_at: list[str | None] = []


def _forget_other_suites() -> None:
    """Each test may belong to another suite: nothing that was made for one is used with the next.

    Not even a key: each suite knows only its own.
    """
    at = [os.environ.get(name) for name in ADDRESSES]
    if at != _at:
        _at[:] = at
        for kept in KEPT:
            kept.cache_clear()
        with contextlib.suppress(ValueError):  # there is none
            firebase_admin.delete_app(firebase_admin.get_app())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    _forget_other_suites()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    yield
    _forget_other_suites()


def pytest_xdist_auto_num_workers() -> int:
    return parallel.processes()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> parallel.Scheduling:
    return parallel.Scheduling(config, log)


def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    PREPARATIONS.begin(ids)


def pytest_configure(config: pytest.Config) -> None:
    os.environ["REGION"] = DEFAULT_REGION  # whatever functions/.env says
    if not hasattr(config, "workerinput"):  # who runs the tests, or has others run them
        emulator = config.stash[SHARED_EMULATOR] = SharedEmulator()
        os.environ[shared_emulator.SERVER_URL] = emulator.url


def pytest_unconfigure(config: pytest.Config) -> None:
    PREPARATIONS.end()
    if emulator := config.stash.get(SHARED_EMULATOR, None):
        emulator.close()


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """The suite with the project's own functions, which code in this process meets too."""
    log = tmp_path_factory.mktemp("suite") / "functions.log"
    with (
        SharingSuite("demo-test", free_ports=True, functions_log=log) as suite,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in suite.env.items():
            patch.setenv(name, value)
        yield suite
    assert refusals.undeclared(log) == []


@pytest.fixture(scope="session", autouse=True)
def _no_undeclared_refusal() -> Iterator[None]:
    """A use case that refuses for a reason that its callable does not declare fails its test."""
    with pytest.MonkeyPatch.context() as patch:
        refusals.watch(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def index_check() -> IndexCheck:
    """Refuses a query of this process that no index serves, as the functions' process does."""
    check = IndexCheck(ROOT / "firestore.indexes.json")
    intercept(Meter(), check)
    return check


@pytest.fixture(scope="session")
def failed_queries() -> list[Any]:
    """The queries without an index of which a test has failed already."""
    return []


@pytest.fixture(autouse=True)
def _no_query_without_index(
    request: pytest.FixtureRequest, index_check: IndexCheck, failed_queries: list[Any]
) -> Iterator[None]:
    """A test during which a query ran that production would refuse has failed."""
    yield
    errors = list(index_check.errors)
    if "suite" in request.fixturenames:
        suite: Suite = request.getfixturevalue("suite")
        errors += suite.index_errors()
    missing = [error for error in errors if error not in failed_queries]
    failed_queries += missing
    assert not missing, f"queries, of this test or the last, lack these indexes: {missing}"


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Suite, Client]]:
    log = tmp_path_factory.mktemp("faulty") / "functions.log"
    with faults.a_suite("demo-faults", log) as faulty:
        yield faulty
    assert refusals.undeclared(log) == []


@pytest.fixture(scope="module")
def invariants_hold_afterwards(faulty: tuple[Suite, Client]) -> Iterator[tuple[Suite, Client]]:
    """The suite for a file's tests; when all are through, every invariant must hold."""
    yield faulty
    faults.check(*faulty)


@pytest.fixture
def faulty_suite(
    invariants_hold_afterwards: tuple[Suite, Client], monkeypatch: pytest.MonkeyPatch
) -> Iterator[faults.FaultySuite]:
    """For a test in which things go wrong."""
    with faults.a_faulty_suite(*invariants_hold_afterwards, monkeypatch) as faulty_suite:
        yield faulty_suite

"""Jobs whose tasks the test delivers itself."""

import gc
import warnings
from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client

from tests.usecases.transforms.bench import JobBench, NewJob, visits_in


@pytest.fixture
def new_visit(quiet_db: Client, monkeypatch: pytest.MonkeyPatch) -> NewJob:
    """Makes completed sessions with small photos, of which no job has been made yet."""
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
    monkeypatch.setenv("STEP_PAUSE_LIMIT_SECONDS", "0")
    return visits_in(quiet_db, monkeypatch)


@pytest.fixture
def new_job(new_visit: NewJob) -> NewJob:
    """Makes jobs of such sessions, which nobody has enqueued yet."""
    return lambda *photo, **more: new_visit(*photo, **more).begin()


@pytest.fixture
def one(new_job: NewJob) -> JobBench:
    """One such job."""
    return new_job()


@pytest.fixture
def refused_downloads() -> Iterator[None]:
    """The storage's client leaves a refused download's connection to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

"""Functions that a test may break, with a supervisor of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.functions.supervisor import FunctionsSupervisor
from tests.support.sample_functions import Record, sample_supervisor


@pytest.fixture
def own_source(sample_source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_source, tmp_path / "own"))


@pytest.fixture
def own_supervisor(own_source: Path, tmp_path: Path) -> Iterator[FunctionsSupervisor]:
    """A supervisor whose functions a test may break."""
    supervisor = sample_supervisor(own_source, Record(tmp_path / "record.jsonl"))
    yield supervisor
    supervisor.stop()

"""A storage that refuses."""

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture
def refused_downloads() -> Iterator[None]:
    """The storage's client leaves a refused download's connection to the garbage collector."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

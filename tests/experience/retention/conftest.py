"""Every test of retention begins without objects."""

import pytest

from emulator.suite.suite import Suite
from experience import storage


@pytest.fixture(autouse=True)
def _an_empty_bucket(suite: Suite) -> None:
    """What other tests left belongs to sessions that are not in this test's database."""
    for folder in ("projects", "captures", "results"):
        storage.delete_objects(storage.bucket().list_blobs(prefix=f"{folder}/"))

"""What guests do when the evening is stopped."""

import time

import pytest

from emulator.rehearsal.evening import KINDS, Kind, Plan
from emulator.rehearsal.guests import play
from emulator.rehearsal.record import Record

NOWHERE = {"FUNCTIONS_EMULATOR_HOST": "127.0.0.1:9", "GCLOUD_PROJECT": "demo-x", "REGION": "r"}


@pytest.mark.parametrize("kind", KINDS)
def test_they_go_at_once_and_do_not_come_back(kind: Kind) -> None:
    record, began = Record(), time.monotonic()
    record.broken_off.set()

    play(NOWHERE, Plan(1, 0, kind, seed=1, leaves_after=9, returns=True), b"", record)

    assert record.ends == {"left half-way": 1}
    assert record.requests == []
    assert time.monotonic() < began + 1

"""Guests get their pictures while the names that runs are stored under change and change back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.cloud import firestore

from emulator.suite.suite import Suite
from operations.checks import data
from operations.schema_changes import catalog, runner
from operations.schema_changes.state import Direction
from tests.experience.conftest import SignIn
from tests.experience.transforms.test_transforms import Booth
from tests.support.builders.jobs import a_booth

GUESTS = 6


@pytest.mark.exhaustive
def test_guests_are_served_with_both_shapes(
    suite: Suite, db: firestore.Client, signed_in: SignIn
) -> None:
    booth, venue = Booth(suite, db, signed_in), a_booth(db)
    has_ended = threading.Event()

    def migrate_back_and_forth() -> int:
        rounds = 0
        while True:
            for each in catalog.read():
                assert runner.migrate(db, each, Direction.RUN).is_done
            if has_ended.is_set() and rounds:
                return rounds
            for each in reversed(catalog.read()):
                assert runner.migrate(db, each, Direction.REVERT).is_reverted
            rounds += 1

    with ThreadPoolExecutor(GUESTS + 1) as pool:
        migrating = pool.submit(migrate_back_and_forth)
        try:
            visits = [pool.submit(booth.visit, venue) for _ in range(GUESTS)]
            sessions = [each.result(timeout=240) for each in visits]
        finally:
            has_ended.set()
        assert migrating.result(timeout=120) >= 1

    try:
        assert [each["jobStatus"] for each in sessions] == ["completed"] * GUESTS
        assert all(each["resultMedia"] for each in sessions)
        assert len(booth.jobs(venue)) == GUESTS
        found = data.read(db, project_id=venue.project)
        assert len(found.runs) == GUESTS
        assert all(each.owner_reference for each in found.runs.values())
        assert (found.outdated, found.unreadable) == ({}, {})
        assert not any("belongsTo" in (each.model_extra or {}) for each in found.runs.values())
    finally:
        for stored in db.collection("migrations").stream():
            stored.reference.delete()

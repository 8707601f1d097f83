"""What a session and a retry cost of a project's day."""

import pytest
from google.cloud.firestore import Client as Database

from tests.experience.transforms.conftest import NewTransform
from tests.support.builders.jobs import a_booth
from tests.support.builders.venues import Venue


@pytest.fixture
def limited(db: Database) -> Venue:
    """A venue that makes ten pictures a day."""
    venue = a_booth(db)
    db.document("projects", venue.project).update({"publishedConfig.dailyTransformLimit": 10})
    return venue


def counted(db: Database, project: str) -> int:
    shards = db.collection("projects", project, "transformCounts").stream()
    return sum(shard.get("count") for shard in shards)


class TestPlaces:
    def test_cancelling_and_retrying_before_any_attempt_takes_one_reservation(
        self, held_visit: NewTransform, db: Database, limited: Venue
    ) -> None:
        guest = held_visit(limited)
        guest.begin()
        for _ in range(4):
            guest.cancel()
            guest.retry()
        assert counted(db, limited.project) == 1

    def test_a_retry_after_an_attempt_takes_another_reservation(
        self, held_visit: NewTransform, db: Database, limited: Venue
    ) -> None:
        guest = held_visit(limited, photo=b"no photo")
        guest.begin().work()
        guest.retry()
        assert counted(db, limited.project) == 2

    def test_a_draft_s_session_counts_by_the_published_limit(
        self, held_visit: NewTransform, db: Database, limited: Venue
    ) -> None:
        held_visit(limited, mode="preview", configSource="draft").begin()
        assert counted(db, limited.project) == 1

"""What a retry costs of a project's day."""

from google.cloud.firestore import Client as Database

from experience.transforms.models import JobErrorCode
from experience.transforms.usecases import start_transform
from tests.builders.jobs import a_booth
from tests.endpoints.transforms.conftest import Visits


def counted(db: Database, project: str) -> int:
    shards = db.collection("projects", project, "transformCounts").stream()
    return sum(shard.get("count") for shard in shards)


class TestPlaces:
    def test_giving_up_and_trying_again_before_any_attempt_takes_one_place(
        self, held: None, db: Database, visit: Visits
    ) -> None:
        guest = visit(a_booth(db))
        db.document("projects", guest.place.project).update(
            {"publishedConfig.dailyTransformLimit": 10}
        )
        start_transform(guest.completed)
        for _ in range(4):
            guest.cancel()
            guest.retry()
        assert counted(db, guest.place.project) == 1

    def test_a_retry_after_an_attempt_takes_another_place(
        self, held: None, db: Database, visit: Visits
    ) -> None:
        guest = visit(a_booth(db))
        db.document("projects", guest.place.project).update(
            {"publishedConfig.dailyTransformLimit": 10}
        )
        start_transform(guest.completed)
        guest.take().fail(JobErrorCode.INVALID_INPUT, "m", "load", retryable=False)
        guest.retry()
        assert counted(db, guest.place.project) == 2

    def test_a_draft_s_session_counts_by_the_published_limit(
        self, held: None, db: Database, visit: Visits
    ) -> None:
        guest = visit(a_booth(db), mode="preview", configSource="draft")
        db.document("projects", guest.place.project).update(
            {"publishedConfig.dailyTransformLimit": 10}
        )
        start_transform(guest.completed)
        assert counted(db, guest.place.project) == 1

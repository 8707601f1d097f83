"""Queries that tests run in their own process are held against the declared indexes too."""

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client, FieldFilter

from emulator.functions.index_check import IndexCheck


class TestQueries:
    def test_one_without_its_index_is_refused_and_kept_for_the_report(
        self, db: Client, index_check: IndexCheck
    ) -> None:
        query = db.collection("unindexed").where(filter=FieldFilter("n", "==", 1)).order_by("at")
        with pytest.raises(FailedPrecondition, match="The query requires an index"):
            query.get()
        [error] = index_check.errors
        assert error["collectionGroup"] == "unindexed"
        index_check.errors.clear()  # with it this test would have failed

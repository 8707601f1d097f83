"""The cost of calls, and queries without an index, on the real Firestore emulator."""

import json
import uuid
from typing import Any

import pytest
import requests

from emulator.suite.suite import Suite


def run(suite: Suite, does: str, collection: str = "metered", **more: Any) -> requests.Response:
    url = suite.functions.function_url("useFirestore")
    data = {"does": does, "collection": collection, **more}
    return requests.post(url, json={"data": data}, timeout=30)


def cost(suite: Suite, does: str, **more: Any) -> dict[str, int]:
    """The usage of one call of useFirestore, without its time and price."""
    suite.ask_functions("POST", "meter:reset")
    run(suite, does, **more)
    usage = suite.ask_functions("GET", "meter")["functions"]["useFirestore"]
    assert usage.pop("milliseconds") > 0
    assert usage.pop("dollars") > 0
    assert usage.pop("invocations") == 1
    return {kind: amount for kind, amount in usage.items() if amount}


@pytest.fixture
def collection(sample_suite: Suite) -> str:
    """Three documents, a to c, in a collection of the test's own."""
    name = f"metered{uuid.uuid4().hex}"
    assert run(sample_suite, "write", name).ok
    return name


class TestCosts:
    @pytest.mark.parametrize(
        ("does", "more", "expected"),
        [
            ("get", {}, {"reads": 2, "rpcs": 1}),  # one of them missing, which is billed
            ("query", {"above": 0}, {"reads": 3, "rpcs": 1}),
            ("query", {"above": 9}, {"reads": 1, "rpcs": 1}),  # no result is one read
            ("count", {}, {"reads": 1, "rpcs": 1}),
            ("write", {}, {"writes": 3, "deletes": 1, "rpcs": 1}),
            ("refused", {}, {"rpcs": 1}),  # the document exists
            ("bulk", {}, {"writes": 3, "rpcs": 1}),  # from threads of the client's own
        ],
    )
    def test_are_what_firestore_bills(
        self,
        sample_suite: Suite,
        collection: str,
        does: str,
        more: dict[str, Any],
        expected: dict[str, int],
    ) -> None:
        assert cost(sample_suite, does, collection=collection, **more) == expected

    def test_add_up_and_say_what_is_not_in_them(self, sample_suite: Suite) -> None:
        sample_suite.settle()  # events of an earlier test cost too
        sample_suite.ask_functions("POST", "meter:reset")
        run(sample_suite, "write")
        run(sample_suite, "get")
        report = sample_suite.ask_functions("GET", "meter")
        assert report["functions"]["useFirestore"]["invocations"] == 2
        assert report["total"]["reads"] == 2
        assert {"web listeners", "calls of AsyncClient"} < set(report["unseen"])

    def test_have_the_price_of_the_list(self, sample_suite: Suite) -> None:
        sample_suite.settle()
        sample_suite.ask_functions("POST", "meter:reset")
        run(sample_suite, "write")  # three writes, a delete, and an invocation
        report = sample_suite.ask_functions("GET", "meter")
        price = 3 * 0.09 / 100_000 + 0.01 / 100_000 + 0.40 / 1_000_000
        assert report["functions"]["useFirestore"]["dollars"] == pytest.approx(price)
        # a task of an earlier test may be retried meanwhile
        every = [usage["dollars"] for usage in report["functions"].values()]
        assert report["total"]["dollars"] == pytest.approx(sum(every))


class TestOtherServices:
    def usage(self, suite: Suite, function: str, data: Any) -> dict[str, int]:
        suite.ask_functions("POST", "meter:reset")
        response = requests.post(
            suite.functions.function_url(function), json={"data": data}, timeout=30
        )
        assert response.ok
        suite.settle()
        counted = suite.ask_functions("GET", "meter")["functions"][function]
        kinds = ("tasks", "storageClassA", "storageClassB")
        return {kind: counted[kind] for kind in kinds if counted[kind]}

    def test_a_task_counts_for_who_enqueued_it(self, sample_suite: Suite) -> None:
        assert self.usage(sample_suite, "enqueue", {}) == {"tasks": 1}

    def test_objects_count_for_who_wrote_and_read_them(self, sample_suite: Suite) -> None:
        usage = self.usage(sample_suite, "useStorage", "metered.txt")
        assert usage["storageClassA"] == 1
        # for each of both the client may get the bucket in a thread of its own, which is billed
        assert usage["storageClassB"] in {1, 2, 3}


class TestIndexCheck:
    def test_a_query_without_its_index_fails_and_names_it(self, sample_suite: Suite) -> None:
        error = run(sample_suite, "sorted", "unindexed").json()["result"]
        entry = {
            "collectionGroup": "unindexed",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "n", "order": "ASCENDING"},
                {"fieldPath": "at", "order": "ASCENDING"},
            ],
        }
        assert entry in sample_suite.index_errors()
        assert f'Add to "indexes" in firestore.indexes.json: {json.dumps(entry)}' in error
        log = sample_suite.functions_log
        assert log is not None
        assert "The query requires an index" in log.read_text()

"""Functions whose commits are aborted, whose process is killed, and whose storage fails."""

import json
import re
import time
import uuid
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from tests.support.sample_functions import Record, SetFaults
from tests.support.waiting import eventually

LOCKED_SECONDS = 30  # a locked document blocks others for longer


def post(suite: Suite, function: str, data: Any) -> requests.Response:
    """Call once, as soon as a process serves."""
    url, body = suite.functions.function_url(function), json.dumps({"data": data}).encode()
    return suite.functions.post(url, body, {"Content-Type": "application/json"}, LOCKED_SECONDS)


def transact(suite: Suite, does: str, document: str) -> Any:
    data = {"does": does, "document": f"faulty/{document}"}
    return post(suite, "transact", data).json().get("result", "failed")


@pytest.fixture
def document(request: pytest.FixtureRequest) -> str:
    """A name of the test's own in the collection that `transact` writes to.

    The same in each run: the decisions of a seed depend on the documents' names.
    """
    return re.sub(r"\W+", "-", request.node.name)


@pytest.fixture
def n(firestore_client: Client, document: str) -> Any:
    return lambda: (firestore_client.document(f"faulty/{document}").get().to_dict() or {}).get("n")


class TestAbort:
    def test_every_transaction_is_aborted_until_that_is_ended(
        self, sample_suite: Suite, set_faults: SetFaults, document: str, n: Any
    ) -> None:
        set_faults(abort=1)
        assert {transact(sample_suite, "increment", document) for _ in range(5)} == {"aborted"}
        assert n() is None
        set_faults()
        assert transact(sample_suite, "increment", document) == "done"
        assert n() == 1

    def test_plain_writes_are_aborted_too(self, sample_suite: Suite, set_faults: SetFaults) -> None:
        set_faults(abort=1)
        data = {"does": "write", "collection": f"plain{uuid.uuid4().hex}"}
        assert post(sample_suite, "useFirestore", data).status_code == 500
        set_faults()
        assert post(sample_suite, "useFirestore", data).ok

    def test_plain_reads_are_not(self, sample_suite: Suite, set_faults: SetFaults) -> None:
        set_faults(abort=1)
        data = {"does": "get", "collection": "faulty"}
        assert post(sample_suite, "useFirestore", data).ok

    def test_an_aborted_transaction_leaves_no_lock(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        set_faults(abort=1)
        left = {"BeginTransaction", "BatchGetDocuments", "Commit"}
        for _ in range(300):
            left.discard(transact(sample_suite, "commit", document).split()[0])
            if not left:
                break
        assert not left
        set_faults()
        assert transact(sample_suite, "increment", document) == "done"

    def test_the_same_seed_aborts_the_same(
        self, sample_suite: Suite, set_faults: SetFaults, document: str, n: Any
    ) -> None:
        def outcomes(seed: int) -> list[str]:
            set_faults(seed=seed, abort=0.5)
            return [transact(sample_suite, "increment", document) for _ in range(12)]

        first = outcomes(seed=1)
        assert n() == first.count("done")
        assert set(first) == {"aborted", "done"}
        assert outcomes(seed=1) == first
        assert outcomes(seed=2) != first

    def test_a_process_that_is_replaced_keeps_them(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        set_faults(abort=1)
        with pytest.raises(requests.ConnectionError):
            post(sample_suite, "crash", {})
        assert transact(sample_suite, "increment", document) == "aborted"


class TestKill:
    @pytest.mark.parametrize(("when", "applied"), [("before", None), ("after", 1)])
    def test_a_process_is_killed_once_and_leaves_no_lock(
        self,
        sample_suite: Suite,
        set_faults: SetFaults,
        document: str,
        n: Any,
        when: str,
        applied: int | None,
    ) -> None:
        killed = sample_suite.functions._fork_server.pid
        set_faults(killAtCommit=1, killWhen=when)
        with pytest.raises(requests.ConnectionError):
            transact(sample_suite, "increment", document)
        assert n() == applied
        began = time.monotonic()
        assert transact(sample_suite, "increment", document) == "done"
        assert time.monotonic() - began < LOCKED_SECONDS
        assert sample_suite.functions._fork_server.pid != killed
        assert transact(sample_suite, "increment", document) == "done"
        assert sample_suite.faults.kill_at_commit is None

    def test_only_commits_of_the_function_that_is_named_count(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        set_faults(killAtCommit=1, only="useFirestore")
        assert transact(sample_suite, "increment", document) == "done"
        with pytest.raises(requests.ConnectionError):
            post(sample_suite, "useFirestore", {"does": "write", "collection": "faulty"})

    def test_commits_of_calls_and_of_events_are_counted_together(
        self,
        sample_suite: Suite,
        set_faults: SetFaults,
        firestore_client: Client,
        document: str,
        n: Any,
    ) -> None:
        written = firestore_client.document("written/by-retried")
        written.delete()
        set_faults(killAtCommit=2)
        firestore_client.collection("retried").add({"commits": True})
        eventually(lambda: written.get().exists)
        with pytest.raises(requests.ConnectionError):
            transact(sample_suite, "increment", document)
        assert n() is None
        assert transact(sample_suite, "increment", document) == "done"

    def test_commits_are_counted_from_when_it_was_set(
        self, sample_suite: Suite, set_faults: SetFaults, document: str, n: Any
    ) -> None:
        assert transact(sample_suite, "increment", document) == "done"
        set_faults(killAtCommit=2)
        assert transact(sample_suite, "increment", document) == "done"
        with pytest.raises(requests.ConnectionError):
            transact(sample_suite, "increment", document)
        assert n() == 2

    def test_transactions_that_others_have_open_are_rolled_back(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        set_faults(killAtCommit=1)
        assert transact(sample_suite, "leave open", document) == "done"
        with pytest.raises(requests.ConnectionError):
            transact(sample_suite, "increment", "another")
        assert transact(sample_suite, "increment", document) == "done"

    def test_an_event_that_was_being_handled_is_delivered_again(
        self,
        sample_suite: Suite,
        set_faults: SetFaults,
        firestore_client: Client,
        record: Record,
        document: str,
    ) -> None:
        set_faults(killAtCommit=1)
        firestore_client.document(f"retried/{document}").set({"commits": True})
        sample_suite.settle()
        assert len({event["id"] for event in record.of("onRetried")}) == 1
        assert len(record.of("onRetried")) == 2
        assert firestore_client.document("written/by-retried").get().exists


class TestStorage:
    def test_every_operation_fails_until_that_is_ended(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        set_faults(storage=1)
        assert "failed" in post(sample_suite, "useStorage", document).json()["result"]
        set_faults()
        assert post(sample_suite, "useStorage", document).json()["result"] == "written"

    def test_about_half_have_their_effect_before_they_fail(
        self, sample_suite: Suite, set_faults: SetFaults, document: str
    ) -> None:
        bucket = f"http://{sample_suite.addresses['storage']}/upload/storage/v1/b/"
        bucket += f"{sample_suite.bucket}/o?uploadType=media&name={document}"

        def written(seed: int) -> list[bool]:
            set_faults(seed=seed, storage=1)
            for n in range(16):
                response = requests.post(f"{bucket}-{seed}-{n}", data=b"x", timeout=10)
                assert response.status_code == 503
                assert response.headers["Access-Control-Allow-Origin"] == "*"
            set_faults()
            return [self.exists(sample_suite, f"{document}-{seed}-{n}") for n in range(16)]

        assert 0 < written(seed=1).count(True) < 16

    def exists(self, suite: Suite, name: str) -> bool:
        objects = f"http://{suite.addresses['storage']}/storage/v1/b/{suite.bucket}/o"
        return requests.get(f"{objects}/{name}", timeout=10).ok

"""Events and tasks that arrive twice, late, out of order or not at all."""

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client
from google.events.cloud.firestore import DocumentEventData

from emulator.delivery.eventarc import Event
from emulator.suite.suite import Suite
from tests.support.sample_functions import Record, SetFaults

UPDATED = "google.cloud.firestore.document.v1.updated"


def seen(record: Record) -> list[Any]:
    """The contents of the events of onThing, in order."""
    return [event["after"] and event["after"]["n"] for event in record.of("onThing")]


class TestEvents:
    def test_each_comes_twice(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(duplicate=1)
        for n in range(4):
            firestore_client.document(f"things/twice{n}").set({"n": n})
        sample_suite.settle()
        deliveries = [event for event in record.of("onThing") if event["before"] != event["after"]]
        times = [[d["after"]["n"] for d in deliveries].count(n) for n in range(4)]
        assert times == [2, 2, 2, 2]

    def test_some_come_of_writes_that_changed_nothing(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(duplicate=1)
        names = [f"things/same{n}" for n in range(8)]
        for name in names:
            firestore_client.document(name).set({"n": 1})
        for name in names:
            firestore_client.document(name).delete()
        sample_suite.settle()
        changes = [(event["before"], event["after"]) for event in record.of("onThing")]
        assert 0 < changes.count(({"n": 1}, {"n": 1})) < 8
        assert 0 < changes.count((None, None)) < 8

    def test_none_comes(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(drop=1)
        firestore_client.document("things/lost").set({"n": 1})
        sample_suite.settle()
        set_faults()
        firestore_client.document("things/lost").set({"n": 2})
        sample_suite.settle()
        assert seen(record) == [2]

    def test_one_is_overtaken_by_the_next(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(reorder=1)
        firestore_client.document("things/late").set({"n": 1})
        firestore_client.document("things/late").set({"n": 2})
        sample_suite.settle()
        assert seen(record) == [2, 1]

    def test_one_that_nothing_follows_still_comes(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(reorder=1)
        firestore_client.document("things/alone").set({"n": 1})
        sample_suite.settle()
        assert seen(record) == [1]

    def test_each_comes_late_and_is_waited_for(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(delayMs=[1000, 1000])
        began = time.monotonic()
        firestore_client.document("things/slow").set({"n": 1})
        sample_suite.settle()
        assert seen(record) == [1]
        assert time.monotonic() - began >= 1

    def test_the_same_seed_loses_the_same(
        self, sample_suite: Suite, firestore_client: Client, record: Record, set_faults: SetFaults
    ) -> None:
        def delivered(seed: int) -> list[int]:
            set_faults(seed=seed, drop=0.5)
            record.path.write_text("")
            for n in range(12):
                firestore_client.document(f"things/perhaps{n}").set({"n": n})
            sample_suite.settle()
            return sorted(seen(record))

        first = delivered(seed=1)
        assert 0 < len(first) < 12
        assert delivered(seed=1) == first
        assert delivered(seed=2) != first


class TestUnchanged:
    EVENT = Event(
        "demo-sample",
        "onThing",
        {"ce-type": UPDATED, "ce-id": "one"},
        DocumentEventData.serialize(
            DocumentEventData(value={"name": "after"}, old_value={"name": "before"})
        ),
    )

    def test_an_update_repeats_what_is_there(self) -> None:
        unchanged = self.EVENT.without_change()
        assert unchanged
        assert unchanged.headers["ce-id"] != "one"
        data = DocumentEventData.deserialize(unchanged.body)
        assert (data.old_value.name, data.value.name) == ("after", "after")

    def test_a_creation_cannot_be_repeated(self) -> None:
        headers = {"ce-type": UPDATED.replace("updated", "created")}
        assert replace(self.EVENT, headers=headers).without_change() is None


def enqueue(suite: Suite, **data: Any) -> None:
    body = base64.b64encode(json.dumps({"data": data}).encode()).decode()
    request = {"body": body, "headers": {"Content-Type": "application/json"}}
    queue = "work"
    path = f"projects/{suite.project}/locations/us-central1/queues/{queue}/tasks"
    url = f"http://{suite.addresses['tasks']}/{path}"
    requests.post(url, json={"task": {"httpRequest": request}}, timeout=60).raise_for_status()


def retry_counts(record: Record) -> list[str]:
    return [task["headers"]["taskretrycount"] for task in record.of("work")]


class TestTasks:
    @pytest.mark.parametrize("n", range(4))  # concurrently, and in sequence
    def test_each_comes_twice(
        self, sample_suite: Suite, record: Record, set_faults: SetFaults, n: int
    ) -> None:
        set_faults(duplicate=1)
        enqueue(sample_suite, n=n)
        sample_suite.settle()
        assert retry_counts(record) == ["0", "0"]

    def test_one_whose_response_is_lost_is_retried(
        self, sample_suite: Suite, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(drop=1)
        enqueue(sample_suite)
        sample_suite.settle()
        assert retry_counts(record) == ["0", "1"]
        assert record.of("work")[1]["headers"]["taskexecutioncount"] == "0"
        assert sample_suite.tasks.scheduled == 0

    def test_each_comes_late_and_is_waited_for(
        self, sample_suite: Suite, record: Record, set_faults: SetFaults
    ) -> None:
        set_faults(delayMs=[1000, 1000])
        began = time.monotonic()
        enqueue(sample_suite)
        assert sample_suite.pending()["tasks"] == 1
        sample_suite.settle()
        assert retry_counts(record) == ["0"]
        assert time.monotonic() - began >= 1

    def test_without_faults_each_comes_once(self, sample_suite: Suite, record: Record) -> None:
        enqueue(sample_suite)
        sample_suite.settle()
        assert retry_counts(record) == ["0"]

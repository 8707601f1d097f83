"""Firestore's events on their way to the functions."""

import base64
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore
from google.events.cloud.firestore import DocumentEventData
from werkzeug.test import Client, TestResponse

from emulator.delivery.eventarc import EventRouter
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.suite.suite import Suite
from tests.support.sample_functions import Record
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive

WRITTEN = "google.cloud.firestore.document.v1.written"


@pytest.fixture
def event_router(supervisor: FunctionsSupervisor) -> Iterator[EventRouter]:
    event_router = EventRouter(supervisor, time_scale=0)
    yield event_router
    event_router.close()


def post(
    event_router: EventRouter,
    function: str,
    document: str,
    fields: dict[str, Any] | None = None,
    project: str = "demo-sample",
) -> TestResponse:
    """As the Firestore emulator posts it; without fields there is no document at all."""
    database = f"projects/{project}/databases/(default)"
    data = DocumentEventData(update_mask={})
    if fields is not None:
        value = {"name": f"{database}/documents/{document}", "fields": fields}
        data = DocumentEventData(value=value)
    headers = {
        "ce-specversion": "1.0",
        "ce-type": WRITTEN,
        "ce-source": f"//firestore.googleapis.com/{database}",
        "ce-id": f"event-of-{document}",
        "ce-subject": f"documents/{document}",
        "ce-time": "2024-05-01T10:00:00.000000Z",
        "ce-datacontenttype": "application/protobuf",
        "ce-dataschema": "https://github.com/googleapis/google-cloudevents",
        "ce-location": "nam5",
        "ce-project": project,
        "ce-database": "(default)",
        "ce-namespace": "(default)",
        "ce-document": document,
        "Content-Type": "application/protobuf",
    }
    body = base64.b64encode(DocumentEventData.serialize(data))
    path = f"/functions/projects/{project}/triggers/{function}"
    return Client(event_router.app).post(path, data=body, headers=headers)


class TestDelivery:
    def test_an_event_reaches_its_function_decoded(
        self, event_router: EventRouter, record: Record
    ) -> None:
        assert (
            post(event_router, "onThing", "things/x", {"n": {"integer_value": 4}}).status_code
            == 200
        )
        (seen,) = record.wait_for("onThing")
        assert seen["params"] == {"thing": "x"}
        assert (seen["before"], seen["after"]) == (None, {"n": 4})
        eventually(lambda: event_router.pending == 0)

    def test_an_event_without_a_document_is_passed_on(
        self, event_router: EventRouter, record: Record
    ) -> None:
        post(event_router, "onThing", "things/gone")
        (seen,) = record.wait_for("onThing")
        assert not seen["after"]

    def test_a_failure_is_not_retried_unasked(
        self, event_router: EventRouter, record: Record
    ) -> None:
        post(event_router, "onThing", "things/bad", {"fail": {"boolean_value": True}})
        eventually(lambda: event_router.pending == 0)
        assert len(record.of("onThing")) == 1

    def test_a_failure_is_retried_where_the_function_asks(
        self, event_router: EventRouter, record: Record
    ) -> None:
        post(event_router, "onRetried", "retried/x", {})
        eventually(lambda: event_router.pending == 0)
        assert len(record.of("onRetried")) == 3

    def test_events_wait_for_a_restart(self, event_router: EventRouter, record: Record) -> None:
        restart = threading.Thread(target=event_router._functions.restart)
        restart.start()
        post(event_router, "onThing", "things/patient", {})
        restart.join()
        assert record.wait_for("onThing")[0]["params"] == {"thing": "patient"}

    def test_one_of_a_project_that_is_not_served_is_dropped_and_logged(
        self, event_router: EventRouter, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert (
            post(event_router, "onRetried", "retried/x", {}, project="demo-other").status_code
            == 200
        )
        eventually(lambda: event_router.pending == 0)
        assert "onRetried dropped: it is of project demo-other, and the functions serve" in (
            caplog.text
        )

    def test_an_unknown_address_is_refused(self, event_router: EventRouter) -> None:
        assert Client(event_router.app).post("/elsewhere").status_code == 404


class TestTriggers:
    def test_are_what_the_emulator_registers(
        self, event_router: EventRouter, supervisor: FunctionsSupervisor
    ) -> None:
        assert {"id": "onThing", "eventType": WRITTEN, "document": "things/{thing}"} in (
            event_router.triggers(supervisor.manifest)
        )

    def test_a_literal_document_counts_too(self, event_router: EventRouter) -> None:
        trigger = {"eventType": WRITTEN, "eventFilters": {"document": "things/one"}}
        manifest = {"endpoints": {"onOne": {"eventTrigger": trigger}}}
        assert event_router.triggers(manifest)[0]["document"] == "things/one"


class TestFirestore:
    def test_a_write_reaches_the_function(
        self, sample_suite: Suite, record: Record, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", sample_suite.addresses["firestore"])
        client = firestore.Client(sample_suite.project, AnonymousCredentials())
        client.document("things/real").set({"n": 7})
        client.document("things/real").delete()
        sample_suite.settle()
        seen = sorted(record.of("onThing"), key=lambda event: event["after"] is None)
        assert [event["after"] for event in seen] == [{"n": 7}, None]
        client.close()

    def test_deleting_what_was_never_there_is_an_event_too(
        self, sample_suite: Suite, record: Record
    ) -> None:
        documents = f"projects/{sample_suite.project}/databases/(default)/documents"
        url = f"http://{sample_suite.addresses['firestore']}/v1/{documents}/things/never"
        assert requests.delete(url, headers={"Authorization": "Bearer owner"}, timeout=60).ok
        sample_suite.settle()
        assert [event["after"] for event in record.of("onThing")] == [None]

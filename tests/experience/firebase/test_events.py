"""What an event holds, and what becomes of one that a handler cannot make sense of."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cloudevents.http import CloudEvent
from firebase_functions import firestore_fn
from google.cloud.firestore import Client as Database
from google.cloud.firestore import GeoPoint
from google.cloud.firestore_v1 import _helpers
from google.events.cloud.firestore import DocumentEventData

from emulator.suite.suite import Suite
from experience.firebase.events import read_event
from experience.ids import new_id
from tests.support.builders.sessions import a_session, session_ref, stored_session
from tests.support.builders.venues import a_venue

PATTERN = "projects/{projectId}/sessions/{sessionId}"
WRITTEN_AT = datetime(2026, 11, 29, 10, 0, 0, 123456, UTC)


def an_event(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> CloudEvent:
    """As Eventarc and the emulator deliver the change of `projects/p/sessions/s`."""
    data = DocumentEventData.pb(DocumentEventData())
    for side, fields in ((data.old_value, before), (data.value, after)):
        if fields is not None:
            side.name = "projects/demo/databases/(default)/documents/projects/p/sessions/s"
            side.update_time.FromDatetime(WRITTEN_AT)
            for name, value in _helpers.encode_dict(fields).items():
                side.fields[name].ParseFromString(type(value).serialize(value))
    attributes = {
        "type": "google.cloud.firestore.document.v1.updated",
        "source": "//firestore.googleapis.com/projects/demo/databases/(default)",
        "subject": "documents/projects/p/sessions/s",
        "datacontenttype": "application/protobuf",
        "time": "2026-11-29T10:00:00.123456Z",
        "document": "projects/p/sessions/s",
        **{"location": "us-central1", "project": "demo", "namespace": "(default)"},
        "database": "(default)",
    }
    return CloudEvent(attributes, data.SerializeToString())


def plain(fields: Mapping[str, Any] | None) -> Any:
    """With the path of a reference, which also has the client that would read it."""
    return fields and {**fields, "reference": fields["reference"].path}


class TestEvent:
    def test_it_holds_what_the_sdk_reads_from_it(self, db: Database) -> None:
        fields = {
            **{"text": "ä", "true": True, "whole": 2**53, "half": 0.5, "none": None},
            **{"bytes": b"\0", "time": WRITTEN_AT, "place": GeoPoint(1, 2), "list": [1, [], {}]},
            **{"map": {"a": {"b": [{"c": 1}]}}, "reference": db.document("projects/p")},
        }
        for before, after in ((fields, {**fields, "text": "b"}), (None, fields), (fields, {})):
            raw = an_event(before, after)
            by_the_sdk: list[Any] = []
            declared: Any = firestore_fn.on_document_updated(document=PATTERN)(by_the_sdk.append)
            declared(raw)
            [theirs] = by_the_sdk

            ours = read_event(PATTERN, raw)

            assert ours.params == theirs.params == {"projectId": "p", "sessionId": "s"}
            assert plain(ours.before) == plain(theirs.data.before and theirs.data.before.to_dict())
            assert plain(ours.after) == plain(theirs.data.after.to_dict())
            assert ours.written_at == theirs.data.after.update_time
            assert str(ours.written_at) == str(theirs.data.after.update_time)

    def test_it_has_no_time_of_a_document_that_is_gone(self) -> None:
        gone = read_event(PATTERN, an_event({"a": 1}, None))
        assert (gone.before, gone.after, gone.written_at) == ({"a": 1}, None, None)


class TestUnreadableDocument:
    def test_it_is_dropped_with_a_line_in_the_log_that_holds_nothing_of_it(
        self, suite: Suite, db: Database
    ) -> None:
        venue, session = a_venue(db), new_id()

        session_ref(db, venue.project, session).set({"mail": "berta@example.com", "phase": 7})
        suite.settle()

        lines = [line for line in functions_log(suite).splitlines() if session in line]
        assert any("unreadable document" in line for line in lines)
        assert "berta@example.com" not in functions_log(suite)
        assert stored_session(db, venue.project, session)["phase"] == 7

    def test_the_next_event_is_handled_as_ever(self, suite: Suite, db: Database) -> None:
        venue = a_venue(db, pregate=True)
        ended = {"phase": "pregate", "status": "completed", "completedAt": 1}
        session_ref(db, venue.project, new_id()).set({"phase": 7})
        pregate = a_session(db, venue.project, "visitor", venue.pregate, **ended)

        main = a_session(db, venue.project, "visitor", venue.main)
        suite.settle()

        assert stored_session(db, venue.project, pregate)["mainSessionId"] == main


class TestRefusedEvent:
    def test_what_can_never_succeed_is_not_delivered_again(
        self, suite: Suite, db: Database
    ) -> None:
        venue = a_venue(db)
        session = a_session(db, venue.project, "visitor", venue.main, experienceVersion=99)

        session_ref(db, venue.project, session).update({"status": "completed"})
        suite.settle(10)  # an event that waits for its next delivery would not settle

        refusals = [line for line in functions_log(suite).splitlines() if session in line]
        assert any("event refused" in line for line in refusals)


def functions_log(suite: Suite) -> str:
    assert suite.functions_log is not None
    return suite.functions_log.read_text()

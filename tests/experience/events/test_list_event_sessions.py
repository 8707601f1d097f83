"""The sessions of an event, as the members of its workspace list them."""

from collections.abc import Callable

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.documents import shard_of
from tests.experience.journeys.seed_session import EXAMPLES
from tests.support.builders.events import an_event
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import outcome

SignIn = Callable[[str | None], Client]


class TestListEventSessions:
    def test_members_get_the_newest_first_in_pages_as_they_are_stored(
        self, db: Database, signed_in: SignIn
    ) -> None:
        workspace = a_workspace(db)
        event = an_event(db, workspace)
        stored = []
        for number, example in enumerate(EXAMPLES.values()):
            session = {**example, "eventId": event, "createdAt": 1701100800000 + number}
            shard = {"shard": shard_of(session["id"])}
            db.document("events", event, "sessions", session["id"]).set(session | shard)
            stored.append(session)
        viewer = signed_in(a_member(db, workspace, "viewer"))

        first = viewer.call("listEventSessions", eventId=event, pageSize=2)
        token = first["nextPageToken"]
        rest = viewer.call("listEventSessions", eventId=event, pageSize=2, pageToken=token)

        assert [*first["items"], *rest["items"]] == stored[::-1]
        assert rest["nextPageToken"] is None
        own, other = (
            signed_in(a_member(db, each, "owner")) for each in (workspace, a_workspace(db))
        )
        assert outcome(own, "listEventSessions", eventId=event)["items"] == stored[::-1]
        for caller in (other, signed_in("visitor")):
            assert outcome(caller, "listEventSessions", eventId=event).reason == "event_not_found"

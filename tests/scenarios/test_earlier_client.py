"""A client of the first session runtime, whose document knew inputs, outputs and a result asset.

It sends that document's request shapes and believes its table of fields; what the runtime calls
by other names since then (answers, job, result media) it never looks at.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from google.cloud import firestore

from emulator.demo.client import Client
from emulator.paths import ROOT
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.jobs import SMALL, a_photo, size_of
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform
from tests.support.calling import issue_paths, refused

STEPS = [
    a_step("name", "short_text", required=True),
    a_step("fun", "opinion_scale", scaleMin=1, scaleMax=5),
    a_step("adult", "yes_no"),
    a_step("drinks", "multiple_choice", allowMultiple=True),
    a_step("photo", "capture"),
]
EVENT = "launch-party"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: value in words


def _null_or(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or holds(value)


def _is_media(value: Any) -> bool:
    """A MediaReference: an address, `image` or `video`, and perhaps a size in pixels."""
    sizes = [value[name] for name in ("width", "height") if name in value]
    return (
        _is_text(value["url"])
        and value["type"] in ("image", "video")
        and all(map(_is_number, sizes))
    )


def _is_record(of: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(of, value.values()))


FIELDS: dict[str, Callable[[Any], bool]] = {
    "id": _is_text,
    "projectId": _is_text,
    "eventId": _is_text,
    "experienceId": _is_text,
    "mode": _one_of("preview", "guest"),
    "configSource": _one_of("draft", "published"),
    "status": _one_of("active", "completed", "abandoned", "error"),
    "currentStepIndex": _is_number,
    "inputs": _is_record(lambda value: isinstance(value, str | int | float | bool | list)),
    "outputs": _is_record(_is_media),
    "activeJobId": _null_or(_is_text),
    "resultAssetId": _null_or(_is_text),
    "createdAt": _is_number,
    "updatedAt": _is_number,
    "completedAt": _null_or(_is_number),
}


def as_documented(session: dict[str, Any]) -> dict[str, Any]:
    """The fields that the document lists; fails where one is missing or of another type."""
    wrong = [name for name, holds in FIELDS.items() if name not in session]
    wrong += [
        name for name, holds in FIELDS.items() if name in session and not holds(session[name])
    ]
    assert wrong == []
    return {name: session[name] for name in FIELDS}


@dataclass
class EarlierClient:
    """The document's three calls, and the two other ends of its state diagram."""

    calls: Client
    venue: Venue

    def create(self, mode: str = "guest", config_source: str = "published") -> dict[str, Any]:
        """CreateSessionInput."""
        answer = self.calls.call(
            "createSession",
            projectId=self.venue.project,
            eventId=EVENT,
            experienceId=self.venue.main,
            mode=mode,
            configSource=config_source,
        )
        return as_documented(answer["session"])

    def update(self, session_id: str, **progress: Any) -> dict[str, Any]:
        """UpdateSessionProgressInput: `currentStepIndex`, `inputs` and `outputs`, each optional."""
        return as_documented(self._call("updateSessionProgress", session_id, **progress))

    def complete(self, session_id: str) -> dict[str, Any]:
        """CompleteSessionInput."""
        return as_documented(self._call("completeSession", session_id)["session"])

    def abandon(self, session_id: str) -> dict[str, Any]:
        return as_documented(self._call("abandonSession", session_id))

    def fail(self, session_id: str) -> dict[str, Any]:
        problem = {"code": "CAMERA", "message": "No camera"}
        return as_documented(self._call("failSession", session_id, **problem))

    def load(self, session_id: str) -> dict[str, Any]:
        return as_documented(self._call("getSession", session_id)["session"])

    def take_photo(self, session_id: str) -> dict[str, Any]:
        """A MediaReference. Of how a file gets into the storage the document says nothing."""
        session = {"id": session_id, "projectId": self.venue.project}
        [taken] = self.calls.take_photo(session, "photo", a_photo(64))["capturedMedia"]
        return {"url": taken["url"], "type": "image", "width": 64, "height": 64}

    def _call(self, name: str, session_id: str, **data: Any) -> Any:
        ids = {"projectId": self.venue.project, "sessionId": session_id}
        return self.calls.call(name, **ids, **data)


@pytest.fixture(scope="module")
def venue(db: firestore.Client) -> Venue:
    venue = a_venue(db, steps=STEPS, transform=a_transform(output=SMALL))
    a_member(db, venue.workspace, "owner")
    return venue


@pytest.fixture
def client(suite: Suite, venue: Venue) -> Iterator[EarlierClient]:
    host = suite.env["FUNCTIONS_EMULATOR_HOST"]
    calls = Client(host, suite.project, f"guest-{new_id()}")
    calls.call("ensureGuest", projectId=venue.project)
    yield EarlierClient(calls, venue)
    calls.close()


class TestCreating:
    def test_a_new_session_has_the_documented_defaults(self, client: EarlierClient) -> None:
        session = client.create()
        now = session["createdAt"]
        assert session == {
            "id": session["id"],
            "projectId": client.venue.project,
            "eventId": EVENT,
            "experienceId": client.venue.main,
            "mode": "guest",
            "configSource": "published",
            "status": "active",
            "currentStepIndex": 0,
            "inputs": {},
            "outputs": {},
            "activeJobId": None,
            "resultAssetId": None,
            "createdAt": now,
            "updatedAt": now,
            "completedAt": None,
        }
        assert now > 1_700_000_000_000, "Unix milliseconds"

    def test_it_lies_at_the_documented_path(
        self, client: EarlierClient, db: firestore.Client
    ) -> None:
        session = client.create()
        stored = db.document(f"projects/{client.venue.project}/sessions/{session['id']}").get()
        same = FIELDS.keys() - {"inputs", "activeJobId", "resultAssetId"}
        fields = stored.to_dict() or {}
        assert {name: fields[name] for name in same} == {name: session[name] for name in same}

    def test_an_admin_previews_the_draft(
        self, suite: Suite, client: EarlierClient, db: firestore.Client
    ) -> None:
        client.calls.uid = a_member(db, client.venue.workspace, "admin")
        client.calls.call("ensureGuest", projectId=client.venue.project)
        session = client.create("preview", "draft")
        assert (session["mode"], session["configSource"]) == ("preview", "draft")

    def test_modes_and_sources_that_are_not_listed_are_refused(self, client: EarlierClient) -> None:
        error = refused(
            client.calls,
            "createSession",
            projectId=client.venue.project,
            eventId=EVENT,
            experienceId=client.venue.main,
            mode="kiosk",
            configSource="latest",
        )
        assert issue_paths(error) == ["mode", "configSource"]


class TestProgress:
    def test_inputs_of_every_kind_come_back_as_they_were_sent(self, client: EarlierClient) -> None:
        session = client.create()
        inputs = {"name": "Ada", "fun": 4, "adult": False, "drinks": ["red", "white"]}
        updated = client.update(session["id"], inputs=inputs, currentStepIndex=3)
        assert updated["inputs"] == inputs
        assert updated["currentStepIndex"] == 3
        assert client.load(session["id"]) == updated

    def test_each_field_may_be_left_out(self, client: EarlierClient) -> None:
        session = client.create()
        client.update(session["id"], inputs={"name": "Ada"})
        client.update(session["id"], currentStepIndex=1)
        updated = client.update(session["id"])
        assert (updated["inputs"], updated["currentStepIndex"]) == ({"name": "Ada"}, 1)

    def test_the_whole_record_may_be_sent_each_time(self, client: EarlierClient) -> None:
        session = client.create()
        state: dict[str, Any] = {"currentStepIndex": 0, "inputs": {}, "outputs": {}}
        for index, (step, value) in enumerate({"name": "Ada", "fun": 5, "adult": True}.items()):
            state["inputs"][step] = value
            state["currentStepIndex"] = index + 1
            updated = client.update(session["id"], **state)
            assert {name: updated[name] for name in state} == state

    def test_outputs_are_media_references_by_step(self, client: EarlierClient) -> None:
        session = client.create()
        photo = client.take_photo(session["id"])
        updated = client.update(session["id"], outputs={"photo": photo}, currentStepIndex=5)
        assert updated["outputs"] == {"photo": photo}
        assert client.load(session["id"])["outputs"] == {"photo": photo}

    def test_the_size_of_an_output_is_optional(self, client: EarlierClient) -> None:
        session = client.create()
        photo = client.take_photo(session["id"])
        bare = {"url": photo["url"], "type": "image"}
        assert client.update(session["id"], outputs={"photo": bare})["outputs"] == {"photo": bare}
        assert client.load(session["id"])["outputs"] == {"photo": bare}

    @pytest.mark.parametrize(
        ("progress", "path"),
        [
            ({"currentStepIndex": -1}, "currentStepIndex"),
            ({"currentStepIndex": 0.5}, "currentStepIndex"),
            ({"outputs": {"photo": {"url": "https://x", "type": "audio"}}}, "outputs.photo.type"),
            ({"outputs": {"photo": {"type": "image"}}}, "outputs.photo.url"),
        ],
    )
    def test_what_the_document_does_not_allow_is_refused(
        self, client: EarlierClient, progress: dict[str, Any], path: str
    ) -> None:
        session = client.create()
        ids = {"projectId": client.venue.project, "sessionId": session["id"]}
        error = refused(client.calls, "updateSessionProgress", **ids, **progress)
        assert issue_paths(error) == [path]


class TestEnds:
    def test_from_the_first_tap_to_the_result(self, suite: Suite, client: EarlierClient) -> None:
        session = client.create()
        inputs = {"name": "Ada", "fun": 4}
        client.update(session["id"], inputs=inputs, currentStepIndex=4)
        outputs = {"photo": client.take_photo(session["id"])}
        client.update(session["id"], outputs=outputs, currentStepIndex=5)
        completed = client.complete(session["id"])
        assert completed["status"] == "completed"
        assert completed["completedAt"] >= completed["createdAt"]
        assert (completed["inputs"], completed["outputs"]) == (inputs, outputs)

        suite.settle()
        done = client.load(session["id"])
        assert done["activeJobId"] is not None
        assert (done["inputs"], done["outputs"]) == (inputs, outputs)
        asset = {"sessionId": session["id"], "assetId": done["resultAssetId"]}
        signed = client.calls.call("getDownloadUrl", projectId=client.venue.project, **asset)
        assert size_of(requests.get(signed["url"], timeout=60).content) == (256, 256)

    @pytest.mark.parametrize(
        ("end", "status"),
        [
            (EarlierClient.complete, "completed"),
            (EarlierClient.abandon, "abandoned"),
            (EarlierClient.fail, "error"),
        ],
    )
    def test_nothing_leads_out_of_an_end(
        self,
        client: EarlierClient,
        end: Callable[[EarlierClient, str], dict[str, Any]],
        status: str,
    ) -> None:
        session = client.create()
        client.update(session["id"], inputs={"name": "Ada"})
        client.take_photo(session["id"])
        ended = end(client, session["id"])
        assert ended["status"] == status
        assert (ended["completedAt"] is not None) == (status == "completed")
        ids = {"projectId": client.venue.project, "sessionId": session["id"]}
        late = refused(client.calls, "updateSessionProgress", **ids, inputs={"name": "Bob"})
        assert (late.status, late.details["status"]) == ("FAILED_PRECONDITION", status)
        assert client.load(session["id"])["inputs"] == {"name": "Ada"}


class TestStoredSessions:
    def test_fields_of_the_future_survive(
        self, client: EarlierClient, db: firestore.Client
    ) -> None:
        session = client.create()
        stored = db.document(f"projects/{client.venue.project}/sessions/{session['id']}")
        stored.update({"fieldOfTheFuture": {"kept": True}})
        client.update(session["id"], inputs={"name": "Ada"})
        client.abandon(session["id"])
        assert stored.get().get("fieldOfTheFuture") == {"kept": True}

    def test_the_documented_indexes_are_declared_for_each_shard(self) -> None:
        declared = json.loads((ROOT / "firestore.indexes.json").read_text())["indexes"]
        orders = [
            {field["fieldPath"]: field.get("order") for field in index["fields"]}
            for index in declared
            if index["collectionGroup"] == "sessions"
        ]
        of_shard, descending = {"shard": "ASCENDING"}, {"createdAt": "DESCENDING"}
        filters = {"projectId": "ASCENDING", "eventId": "ASCENDING"}
        assert {**of_shard, **filters, **descending} in orders
        assert {**of_shard, "status": "ASCENDING", **descending} in orders

"""firestore.rules allow what matrix.md says, and matrix.md leaves no collection out."""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, CollectionReference, DocumentReference
from pydantic.alias_generators import to_camel

from emulator.demo import client as demo_client
from emulator.demo import seed
from emulator.suite.suite import Suite
from experience import DOMAINS
from experience.ai_generations.models import AiGeneration
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.checkpoints.models import BlobFields, CheckpointFields, Thread, WriteFields
from experience.documents import Document
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.guests.models import Guest
from experience.ids import new_id
from experience.players.models.event import ProgressEvent
from experience.players.models.leaderboard import Board
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.projects.models import Project
from experience.sessions.models.session import Session
from experience.shares.models.share import Share
from experience.transforms.models.job import Job, JobInternals
from experience.workspaces.models import (
    Experience,
    ExperienceVersion,
    Member,
    TokenUsage,
    Workspace,
)
from tests.security_rules import matrix
from tests.security_rules.clients import VISITS, RestClient
from tests.security_rules.conftest import Setting
from tests.security_rules.matrix import Cell
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_step, a_transform

Operation = Callable[[Setting, RestClient, str], bool]

DATA_PAGE = Path(__file__).parents[2] / "docs" / "data.md"

MODELS: dict[str, type[Document]] = {
    "workspaces": Workspace,
    "workspaces/members": Member,
    "workspaces/experiences": Experience,
    "workspaces/tokenUsage": TokenUsage,
    "workspaces/aiGenerations": AiGeneration,
    "workspaces/chatSessions": ChatSession,
    "workspaces/chatSessions/chatMessages": ChatMessage,
    "workspaces/lgThreads": Thread,
    "workspaces/lgThreads/lgCheckpoints": CheckpointFields,
    "workspaces/lgThreads/lgBlobs": BlobFields,
    "workspaces/lgThreads/lgWrites": WriteFields,
    "workspaces/experiences/experienceVersions": ExperienceVersion,
    "events": Event,
    "events/journeys": Journey,
    "experiences": EventExperience,
    "workspaces/boards": Board,
    "players": PlayerProfile,
    "players/experienceProgress": ExperienceProgress,
    "players/experienceProgress/progressEvents": ProgressEvent,
    "shares": Share,
    "projects": Project,
    "projects/guests": Guest,
    "projects/sessions": Session,
    "projects/jobs": Job,
    "projects/jobs/jobInternals": JobInternals,
}


def _collection(path: str) -> str:
    return path.rpartition("/")[0]


def _by_workspace(setting: Setting, who: RestClient, collection: str) -> bool:
    return who.query(_collection(setting.paths[collection]), workspaceId=setting.workspace)


def _own(who: RestClient, path: str, *, everywhere: bool = False) -> bool:
    visits = VISITS if path.endswith("sessions") else {}
    return who.query(path, everywhere=everywhere, createdBy=who.uid, **visits)


def _in_group(setting: Setting, who: RestClient, collection: str) -> bool:
    name = collection.rpartition("/")[2]
    filters: list[dict[str, Any]] = [{}, {"workspaceId": setting.workspace}]
    return _own(who, name, everywhere=True) or any(
        who.query(name, everywhere=True, **each) for each in filters
    )


def _creates(setting: Setting, who: RestClient, collection: str) -> bool:
    if collection == "projects/sessions":
        path, fields = setting.new_session(who.uid)
    else:
        path = f"{_collection(setting.paths[collection])}/new-{new_id()}"
        fields = {**_writable(setting.stored(collection)), "createdBy": who.uid}
    created = who.create(path, **fields)
    if created:
        setting.db.document(path).delete()
    return created


def _updates(setting: Setting, who: RestClient, collection: str) -> bool:
    """Each field that is stored or that the model knows, one at a time, and a new one."""
    names = (
        {to_camel(name) for name in MODELS[collection].model_fields}
        if collection in MODELS
        else set()
    )
    names |= {*setting.stored(collection), "isAdmin"}
    path = setting.paths[collection]
    return any(who.update(path, **{name: 1}) for name in sorted(names))


def _writable(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


OPERATIONS: dict[str, Operation] = {
    "get": lambda setting, who, each: who.get(setting.paths[each]),
    "list": lambda setting, who, each: who.query(_collection(setting.paths[each])),
    "own": lambda setting, who, each: _own(who, _collection(setting.paths[each])),
    "workspace": _by_workspace,
    "group": _in_group,
    "create": _creates,
    "update": _updates,
    "delete": lambda setting, who, each: who.delete(setting.paths[each]),
}


QUERIES = ("own", "workspace", "group")
"""Each asks for many documents at once; with all others they take a minute."""


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(cell, marks=pytest.mark.exhaustive if cell.operation in QUERIES else ())
        for cell in matrix.cells()
    ],
    ids=str,
)
class TestMatrix:
    def test_exactly_those_of_the_cell_are_allowed(self, setting: Setting, cell: Cell) -> None:
        operation = OPERATIONS[cell.operation]
        with ThreadPoolExecutor(len(setting.visitors)) as pool:
            asked = pool.map(
                lambda who: operation(setting, who, cell.collection), setting.visitors.values()
            )
            allowed = [who for who, answer in zip(setting.visitors, asked, strict=True) if answer]
        assert "".join(allowed) == cell.allowed


def _named_by_the_code() -> set[str]:
    """The collections of the documents to which the `*_ref` functions of the stores point."""
    client = Client("demo-names", AnonymousCredentials())
    found = set()
    for domain in DOMAINS:
        try:
            store = importlib.import_module(f"experience.{domain}.store")
        except ModuleNotFoundError:
            continue  # a domain without documents
        for name, function in inspect.getmembers(store, inspect.isfunction):
            parameters = list(inspect.signature(function).parameters)
            if name.endswith("_ref") and parameters[0] == "client":  # others begin at a parent
                others = ["x"] * (len(parameters) - 1)
                reference = function(client, *others)
                is_collection = isinstance(reference, CollectionReference)
                document = reference.document("x") if is_collection else reference
                found.add(_collection_of(document.path))
    return found


def _written_below(*documents: DocumentReference) -> Iterator[str]:
    """The collections of all documents below these."""
    waiting = list(documents)
    while waiting:
        for collection in waiting.pop().collections():
            below = list(collection.list_documents())
            yield from (_collection_of(document.path) for document in below)
            waiting += below


def _collection_of(path: str) -> str:
    """`projects/sessions` for `projects/p1/sessions/s1`."""
    return "/".join(path.split("/")[::2])


def _documented() -> set[str]:
    """The collections of the paths in docs/data.md: `/projects/{p}/jobs/{j}`, `…/jobs/{j}`.

    A path that begins with dots stands for every row that ends as it does.
    """
    found = set()
    for begin, path in re.findall(r"`(…?)/([\w{}/-]+)", DATA_PAGE.read_text()):
        parts = path.split("/")
        if len(parts) % 2 == 0:
            collection = "/".join(parts[::2])
            rows = {row for row in matrix.collections() if f"/{row}".endswith(f"/{collection}")}
            found |= rows if begin and rows else {collection}
    return found


class TestCompleteness:
    def test_every_collection_of_the_documentation_has_a_row(self) -> None:
        documented = _documented()
        assert {"workspaces/members", "projects/sessions", "sweeps"} <= documented
        assert documented <= matrix.collections(), "matrix.md lacks a row"

    def test_every_collection_of_the_code_has_a_row(self) -> None:
        named = _named_by_the_code()
        assert "projects/jobs/jobInternals" in named
        assert named <= matrix.collections(), "matrix.md lacks a row"

    def test_every_collection_of_the_demo_has_a_row(self) -> None:
        seeded = {_collection_of(path) for path, _ in seed.documents(now=0)}
        assert "projects" in seeded
        assert seeded <= matrix.collections(), "matrix.md lacks a row"

    def test_every_collection_of_a_visit_has_a_row(self, suite: Suite) -> None:
        db = Client(suite.project)
        steps = [a_step("photo", "capture")]
        venue = a_venue(db, steps=steps, transform=a_transform())
        _visit(suite, venue)
        project, workspace = f"projects/{venue.project}", f"workspaces/{venue.workspace}"
        written = set(_written_below(db.document(project), db.document(workspace)))
        db.close()
        assert "projects/jobs/jobInternals" in written
        assert written <= matrix.collections(), "matrix.md lacks a row"


def _visit(suite: Suite, venue: Venue) -> None:
    """A guest comes, takes a photo, and gets a picture of it."""
    guest = demo_client.Client(
        suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, f"guest-{new_id()}"
    )
    guest.call("ensureGuest", projectId=venue.project)
    begin = {"experienceId": venue.main, "mode": "guest", "configSource": "published"}
    session = guest.call("createSession", projectId=venue.project, **begin)["session"]
    guest.take_photo(session, "photo", (seed.PHOTOS / "coffee.jpg").read_bytes())
    guest.call("completeSession", projectId=venue.project, sessionId=session["id"])
    guest.close()
    suite.settle()

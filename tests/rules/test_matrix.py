"""firestore.rules allow what matrix.md says, and matrix.md leaves no collection out."""

import importlib
import inspect
from collections.abc import Callable, Iterator

import pytest
from google.cloud.firestore import Client, DocumentReference

from emulator import client as web
from emulator import seed
from emulator.suite import Suite
from experience import DOMAINS
from experience.ids import new_id
from tests.builders.places import Place, a_place
from tests.builders.workspaces import a_step, a_transform
from tests.rules import matrix
from tests.rules.clients import Visitor
from tests.rules.conftest import Setting
from tests.rules.matrix import Cell

Operation = Callable[[Visitor, str], bool]


def _collection(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.split("/")[-2]


OPERATIONS: dict[str, Operation] = {
    "get": lambda who, path: who.get(path),
    "list": lambda who, path: who.query(_collection(path)),
    "own": lambda who, path: who.query(_collection(path), createdBy=who.uid),
    "group": lambda who, path: who.query(_name(path), everywhere=True, createdBy=who.uid),
    "create": lambda who, path: who.create(
        f"{_collection(path)}/{who.uid}", createdBy=str(who.uid)
    ),
    "update": lambda who, path: who.update(path, createdBy=str(who.uid)),
    "delete": lambda who, path: who.delete(path),
}


@pytest.mark.parametrize("cell", matrix.cells(), ids=str)
class TestMatrix:
    def test_exactly_those_of_the_cell_are_allowed(self, setting: Setting, cell: Cell) -> None:
        path, operation = setting.paths[cell.collection], OPERATIONS[cell.operation]
        allowed = [who for who, visitor in setting.visitors.items() if operation(visitor, path)]
        assert "".join(allowed) == cell.allowed


def _named_by_the_code() -> set[str]:
    """The collections of the documents to which the `*_ref` functions of the stores point."""
    client = Client("demo-names")
    found = set()
    for domain in DOMAINS:
        try:
            store = importlib.import_module(f"experience.{domain}.store")
        except ModuleNotFoundError:
            continue  # a domain without documents
        for name, function in inspect.getmembers(store, inspect.isfunction):
            if name.endswith("_ref"):
                others = ["x"] * (len(inspect.signature(function).parameters) - 1)
                found.add(_collection_of(function(client, *others).path))
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


class TestCompleteness:
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
        place = a_place(db, steps=steps, transform=a_transform())
        _visit(suite, place)
        project, workspace = f"projects/{place.project}", f"workspaces/{place.workspace}"
        written = set(_written_below(db.document(project), db.document(workspace)))
        db.close()
        assert "projects/jobs/jobInternals" in written
        assert written <= matrix.collections(), "matrix.md lacks a row"


def _visit(suite: Suite, place: Place) -> None:
    """A guest comes, takes a photo, and gets a picture of it."""
    guest = web.Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, f"guest-{new_id()}")
    guest.call("ensureGuest", projectId=place.project)
    begin = {"experienceId": place.main, "mode": "guest", "configSource": "published"}
    session = guest.call("createSession", projectId=place.project, **begin)["session"]
    guest.take_photo(session, "photo", (seed.PHOTOS / "coffee.jpg").read_bytes())
    guest.call("completeSession", projectId=place.project, sessionId=session["id"])
    guest.close()
    suite.settle()

"""A Firebase project in which every collection has a document, and who comes to see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience.clock import now_ms
from experience.ids import new_id
from tests.security_rules import matrix
from tests.security_rules.clients import RestClient
from tests.security_rules.matrix import ABSENT
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session
from tests.support.builders.workspaces import a_member, a_workspace, an_experience


@dataclass(frozen=True)
class Setting:
    """Visitors by their letters in matrix.md, and G's document of every collection."""

    db: Client
    visitors: dict[str, RestClient]
    paths: dict[str, str]

    def uid(self, letter: str) -> str:
        return str(self.visitors[letter].uid)

    @property
    def project(self) -> str:
        return self.paths["projects"].split("/")[1]

    @property
    def workspace(self) -> str:
        return self.paths["workspaces"].split("/")[1]

    def stored(self, collection: str) -> dict[str, Any]:
        """The fields of G's document in a collection."""
        return self.db.document(self.paths[collection]).get().to_dict() or {}

    def new_session(
        self, uid: str | None, project: str | None = None, **fields: Any
    ) -> tuple[str, dict[str, Any]]:
        """Path and fields of a session as this visitor may write it, but for these `fields`.

        A field that is ABSENT is left out.
        """
        project, session = project or self.project, f"session-{new_id()}"
        words = {"me": str(uid), "id": session, "project": project, "workspace": self.workspace}
        begun = {
            field.name: matrix.value(field.begins_with[0], now=now_ms(), **words)
            for field in matrix.fields()
        }
        written = {
            name: value for name, value in {**begun, **fields}.items() if value is not ABSENT
        }
        return f"projects/{project}/sessions/{session}", written


@pytest.fixture(scope="session")
def setting(suite: Suite) -> Iterator[Setting]:
    firebase_project = f"{suite.project}-rules"
    suite.firestore.load_rules(firebase_project, suite.config.rules)
    db = Client(firebase_project)
    workspace, other_workspace = a_workspace(db), a_workspace(db)
    experience = an_experience(db, workspace)
    project = a_project(db, workspace, [experience])
    uids = {
        "N": None,
        "G": a_guest(db, project),
        "O": a_guest(db, project),
        "V": a_member(db, workspace, "viewer"),
        "T": a_member(db, workspace, "attendant"),
        "E": a_member(db, workspace, "editor"),
        "A": a_member(db, workspace, "admin"),
        "X": a_member(db, other_workspace, "admin"),
    }
    ids = {
        "workspaces": workspace,
        "workspaces/members": uids["V"],
        "workspaces/experiences": experience,
        "events": an_event(db, workspace),
        "experiences": an_event_experience(db, workspace),
        "projects": project,
        "players": uids["G"],
        "projects/guests": uids["G"],
        "projects/sessions": a_session(db, project, str(uids["G"]), experience),
    }
    paths: dict[str, str] = {}
    for collection in sorted(matrix.collections()):  # parents come first
        parent, _, name = collection.rpartition("/")
        above = f"{paths[parent]}/" if parent else ""
        paths[collection] = f"{above}{name}/{ids.get(collection) or 'one'}"
        references = {"createdBy": uids["G"], "workspaceId": workspace}
        db.document(paths[collection]).set(references, merge=True)
    chat = {"userId": uids["V"], "deletedAt": None}
    for collection in ("workspaces/chatSessions", "workspaces/chatSessions/chatMessages"):
        db.document(paths[collection]).set(chat, merge=True)
    host = suite.env["FIRESTORE_EMULATOR_HOST"]
    visitors = {letter: RestClient(host, firebase_project, uid) for letter, uid in uids.items()}
    yield Setting(db, visitors, paths)
    db.close()

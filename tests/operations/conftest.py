"""A database where nothing happens but what a test writes, and a finished visit in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.paths import ROOT
from emulator.suite.suite import Suite
from experience import clients
from experience.ids import new_id
from experience.media.store.objects import result_path
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import session_fields
from tests.support.builders.venues import Venue
from tests.support.builders.workspaces import (
    a_member,
    a_step,
    a_transform,
    a_workspace,
    an_experience,
)

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def quiet_db(suite: Suite) -> Iterator[Client]:
    """A database without triggers."""
    client: Client = clients.Firestore(project=f"demo-quiet-{new_id().lower()}")
    yield client
    client.close()


@pytest.fixture
def command(suite: Suite) -> Command:
    """`python -m operations …`, as a person types it in the suite's environment.

    Keywords change that environment; None takes a variable out of it.
    """

    def run(*arguments: str, **changes: str | None) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, **suite.env, **changes}
        return subprocess.run(
            [sys.executable, "-m", "operations", *arguments],
            cwd=ROOT,
            env={name: value for name, value in env.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@dataclass(frozen=True)
class StoredVisit:
    """A guest's finished visit, `project` being the path of what lies in its project."""

    db: Client
    venue: Venue
    bucket: str

    @property
    def project(self) -> str:
        return f"projects/{self.venue.project}"

    @property
    def photo(self) -> str:
        return f"{self.project}/sessions/main/inputs/photo/asset"

    @property
    def picture(self) -> str:
        return result_path(self.venue.project, "main", "job", 1, "result.png")

    def path(self, short: str) -> str:
        """`guests/guest` lies in the project, `workspaces/…` where it says, "" is the project."""
        filled = short.format(**vars(self.venue))
        inside = f"{self.project}/{filled}".rstrip("/")
        return filled if filled.startswith(("workspaces/", "shares/")) else inside

    def change(self, short: str, **fields: Any) -> None:
        """Change stored fields by hand; the document is made if there is none."""
        self.db.document(self.path(short)).set(fields, merge=True)

    def copy(self, short: str, to: str, **fields: Any) -> None:
        """Another document like this one but for these fields."""
        stored = self.db.document(self.path(short)).get().to_dict() or {}
        self.db.document(self.path(to)).set({**stored, **fields})

    def remove(self, short: str) -> None:
        self.db.document(self.path(short)).delete()


@pytest.fixture
def visit(suite: Suite, quiet_db: Client) -> StoredVisit:
    """Pregate, main and preshare completed, and the picture made; every document by hand."""
    db, workspace = quiet_db, a_workspace(quiet_db)
    a_member(db, workspace, "owner")
    steps = [a_step("name", required=True), a_step("photo", "capture")]
    main = an_experience(db, workspace, steps, a_transform())
    before, after = an_experience(db, workspace), an_experience(db, workspace)
    project = a_project(db, workspace, [main], before, after)
    visit = StoredVisit(db, Venue(workspace, project, main, before, after), suite.bucket)
    a_guest(db, project, "guest", completed={before: "pre", main: "main", after: "post"})
    ended = {"workspaceId": workspace, "status": "completed", "completedAt": 2}
    result = {**_media(visit, visit.picture), "assetId": "job-1"}
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "pre": (before, {"phase": "pregate", "mainSessionId": "main"}),
        "main": (
            main,
            {
                "createdAt": 3,
                "completedAt": 4,
                "pregateSessionId": "pre",
                "answers": [_answer("name")],
                "capturedMedia": [_media(visit, visit.photo)],
                "resultMedia": result,
                "jobId": "job",
                "jobStatus": "completed",
            },
        ),
        "post": (after, {"phase": "preshare", "mainSessionId": "main"}),
    }
    for name, (experience, fields) in kinds.items():
        stored = session_fields(project, "guest", experience, id=name, **{**ended, **fields})
        db.document(visit.path(f"sessions/{name}")).set(stored)
    _job(visit, workspace, main)
    return visit


def _job(visit: StoredVisit, workspace: str, experience: str) -> None:
    output = {
        "assetId": "job-1",
        "url": _media(visit, visit.picture)["url"],
        "path": visit.picture,
        "format": "png",
        "width": 256,
        "height": 256,
        "sizeBytes": 100,
        "processingTimeMs": 10,
    }
    visit.change(
        "jobs/job",
        id="job",
        projectId=visit.venue.project,
        sessionId="main",
        experienceId=experience,
        workspaceId=workspace,
        status="completed",
        attemptCount=1,
        createdBy="guest",
        output=output,
        error=None,
        createdAt=5,
        updatedAt=6,
        completedAt=6,
    )
    capture = {"stepId": "photo", "assetId": "asset", "path": visit.photo}
    snapshot = {"capture": capture, "transform": a_transform(), "experienceVersion": 1}
    visit.change("jobs/job/jobInternals/state", snapshot=snapshot)


def _media(visit: StoredVisit, path: str) -> dict[str, Any]:
    name = path.replace("/", "%2F")
    url = f"http://localhost/v0/b/{visit.bucket}/o/{name}?alt=media&token=t"
    return {"stepId": "photo", "assetId": "asset", "url": url, "createdAt": 1}


def _answer(step: str) -> dict[str, Any]:
    return {"stepId": step, "stepType": "short_text", "value": "Anna", "answeredAt": 1}

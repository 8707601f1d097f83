"""A workspace with a project that guests can visit: the setting of most tests, in one call."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client

from tests.support.builders.projects import a_project
from tests.support.builders.workspaces import a_workspace, an_experience


@dataclass(frozen=True)
class Venue:
    """The ids of a project and of what it plays; `pregate` and `preshare` are "" where none is."""

    workspace: str
    project: str
    main: str
    pregate: str = ""
    preshare: str = ""


def a_venue(
    db: Client,
    *,
    steps: list[dict[str, Any]] | None = None,
    transform: dict[str, Any] | None = None,
    pregate: bool = False,
    preshare: bool = False,
    **project: Any,
) -> Venue:
    """A live project with one main experience of these steps, and what else is asked for.

    `project` goes to `a_project`: `consent`, `status`, `draft`, `dailyTransformLimit`.
    """
    batch = db.batch()
    workspace = a_workspace(db, batch=batch)
    main = an_experience(db, workspace, steps, transform, batch=batch)
    before = an_experience(db, workspace, batch=batch) if pregate else None
    after = an_experience(db, workspace, batch=batch) if preshare else None
    made = a_project(db, workspace, [main], before, after, batch=batch, **project)
    batch.commit()
    return Venue(workspace, made, main, before or "", after or "")

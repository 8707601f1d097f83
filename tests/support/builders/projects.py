"""Projects, as they are stored."""

from collections.abc import Collection, Sequence
from typing import Any

from google.cloud.firestore import Client, WriteBatch

from experience.clock import now_ms
from experience.ids import new_id
from tests.support.builders.workspaces import write

CONSENT: dict[str, Any] = {
    "version": "2026-1",
    "text": "We keep your picture for 30 days.",
    "minimumAge": 16,
}


def a_config(
    main: Sequence[str] = (),
    pregate: str | None = None,
    preshare: str | None = None,
    *,
    disabled: Collection[str] = (),
    **fields: Any,
) -> dict[str, Any]:
    """A project's config of these experiences, all enabled but the `disabled` ones."""

    def reference(experience: str | None) -> dict[str, Any] | None:
        if experience is None:
            return None
        return {"experienceId": experience, "enabled": experience not in disabled}

    experiences = {
        "main": [reference(each) for each in main],
        "pregate": reference(pregate),
        "preshare": reference(preshare),
    }
    return {"experiences": experiences, "theme": None, "consent": None, **fields}


def a_project(
    db: Client,
    workspace: str,
    main: Sequence[str] = (),
    pregate: str | None = None,
    preshare: str | None = None,
    *,
    disabled: Collection[str] = (),
    status: str = "live",
    published: bool = True,
    draft: dict[str, Any] | None = None,
    batch: WriteBatch | None = None,
    **config: Any,
) -> str:
    """The id of a new live project, whose draft is what is published unless `draft` says else.

    `config` are further fields of the config: `consent`, `theme`, `dailyTransformLimit`.
    """
    project, now = f"project-{new_id()}", now_ms()
    made = a_config(main, pregate, preshare, disabled=disabled, **config)
    stored = {
        "id": project,
        "workspaceId": workspace,
        "name": "Summer night",
        "status": status,
        "draftConfig": draft or made,
        "publishedConfig": made if published else None,
        "createdAt": now,
        "updatedAt": now,
    }
    write(db, batch, {db.document("projects", project): stored})
    return project


def stored_project(db: Client, project: str) -> dict[str, Any]:
    """The project's fields as they lie in the database."""
    fields: dict[str, Any] | None = db.document("projects", project).get().to_dict()
    assert fields is not None
    return fields

"""Workspaces, their members and their experiences, as they are stored."""

from typing import Any

from google.cloud.firestore import Client, WriteBatch

from experience.clock import now_ms
from experience.ids import new_id
from tests.support.builders.steps import REQUIRED_CONFIG


def a_workspace(
    db: Client, workspace: str | None = None, *, batch: WriteBatch | None = None
) -> str:
    """The id of a new workspace without members."""
    workspace, now = workspace or f"workspace-{new_id()}", now_ms()
    fields = {"id": workspace, "name": "Agency", "status": "active"}
    stored = {**fields, "createdAt": now, "updatedAt": now}
    write(db, batch, {db.document("workspaces", workspace): stored})
    return workspace


def write(db: Client, batch: WriteBatch | None, documents: dict[Any, dict[str, Any]]) -> None:
    """Set documents with a batch that somebody else commits, or else now, all in one request."""
    mine = db.batch() if batch is None else batch  # an empty one is false
    for reference, fields in documents.items():
        mine.set(reference, fields)
    if batch is None:
        mine.commit()


def a_member(db: Client, workspace: str, role: str) -> str:
    """The uid of a new member: viewer, editor, admin or owner."""
    uid = f"{role}-{new_id()}"
    db.document("workspaces", workspace, "members", uid).set(
        {"uid": uid, "role": role, "createdAt": now_ms()}
    )
    return uid


def a_step(step_id: str, type_: str = "short_text", **config: Any) -> dict[str, Any]:
    """A stored step, with as little config as its type needs."""
    return {"id": step_id, "type": type_, "config": REQUIRED_CONFIG.get(type_, {}) | config}


def a_transform(**fields: Any) -> dict[str, Any]:
    """An enabled transform with a prompt that nobody but its author may see."""
    return {"enabled": True, "prompt": "SECRET PROMPT about @{step:name}", **fields}


def an_experience(
    db: Client,
    workspace: str,
    steps: list[dict[str, Any]] | None = None,
    transform: dict[str, Any] | None = None,
    *,
    published: bool = True,
    experience: str | None = None,
    batch: WriteBatch | None = None,
    **fields: Any,
) -> str:
    """The id of a new experience with one optional question, published as version 1.

    `fields` overrides what is stored: `name`, `status`, `draftVersion` and so on.
    """
    experience, now = experience or f"experience-{new_id()}", now_ms()
    config = {"steps": [a_step("name")] if steps is None else steps, "transform": transform}
    stored = {
        "id": experience,
        "workspaceId": workspace,
        "name": "Booth",
        "status": "active",
        "draft": config,
        "published": None,
        "draftVersion": 1,
        "publishedVersion": None,
        "publishedAt": None,
        "createdAt": now,
        "updatedAt": now,
        **fields,
    }
    reference = _experience_ref(db, workspace, experience)
    documents = {reference: stored}
    if published:
        config = stored["draft"]
        stored |= {"published": config, "publishedVersion": 1, "publishedAt": now}
        version = {"version": 1, "publishedAt": now, **config}
        documents[reference.collection("experienceVersions").document("1")] = version
    write(db, batch, documents)
    return experience


def publish(db: Client, workspace: str, experience: str, version: int) -> None:
    """Make the draft the published version of this number."""
    reference, now = _experience_ref(db, workspace, experience), now_ms()
    config = reference.get().to_dict()["draft"]
    reference.collection("experienceVersions").document(str(version)).set(
        {"version": version, "publishedAt": now, **config}
    )
    reference.update({"published": config, "publishedVersion": version, "publishedAt": now})


def edit(db: Client, workspace: str, experience: str, **fields: Any) -> None:
    """Change stored fields of an experience: `draft={"steps": […]}`, `status="deleted"`."""
    _experience_ref(db, workspace, experience).update(fields)


def stored_experience(db: Client, workspace: str, experience: str) -> dict[str, Any]:
    """The experience's fields as they lie in the database."""
    fields: dict[str, Any] | None = _experience_ref(db, workspace, experience).get().to_dict()
    assert fields is not None
    return fields


def versions_of(db: Client, workspace: str, experience: str) -> dict[str, dict[str, Any]]:
    """The published versions by their numbers, as they lie in the database."""
    versions = _experience_ref(db, workspace, experience).collection("experienceVersions")
    return {version.id: version.to_dict() for version in versions.stream()}


def _experience_ref(db: Client, workspace: str, experience: str) -> Any:
    return db.document("workspaces", workspace, "experiences", experience)

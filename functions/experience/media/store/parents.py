"""What the objects of guests belong to: a project (`projects/{p}`) or an event (`events/{e}`)."""

from collections.abc import Collection, Iterator
from typing import Any

from google.cloud.firestore import Client, FieldFilter

from experience import transactions
from experience.events.models.event import Event
from experience.projects.models import Project
from experience.store import parse_or_log
from experience.workspaces.store import find_deleted


def folders(parent: str) -> tuple[str, ...]:
    """The prefixes of a parent's objects, in the order of their names."""
    kind, _, parent_id = parent.partition("/")
    if kind == "events":
        return f"captures/{parent_id}/", f"results/{parent_id}/"
    return (f"{parent}/",)


def find_open(client: Client, parents: Collection[str]) -> dict[str, bool]:
    """Whether each parent is open at this moment: neither it nor its workspace closed.

    One that is not there is closed. One that cannot be read is logged and left out. Two requests,
    with a read for each parent, and one for each workspace of those that are not closed.
    """
    if not parents:
        return {}
    open_until_now: dict[str, str] = {}
    known = {}
    for snapshot in transactions.read(client, [client.document(each) for each in parents]):
        path = snapshot.reference.path
        model: type[Project] | type[Event] = Event if path.startswith("events/") else Project
        parent = parse_or_log(snapshot, model)
        if parent or not snapshot.exists:
            known[path] = False
        if parent and not parent.is_closed:
            open_until_now[path] = parent.workspace_id
    deleted = find_deleted(client, set(open_until_now.values()))
    return known | {each: workspace not in deleted for each, workspace in open_until_now.items()}


def query_parents(client: Client, workspace_id: str) -> Iterator[Any]:
    """Queries: the projects of a workspace, and its events, without their fields."""
    of_workspace = FieldFilter("workspaceId", "==", workspace_id)
    for kind in ("projects", "events"):
        yield client.collection(kind).where(filter=of_workspace).order_by("__name__").select([])

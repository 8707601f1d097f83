"""Changing a workspace itself: its name, its limit, and whether it is deleted."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import VersionConflict
from experience.store import get
from experience.workspaces import store
from experience.workspaces.models import Role, SaveWorkspace, Workspace, require_sufficient


def save_workspace(uid: str, request: SaveWorkspace) -> Workspace:
    """Change a workspace; its owners. Two reads, one write; none where nothing changes.

    The one call that a deleted workspace takes, so that it can be restored. A repeat of a call
    that succeeded returns what the first did. Raises VersionConflict with the current version when
    somebody else was first.
    """
    client = clients.firestore()
    reference = store.workspace_ref(client, request.workspace_id)

    def body(transaction: Transaction) -> Workspace:
        current = get(client, reference, Workspace, transaction, what="workspace")
        role = store.find_owner_role(client, current, uid, transaction)
        require_sufficient(role, Role.OWNER, "workspace")
        changed = current.model_copy(update=_changes(request))
        if changed.dump() == current.dump():
            return current
        if request.expected_version != current.version:
            raise VersionConflict(current.version)
        changed = changed.model_copy(
            update={"version": current.version + 1, "updated_at": clock.now_ms()}
        )
        transaction.update(reference, current.difference(changed))
        return changed

    return transactions.run_optimistic(client, body)


def _changes(request: SaveWorkspace) -> dict[str, Any]:
    """What was given, but that null stands for no change of the name and the status."""
    given = {name: getattr(request, name) for name in ("name", "status")}
    changes = {name: value for name, value in given.items() if value is not None}
    if "daily_token_limit" in request.model_fields_set:
        changes["daily_token_limit"] = request.daily_token_limit
    return changes

"""Who may do what in a workspace, decided from the stored membership alone."""

from google.cloud.firestore import Client, Transaction

from experience.workspaces import store
from experience.workspaces.models import Role, require_sufficient


def require_role(
    client: Client,
    workspace_id: str,
    uid: str,
    role: Role,
    *,
    what: str,
    transaction: Transaction | None = None,
) -> Role:
    """The caller's role, if it includes `role`. One read.

    Raises NotFound for non-members, so that they cannot probe for `what`, and PermissionDenied for
    a member whose role is too low.
    """
    held = store.find_role(client, workspace_id, uid, transaction)
    return require_sufficient(held, role, what)


def require_editor(client: Client, workspace_id: str, uid: str, transaction: Transaction) -> None:
    """Raise NotFound or PermissionDenied unless the caller is an editor. One read."""
    require_role(client, workspace_id, uid, Role.EDITOR, what="workspace", transaction=transaction)

"""The first workspace and its owner, which no callable can make: nobody has a role yet."""

from google.cloud.firestore import Client, Transaction

from experience import clock, transactions
from experience.ids import is_document_id
from experience.workspaces.models import Member, Role, Workspace
from experience.workspaces.store import member_ref, workspace_ref


class BootstrapError(Exception):
    """It was not done, and the message says why."""


def bootstrap(client: Client, workspace_id: str, name: str, owner: str) -> bool:
    """Make a workspace with its owner; True if it was made now, False if it stood like this before.

    Raises BootstrapError for ids that documents cannot have, and for a workspace that has members
    already but not this owner: from then on its owners decide, by `setMember`.
    """
    for what, value in (("workspace", workspace_id), ("owner", owner)):
        if not is_document_id(value):
            raise BootstrapError(
                f"The {what} must be 1 to 128 letters, digits, '_' or '-', not {value!r}."
            )
    if not 1 <= len(name.strip()) <= 100:
        raise BootstrapError("The name must have 1 to 100 characters.")
    reference = workspace_ref(client, workspace_id)

    def body(transaction: Transaction) -> bool:
        member_reference = member_ref(client, workspace_id, owner)
        snapshots = transactions.read(client, [reference, member_reference], transaction)
        workspace, member = (transactions.fields(snapshot) for snapshot in snapshots)
        if workspace:
            if member and Member.load(member).role is Role.OWNER:
                return False
            raise BootstrapError(
                f"The workspace {workspace_id} exists, and {owner} is not its owner. "
                "One of its owners can add people with setMember; where nobody can sign in as one, "
                "delete the workspace with its members in the console and begin again."
            )
        now = clock.now_ms()
        made = Workspace(id=workspace_id, name=name.strip(), created_at=now, updated_at=now)
        transaction.create(reference, made.dump())
        first = Member(uid=owner, role=Role.OWNER, created_at=now)
        transaction.set(member_reference, first.dump())
        return True

    return transactions.run(client, body)

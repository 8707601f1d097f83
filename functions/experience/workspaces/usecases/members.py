"""Giving, changing and taking roles."""

from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import FailedPrecondition, PermissionDenied
from experience.store import parse
from experience.workspaces import store
from experience.workspaces.models import Member, Membership, Role, SetMember
from experience.workspaces.usecases.access import require_role


def set_member(uid: str, request: SetMember) -> Membership:
    """Give, change or take a role. Admins manage up to admins; owners manage everyone.

    A workspace keeps an owner: FailedPrecondition `last_owner`.
    """
    client = clients.firestore()
    # No query runs inside a transaction. The owners are found here and read again by id in it.
    owners = store.find_owners(client, request.workspace_id)
    reference = store.member_ref(client, request.workspace_id, request.uid)

    def body(transaction: Transaction) -> Membership:
        held = require_role(
            client, request.workspace_id, uid, Role.ADMIN, what="workspace",
            transaction=transaction,
        )  # fmt: skip
        wanted = [store.member_ref(client, request.workspace_id, each) for each in owners]
        snapshots = transactions.read(client, dict.fromkeys([reference, *wanted]), transaction)
        members = {each.id: member for each in snapshots if (member := parse(each, Member))}
        current = members.get(request.uid)
        touches_owner = Role.OWNER in (request.role, current.role if current else None)
        if touches_owner and held is not Role.OWNER:
            raise PermissionDenied(
                "role_required", "Only owners manage owners.", required=Role.OWNER, role=held
            )
        others = [m for m in members.values() if m.role is Role.OWNER and m.uid != request.uid]
        if current and current.role is Role.OWNER and request.role is not Role.OWNER and not others:
            raise FailedPrecondition("last_owner", "A workspace needs an owner.", uid=request.uid)
        return _write_member(transaction, reference, request, current)

    return transactions.run(client, body)


def _write_member(
    transaction: Transaction, reference: Any, request: SetMember, current: Member | None
) -> Membership:
    if request.role is None:
        if current:
            transaction.delete(reference)
    elif current is None:
        member = Member(uid=request.uid, role=request.role, created_at=clock.now_ms())
        transaction.create(reference, member.dump())
    elif current.role is not request.role:
        transaction.update(reference, {"role": request.role.value})
    return Membership(uid=request.uid, role=request.role)

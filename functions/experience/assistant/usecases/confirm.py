"""Carrying out what a user has confirmed."""

from collections.abc import Callable

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.assistant import store
from experience.assistant.models import proposals
from experience.assistant.models.chat import ChatMessage, Proposal, ProposalStatus
from experience.assistant.models.requests import ConfirmProposal
from experience.assistant.models.views import ChatMessageView
from experience.assistant.usecases.tools.changing import Confirmed
from experience.assistant.usecases.tools.registry import ChatTool, find_tool
from experience.errors import Contention, PermissionDenied, Refusal, ResourceExhausted
from experience.ids import derived_id
from experience.store import require
from experience.workspaces.models import Role, require_sufficient
from experience.workspaces.usecases.access import require_role

_PASSING = (Contention, PermissionDenied, ResourceExhausted)
"""Refusals after which the same call may succeed; the others end a proposal as failed."""


def confirm_proposal(uid: str, request: ConfirmProposal) -> ChatMessageView:
    """Carry out what one of the caller's messages proposes; the role that its tool needs.

    Four reads and two writes beside those of the tool, and three reads for what is done already.
    The tool's effect is keyed by the message: called again, also at the same moment or after a
    crash, it is carried out once and returns the same. NotFound, PermissionDenied,
    FailedPrecondition `proposal_expired`, and what the tool's use case raises; once that refused,
    `proposal_failed`.
    """
    message, tool = _begin(uid, request)
    proposal = proposals.require_proposal(message)
    if proposal.status is not ProposalStatus.OPEN:
        return ChatMessageView.of(message)
    assert tool.runs is not None
    key = derived_id("proposal", request.workspace_id, message.chat_session_id, message.id)
    try:
        result = tool.runs(uid, Confirmed(request.workspace_id, proposal.arguments, key))
    except _PASSING:
        raise
    except Refusal as refused:
        message = _end(uid, request, ProposalStatus.FAILED, refused.message)
        if proposals.require_proposal(message).status is ProposalStatus.FAILED:
            raise
        return ChatMessageView.of(message)  # another call of the same had succeeded
    return ChatMessageView.of(_end(uid, request, ProposalStatus.CONFIRMED, result))


def _begin(uid: str, request: ConfirmProposal) -> tuple[ChatMessage, ChatTool]:
    """Record that the user has confirmed it. Three reads, one write; none for a repeat."""

    def change(proposal: Proposal, held: Role, now: int) -> Proposal:
        tool = require(find_tool(proposal.tool), what="proposal")
        if proposal.status is ProposalStatus.CONFIRMED:
            return proposal
        require_sufficient(held, tool.role, "workspace")
        return proposals.begun(proposal, now)

    message = _changed(uid, request, change)
    return message, require(find_tool(proposals.require_proposal(message).tool), what="proposal")


def _end(uid: str, request: ConfirmProposal, status: ProposalStatus, result: str) -> ChatMessage:
    """Record what came of it, unless another call was first. Three reads, one write."""
    return _changed(uid, request, lambda proposal, *_: proposals.ended(proposal, status, result))


def _changed(
    uid: str, request: ConfirmProposal, change: Callable[[Proposal, Role, int], Proposal]
) -> ChatMessage:
    client = clients.firestore()
    workspace, session = request.workspace_id, request.chat_session_id
    reference = store.message_ref(client, workspace, session, request.message_id)

    def body(transaction: Transaction) -> ChatMessage:
        held = require_role(
            client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction
        )
        _, message = store.get_own_message(
            client, workspace, session, request.message_id, uid, transaction
        )
        proposal, now = proposals.require_proposal(message), clock.now_ms()
        changed = change(proposal, held, now)
        if changed == proposal:
            return message
        after = proposals.with_proposal(message, changed, now)
        transaction.update(reference, message.difference(after))
        return after

    return transactions.run_optimistic(client, body)

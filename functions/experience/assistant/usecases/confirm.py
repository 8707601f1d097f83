"""Carrying out what a user has confirmed."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.assistant import store
from experience.assistant.models import proposals
from experience.assistant.models.chat import ChatMessage, ProposalStatus
from experience.assistant.models.requests import ConfirmProposal
from experience.assistant.models.views import ChatMessageView
from experience.assistant.usecases.tools.changing import Confirmed
from experience.assistant.usecases.tools.registry import ChatTool, find_tool
from experience.errors import Contention, PermissionDenied, Refusal, ResourceExhausted
from experience.ids import derived_id
from experience.store import get, require
from experience.workspaces.models import Role, require_sufficient
from experience.workspaces.usecases.access import require_role

_PASSING = (Contention, PermissionDenied, ResourceExhausted)
"""Refusals after which the same call may succeed; the others end a proposal as failed."""


def confirm_proposal(uid: str, request: ConfirmProposal) -> ChatMessageView:
    """Carry out what one of the caller's messages proposes; the role that its tool needs.

    Four reads and two writes beside those of the tool, three reads for what is done already.
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
        message = _end(message, ProposalStatus.FAILED, refused.message)
        if proposals.require_proposal(message).status is ProposalStatus.FAILED:
            raise
        return ChatMessageView.of(message)  # another call of the same had succeeded
    return ChatMessageView.of(_end(message, ProposalStatus.CONFIRMED, result))


def _begin(uid: str, request: ConfirmProposal) -> tuple[ChatMessage, ChatTool]:
    """Record that the user has confirmed it. Three reads, one write; none for a repeat."""
    client = clients.firestore()
    workspace, session = request.workspace_id, request.chat_session_id
    reference = store.message_ref(client, workspace, session, request.message_id)

    def body(transaction: Transaction) -> tuple[ChatMessage, ChatTool]:
        held = require_role(
            client, workspace, uid, Role.VIEWER, what="workspace", transaction=transaction
        )
        _, message = store.get_own_message(
            client, workspace, session, request.message_id, uid, transaction
        )
        proposal, now = proposals.require_proposal(message), clock.now_ms()
        tool = require(find_tool(proposal.tool), what="proposal")
        if proposal.status is ProposalStatus.CONFIRMED:
            return message, tool
        require_sufficient(held, tool.role, "workspace")
        begun = proposals.begun(proposal, now)
        if begun == proposal:
            return message, tool
        after = proposals.with_proposal(message, begun, now)
        transaction.update(reference, message.difference(after))
        return after, tool

    return transactions.run_optimistic(client, body)


def _end(message: ChatMessage, status: ProposalStatus, result: str) -> ChatMessage:
    """Record what came of it, unless another call was first. One read, one write."""
    client = clients.firestore()
    reference = store.message_ref(client, message.tenant_id, message.chat_session_id, message.id)

    def body(transaction: Transaction) -> ChatMessage:
        current = get(client, reference, ChatMessage, transaction, what="chat message")
        proposal = proposals.require_proposal(current)
        ended = proposals.ended(proposal, status, result)
        if ended == proposal:
            return current
        after = proposals.with_proposal(current, ended, clock.now_ms())
        transaction.update(reference, current.difference(after))
        return after

    return transactions.run_optimistic(client, body)

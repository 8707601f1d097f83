"""What becomes of a proposal: it is confirmed once, in its time, and has one result. Pure."""

from experience.assistant.models.chat import ChatMessage, Proposal, ProposalStatus
from experience.errors import FailedPrecondition, NotFound

MAX_RESULT_CHARACTERS = 1000


def require_proposal(message: ChatMessage) -> Proposal:
    """The proposal of a message. NotFound."""
    if message.proposal is None:
        raise NotFound("proposal")
    return message.proposal


def begun(proposal: Proposal, now: int) -> Proposal:
    """The proposal once its user has confirmed it, unchanged if they had before.

    From then on it is carried out, however long that takes. Raises FailedPrecondition
    `proposal_expired`, and `proposal_failed` where it was refused already.
    """
    if proposal.status is ProposalStatus.FAILED:
        raise FailedPrecondition("proposal_failed", proposal.result or "It was refused.")
    if proposal.confirmed_at is not None:
        return proposal
    if now > proposal.expires_at:
        raise FailedPrecondition(
            "proposal_expired",
            "This proposal is too old. Ask for it again.",
            expiresAt=proposal.expires_at,
        )
    return proposal.model_copy(update={"confirmed_at": now})


def ended(proposal: Proposal, status: ProposalStatus, result: str) -> Proposal:
    """The proposal with what came of it. Unchanged if that is known already."""
    if proposal.status is not ProposalStatus.OPEN:
        return proposal
    return proposal.model_copy(update={"status": status, "result": result[:MAX_RESULT_CHARACTERS]})


def with_proposal(message: ChatMessage, proposal: Proposal, now: int) -> ChatMessage:
    """The message with its proposal as it is now."""
    at = max(now, message.updated_at)
    return message.model_copy(update={"proposal": proposal, "updated_at": at})

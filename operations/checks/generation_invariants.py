"""What is true of AI generations and of the tokens that they use."""

from collections.abc import Iterator

from experience.ai_generations.models import GenerationStatus
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def every_ai_generation_has_ended(data: Data) -> Found:
    """A generation has ended with an output or an error, and only an output is accepted."""
    for path, each in data.ai_generations.items():
        if path != f"workspaces/{each.tenant_id}/aiGenerations/{each.id}":
            yield path, f"has the id {each.id} of {each.tenant_id}"
        if each.status is GenerationStatus.PENDING:
            yield path, "is still pending"
            continue
        is_completed = each.status is GenerationStatus.COMPLETED
        if (each.output is not None, each.error is not None) != (is_completed, not is_completed):
            yield path, f"is {each.status}, with another output and error"
        if each.accepted and (not is_completed or each.rejected_at is not None):
            yield path, "is accepted without an output, or though it is rejected"
        if each.reservation is not None:
            yield path, "holds tokens, and has ended"


def an_ai_generation_s_campaign_is_there(data: Data) -> Found:
    """A generation names a campaign of its workspace that is not deleted, or none."""
    for path, each in data.ai_generations.items():
        if each.campaign_id is None:
            continue
        campaign = data.campaigns.get(f"workspaces/{each.tenant_id}/campaigns/{each.campaign_id}")
        if campaign is None or campaign.deleted:
            yield path, f"names the campaign {each.campaign_id}, which is deleted"


def tokens_are_counted(data: Data) -> Found:
    """A day counts at least the tokens that were used; more where a worker died."""
    for path, each in data.token_usage.items():
        if path.rpartition("/")[2] != each.day:
            yield path, f"is of the day {each.day}"
        if each.tokens < each.input_tokens + each.output_tokens:
            yield path, f"counts {each.tokens} tokens, fewer than were used"


GENERATION_INVARIANTS = (
    every_ai_generation_has_ended,
    an_ai_generation_s_campaign_is_there,
    tokens_are_counted,
)

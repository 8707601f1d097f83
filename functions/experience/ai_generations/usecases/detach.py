"""Letting go of a campaign that was deleted."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, sweeps, transactions
from experience.ai_generations import store
from experience.ai_generations.models import AiGeneration
from experience.campaigns.models.campaign import Campaign
from experience.store import find


def detach_generations(campaign: Campaign) -> int:
    """Set `campaignId` to null in the generations of a deleted campaign; how many there were.

    Two reads and one write for each. None of a campaign that is not deleted; those that were
    created after it was deleted stay, because it was undeleted meanwhile. Safe to repeat.
    """
    if campaign.deleted_at is None:
        return 0
    client = clients.firestore()
    query = store.query_of_campaign(client, campaign.tenant_id, campaign.id, campaign.deleted_at)
    found = [each.reference for page in sweeps.query_pages(query) for each in page]
    return sum(_detach(client, each, campaign.id) for each in found)


def _detach(client: Client, reference: DocumentReference, campaign_id: str) -> bool:
    """Whether it still had this campaign: a plan may have been accepted for another one since."""

    def body(transaction: Transaction) -> bool:
        generation = find(client, reference, AiGeneration, transaction)
        if generation is None or generation.campaign_id != campaign_id:
            return False
        now = max(clock.now_ms(), generation.updated_at)
        transaction.update(reference, {"campaignId": None, "updatedAt": now})
        return True

    return transactions.run_optimistic(client, body)

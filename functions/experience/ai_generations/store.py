"""Where generations of language models live."""

from typing import Any

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Transaction,
)

from experience.ai_generations.models import AiGeneration, GenerationStatus
from experience.store import get


def generation_ref(client: Client, workspace_id: str, generation_id: str) -> DocumentReference:
    """`/workspaces/{w}/aiGenerations/{g}`"""
    return client.document("workspaces", workspace_id, "aiGenerations", generation_id)


def generations_ref(client: Client, workspace_id: str) -> CollectionReference:
    """`/workspaces/{w}/aiGenerations`"""
    return client.collection("workspaces", workspace_id, "aiGenerations")


def get_generation(
    client: Client,
    workspace_id: str,
    generation_id: str,
    transaction: Transaction | None = None,
) -> AiGeneration:
    """A generation. One read. NotFound."""
    reference = generation_ref(client, workspace_id, generation_id)
    return get(client, reference, AiGeneration, transaction, what="ai generation")


def query_pending(client: Client, until: int) -> Any:
    """Query: the generations that are pending since then (Unix ms), the oldest first."""
    return (
        client.collection_group("aiGenerations")
        .where(filter=FieldFilter("status", "==", GenerationStatus.PENDING.value))
        .where(filter=FieldFilter("createdAt", "<=", until))
        .order_by("createdAt")
    )


def query_of_campaign(client: Client, workspace_id: str, campaign_id: str, until: int) -> Any:
    """Query: the generations for a campaign that were created by then (Unix ms)."""
    return (
        generations_ref(client, workspace_id)
        .where(filter=FieldFilter("campaignId", "==", campaign_id))
        .where(filter=FieldFilter("createdAt", "<=", until))
        .order_by("createdAt")
    )


def query_deleted_campaigns(client: Client, since: int) -> Any:
    """Query: the campaigns that were deleted since then (Unix ms)."""
    return (
        client.collection_group("campaigns")
        .where(filter=FieldFilter("deletedAt", ">=", since))
        .order_by("deletedAt")
    )

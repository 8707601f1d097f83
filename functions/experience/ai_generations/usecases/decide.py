"""Accepting and rejecting what was generated."""

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, transactions
from experience.ai_generations import store
from experience.ai_generations.models import (
    AcceptAiGeneration,
    AiGeneration,
    AiGenerationView,
    GenerationType,
    RejectAiGeneration,
    config_part,
    plan_name,
    require_acceptable,
)
from experience.campaigns.models import life_cycle
from experience.campaigns.models.campaign import TEMPLATES, Campaign
from experience.campaigns.models.config import CampaignConfig
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.store import campaign_ref, get_campaign
from experience.campaigns.usecases.publication import require_complete, write_campaign
from experience.campaigns.usecases.update import NEEDS_ALL, merged
from experience.errors import FailedPrecondition, VersionConflict
from experience.ids import derived_id
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def accept_ai_generation(uid: str, request: AcceptAiGeneration) -> AiGenerationView:
    """Apply an output to its campaign; editors. Three reads, two writes; a plan without, one less.

    Copy and theme raise the campaign's version by one, also where they change nothing. A plan
    without a campaign creates one, whose id derives from the generation's. What was accepted stays
    as it is, so that a repeat returns the same, whichever version is expected. On a live campaign
    it also costs and refuses as `updateCampaign`. Raises VersionConflict, and FailedPrecondition
    `generation_status` and `generation_has_no_campaign`, also where a version is expected of none.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> AiGeneration:
        generation = _read(client, uid, request, transaction)
        if generation.accepted:
            return generation
        require_acceptable(generation)
        now = clock.now_ms()
        if generation.campaign_id:
            campaign = _updated(client, transaction, generation, request.expected_version, now)
        else:
            _require_creatable(generation, request.expected_version)
            campaign = _created(client, transaction, generation, uid, now)
        changed = generation.model_copy(
            update={
                "accepted": True,
                "accepted_at": now,
                "rejected_at": None,
                "campaign_id": campaign.id,
                "updated_at": now,
            }
        )
        return _write(client, transaction, generation, changed)

    return AiGenerationView.of(transactions.run_optimistic(client, body))


def reject_ai_generation(uid: str, request: RejectAiGeneration) -> AiGenerationView:
    """Say no to an output, until it is accepted after all; editors. Two reads, one write.

    Raises FailedPrecondition `generation_status` and `generation_accepted`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> AiGeneration:
        generation = _read(client, uid, request, transaction)
        require_acceptable(generation)
        if generation.accepted:
            raise FailedPrecondition("generation_accepted", "This is accepted already.")
        if generation.rejected_at is not None:
            return generation
        now = clock.now_ms()
        changed = generation.model_copy(update={"rejected_at": now, "updated_at": now})
        return _write(client, transaction, generation, changed)

    return AiGenerationView.of(transactions.run_optimistic(client, body))


def _read(
    client: Client,
    uid: str,
    request: AcceptAiGeneration | RejectAiGeneration,
    transaction: Transaction,
) -> AiGeneration:
    workspace = request.workspace_id
    require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
    return store.get_generation(client, workspace, request.generation_id, transaction)


def _write(
    client: Client, transaction: Transaction, generation: AiGeneration, changed: AiGeneration
) -> AiGeneration:
    reference = store.generation_ref(client, generation.tenant_id, generation.id)
    transaction.update(reference, generation.difference(changed))
    return changed


def _updated(
    client: Client,
    transaction: Transaction,
    generation: AiGeneration,
    expected_version: int | None,
    now: int,
) -> Campaign:
    campaign_id = str(generation.campaign_id)
    campaign = get_campaign(client, generation.tenant_id, campaign_id, transaction)
    life_cycle.after(campaign, Move.UPDATE)
    if expected_version not in (None, campaign.version):
        raise VersionConflict(campaign.version)
    config = merged(campaign.config, config_part(generation))
    changed = campaign.changed(now, config=config)
    if changed.status in NEEDS_ALL:
        require_complete(changed)
    return write_campaign(client, transaction, campaign, changed)


def _require_creatable(generation: AiGeneration, expected_version: int | None) -> None:
    """Raise FailedPrecondition unless it makes a campaign, and none is expected to be there."""
    if generation.generation_type is not GenerationType.PLAN or expected_version is not None:
        raise FailedPrecondition(
            "generation_has_no_campaign",
            "Its campaign was deleted, or there never was one. Only a plan makes a campaign.",
        )


def _created(
    client: Client, transaction: Transaction, generation: AiGeneration, uid: str, now: int
) -> Campaign:
    workspace, name = generation.tenant_id, plan_name(generation)
    campaign = Campaign(
        id=derived_id("campaign", workspace, generation.id),
        tenant_id=workspace,
        user_id=uid,
        name=name,
        template_id=TEMPLATES[0],
        config=merged(CampaignConfig(), config_part(generation)),
        name_key=name.lower(),
        created_at=now,
        updated_at=now,
    )
    transaction.create(campaign_ref(client, workspace, campaign.id), campaign.dump())
    return campaign

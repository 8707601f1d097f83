"""Closing a campaign for good, and revealing the seeds of its draws."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import clients, clock, config, transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign, CampaignView, PublicCampaign
from experience.campaigns.models.draws import Draw
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.models.requests import CloseCampaign, RevealDraws
from experience.campaigns.usecases import secrets
from experience.campaigns.usecases.update import change
from experience.firebase.tasks import TryLater
from experience.ids import fingerprint
from experience.store import find, parse
from experience.workspaces.models import Role


def due_at(campaign: Campaign) -> int:
    """When no call of before the close can be under way any more, in Unix milliseconds."""
    return (campaign.closed_at or 0) + config.REVEAL_AFTER_SECONDS.value * 1000


def close_campaign(uid: str, request: CloseCampaign) -> CampaignView:
    """End playing at once and for good; admins. Two reads, two writes, one task.

    Two minutes later (`REVEAL_AFTER_SECONDS`) the seeds of its draws are revealed. Closing again
    changes nothing. Raises VersionConflict, and FailedPrecondition `campaign_status` and
    `campaign_deleted`.
    """

    def changes(campaign: Campaign) -> dict[str, object]:
        if campaign.closed_at is not None:
            return {}
        return {"closed_at": clock.now_ms(), "reveal_pending": True}

    campaign = change(uid, request, Move.CLOSE, changes, Role.ADMIN)
    if campaign.reveal_pending:
        enqueue(campaign)
    return campaign


def enqueue(campaign: Campaign) -> None:
    """Have the seeds revealed when it is time. One task, whose name follows from the campaign."""
    payload = {"workspaceId": campaign.tenant_id, "campaignId": campaign.id}
    name = fingerprint("revealDraws", *payload.values(), campaign.closed_at)
    late = config.REVEAL_AFTER_SECONDS.value
    clients.enqueue("revealDraws", payload, task_id=name, delay_seconds=late)


def reveal_draws(task: RevealDraws) -> None:
    """Write the seeds of a closed campaign's draws, in the draws and for everybody.

    One read and one write for each draw, and two of both more. Safe to repeat. Raises TryLater
    before its time, and as `secrets.seed` where the secret cannot be read.
    """
    client = clients.firestore()
    reference = store.campaign_ref(client, task.workspace_id, task.campaign_id)
    campaign = find(client, reference, Campaign)
    if campaign is None or campaign.closed_at is None or not campaign.reveal_pending:
        return
    if clock.now_ms() < due_at(campaign):
        raise TryLater("calls of before the close may be under way")
    transactions.run_optimistic(client, lambda each: _reveal(client, each, reference))


def _reveal(client: Client, transaction: Transaction, reference: DocumentReference) -> None:
    campaign = find(client, reference, Campaign, transaction)
    if campaign is None or not campaign.reveal_pending:
        return
    at = (client, campaign.tenant_id, campaign.id)
    numbers = [store.draw_ref(*at, each.n) for each in campaign.draws]
    twin_ref = store.public_ref(client, campaign.id)
    *found, twin = transactions.read(client, [*numbers, twin_ref], transaction)
    revealed = []
    for snapshot in found:
        draw = parse(snapshot, Draw)
        if draw is None:
            continue
        version = str(draw.secret_version)
        seed = secrets.seed(campaign.tenant_id, campaign.id, draw.n, version).hex()
        transaction.update(snapshot.reference, {"seed": seed})
        revealed.append(draw.model_copy(update={"seed": seed}).public())
    now = max(clock.now_ms(), campaign.updated_at)
    changes = {"draws": revealed, "reveal_pending": False, "updated_at": now}
    after = campaign.model_copy(update=changes)
    transaction.update(reference, campaign.difference(after))
    if parse(twin, PublicCampaign) is not None:
        shown = PublicCampaign.of(after).dump()
        transaction.update(twin_ref, {"draws": shown["draws"], "updatedAt": now})

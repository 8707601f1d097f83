"""What changes together with a campaign: its public twin, its draws and its stock."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Transaction

from experience import transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign, PublicCampaign
from experience.campaigns.models.draws import Draw
from experience.campaigns.models.playing import stock
from experience.campaigns.models.playing.stock import STOCK_SHARDS, StockShard
from experience.campaigns.usecases import secrets
from experience.errors import FailedPrecondition
from experience.store import parse

MAX_DRAWS = 200


def write_campaign(
    client: Client, transaction: Transaction, before: Campaign, after: Campaign
) -> Campaign:
    """Write a changed campaign and all that follows from the change. Returns it as it is stored.

    One write. A live campaign's twin is one more; going live reads it. A new draw, which going live
    and changed odds or stock make, is one more. Each prize whose stock changes is eight reads and
    eight writes, once the campaign was live. Raises FailedPrecondition `campaign_incomplete`,
    `campaign_id_taken`, `campaign_secret_missing`, `stock_awarded` and `too_many_draws`.
    """
    if after.is_live:
        require_complete(after)
    twin = store.public_ref(client, after.id)
    if after.is_live and not before.is_live:
        _require_own(transactions.read(client, [twin], transaction)[0], after)
    is_drawn = after.is_live and (
        not before.is_live or before.config.game.odds() != after.config.game.odds()
    )
    draw = _new_draw(after) if is_drawn else None
    if draw:
        after = after.model_copy(
            update={
                "draws": [*after.draws, draw.public()],
                "draw_secret": draw.secret_version,
                "claim_secret": after.claim_secret or draw.secret_version,
            }
        )
    shards = _changed_shards(client, transaction, before, after) if after.draws else []

    reference = store.campaign_ref(client, after.tenant_id, after.id)
    transaction.update(reference, before.difference(after))
    for shard, exists in shards:
        write = transaction.update if exists else transaction.create
        write(_shard_ref(client, after, shard.prize_id, shard.shard), shard.dump())
    if draw:
        number = store.draw_ref(client, after.tenant_id, after.id, draw.n)
        transaction.create(number, draw.dump())
    if after.is_live or (after.closed_at is not None and after.draws and not after.deleted):
        transaction.set(twin, PublicCampaign.of(after).dump())
    elif before.is_live or before.closed_at is not None:
        transaction.delete(twin)
    return after


def require_complete(campaign: Campaign) -> None:
    """Raise FailedPrecondition `campaign_incomplete`, naming what the config lacks."""
    missing = campaign.config.missing()
    if missing:
        issues = [{"path": path, "message": message} for path, message in missing]
        message = f"The campaign is incomplete: {missing[0][0]} {missing[0][1]}."
        raise FailedPrecondition("campaign_incomplete", message, issues=issues)


def _require_own(twin: "DocumentSnapshot[Any]", campaign: Campaign) -> None:
    """Raise FailedPrecondition if another tenant has a campaign of this id."""
    other = parse(twin, PublicCampaign)
    if other is not None and other.tenant_id != campaign.tenant_id:
        raise FailedPrecondition(
            "campaign_id_taken", "Another campaign is public under this id. Create a new one."
        )


def _new_draw(campaign: Campaign) -> Draw:
    n = campaign.draw + 1
    if n > MAX_DRAWS:
        raise FailedPrecondition(
            "too_many_draws", f"The odds were changed {MAX_DRAWS} times; that is the limit."
        )
    seed = secrets.new_seed(campaign.tenant_id, campaign.id, n)
    return Draw.of(campaign.config.game, n, seed, campaign.version, campaign.updated_at)


def _changed_shards(
    client: Client, transaction: Transaction, before: Campaign, after: Campaign
) -> list[tuple[StockShard, bool]]:
    """Each shard that changes, and whether it exists."""
    known, game = before.config.game if before.draws else None, after.config.game
    prizes = stock.changed_prizes(known, game)
    if not prizes:
        return []
    references = [
        _shard_ref(client, after, prize, shard) for prize in prizes for shard in range(STOCK_SHARDS)
    ]
    snapshots = transactions.read(client, references, transaction)
    found = [each for snapshot in snapshots if (each := parse(snapshot, StockShard))]
    offered, changed = stock.offers(game), []
    for prize in prizes:
        shards = [each for each in found if each.prize_id == prize]
        exists = {each.shard for each in shards}
        following = (
            stock.with_offer(prize, shards, *offered[prize])
            if prize in offered
            else stock.withdrawn(shards)
        )
        changed += [(each, each.shard in exists) for each in following]
    return changed


def _shard_ref(client: Client, campaign: Campaign, prize: str, shard: int) -> DocumentReference:
    return store.stock_ref(client, campaign.tenant_id, campaign.id, prize, shard)

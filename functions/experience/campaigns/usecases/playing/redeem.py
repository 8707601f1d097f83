"""What attendants and editors do with claims."""

from google.cloud.firestore import Client, FieldFilter, Transaction

from experience import clients, clock, transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.playing import claims
from experience.campaigns.models.playing.play import Play, PlayStatus
from experience.campaigns.models.playing.requests import (
    AwardedPrize,
    RedeemClaim,
    RedeemedClaim,
    VoidClaim,
)
from experience.campaigns.models.playing.stock import PrizeDay, StockShard, Winner
from experience.campaigns.models.playing.views import PlayView
from experience.campaigns.usecases.playing.rollups import count_outcome
from experience.errors import FailedPrecondition, NotFound
from experience.store import get, parse
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def redeem_claim(uid: str, request: RedeemClaim) -> RedeemedClaim:
    """Hand out what a code has won, once; attendants. Four reads, two writes.

    Raises NotFound `claim_not_found`, and FailedPrecondition `already_redeemed`, with the time, and
    `claim_voided`.
    """
    client = clients.firestore()
    workspace, campaign = request.workspace_id, request.campaign_id
    require_role(client, workspace, uid, Role.ATTENDANT, what="workspace")
    store.get_campaign(client, workspace, campaign)
    found = (
        store.plays_ref(client, workspace, campaign)
        .where(filter=FieldFilter("claimHash", "==", claims.code_hash(request.code)))
        .limit(1)
        .get()
    )
    if not found:
        raise NotFound("claim")

    def body(transaction: Transaction) -> Play:
        play = get(client, found[0].reference, Play, transaction, what="claim")
        if play.status is PlayStatus.REDEEMED:
            raise FailedPrecondition(
                "already_redeemed", "This was redeemed before.", redeemedAt=play.redeemed_at
            )
        _require_kept(play)
        now = clock.now_ms()
        changes = {"status": PlayStatus.REDEEMED, "redeemed_at": now, "redeemed_by": uid}
        redeemed = play.model_copy(update=changes)
        transaction.update(found[0].reference, play.difference(redeemed))
        count_outcome(client, transaction, play, "redeemed")
        return redeemed

    play = transactions.run_optimistic(client, body)
    assert play.prize_id is not None
    prize = AwardedPrize.load(
        {"id": play.prize_id, "name": play.prize_name, "kind": play.prize_kind}
    )
    return RedeemedClaim(play_id=play.id, prize=prize, redeemed_at=play.redeemed_at or 0)


def void_claim(uid: str, request: VoidClaim) -> PlayView:
    """Take a claim back, so that its unit can be won again; editors. Six reads, four writes.

    An uploaded code is spent all the same, because its winner knows it. A claim that was voided
    stays as it is. Raises NotFound, and FailedPrecondition `already_redeemed` and `nothing_won`.
    """
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id
    reference = store.play_ref(client, workspace, campaign_id, request.play_id)

    def body(transaction: Transaction) -> Play:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        campaign = store.get_campaign(client, workspace, campaign_id, transaction)
        play = get(client, reference, Play, transaction, what="play")
        if play.status is PlayStatus.VOIDED:
            return play
        if play.status is PlayStatus.REDEEMED:
            raise FailedPrecondition(
                "already_redeemed", "This was redeemed.", redeemedAt=play.redeemed_at
            )
        if play.prize_id is None:
            raise FailedPrecondition("nothing_won", "This play won nothing.", status=play.status)
        now = clock.now_ms()
        changes = {"status": PlayStatus.VOIDED, "voided_at": now, "void_reason": request.reason}
        voided = play.model_copy(update=changes)
        _return_unit(client, transaction, campaign, play)
        transaction.update(reference, play.difference(voided))
        count_outcome(client, transaction, play, "voided")
        return voided

    return PlayView.of(transactions.run_optimistic(client, body))


def _return_unit(client: Client, transaction: Transaction, campaign: Campaign, play: Play) -> None:
    """Put the unit back: in its share, the person's wins and the day's awards."""
    prize_id, shard = str(play.prize_id), play.shard or 0
    winner = play.winner or "nobody"  # of an erased person the wins stay
    at = (client, play.tenant_id, play.campaign_id)
    shard_ref, day_ref = (
        store.stock_ref(*at, prize_id, shard),
        store.day_ref(*at, prize_id, play.day),
    )
    winner_ref = store.winners_ref(*at).document(winner)
    found = transactions.read(client, [shard_ref, winner_ref, day_ref], transaction)
    if share := parse(found[0], StockShard):
        fields = share.after_void()
        if campaign.config.game.prize(prize_id) is None:  # not offered any more
            fields = {"awarded": fields["awarded"]}
        transaction.update(shard_ref, fields)
    if kept := parse(found[1], Winner):
        transaction.update(winner_ref, {"wins": max(0, kept.wins - 1)})
    day = parse(found[2], PrizeDay)
    if day:
        transaction.update(day_ref, {"awarded": max(0, day.awarded - 1)})


def _require_kept(play: Play) -> None:
    if play.status is PlayStatus.VOIDED:
        raise FailedPrecondition(
            "claim_voided", "This claim was taken back.", voidedAt=play.voided_at
        )

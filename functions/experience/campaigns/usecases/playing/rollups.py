"""What is counted of plays, by day and prize: `…/campaigns/{c}/playRollups/{day}-{n}`."""

from typing import Any

from google.cloud.firestore import Client, Increment, Transaction

from experience.campaigns import store
from experience.campaigns.models.playing.play import Play

ROLLUP_SHARDS = 8


def count_play(client: Client, transaction: Transaction, play: Play) -> None:
    """Count a new play in the day's rollup. One write, which collides with no other."""
    counted: dict[str, Any] = {"played": Increment(1)}
    if play.prize_id is not None:
        counted |= {"won": Increment(1), "prizes": {play.prize_id: {"won": Increment(1)}}}
    if play.denied is not None and play.drawn_prize_id is not None:
        counted["denied"] = {play.drawn_prize_id: {play.denied.value: Increment(1)}}
    _add(client, transaction, play, counted)


def count_outcome(client: Client, transaction: Transaction, play: Play, outcome: str) -> None:
    """Count a claim as `redeemed` or `voided`, in the rollup of the play's day. One write."""
    prizes = {str(play.prize_id): {outcome: Increment(1)}}
    _add(client, transaction, play, {outcome: Increment(1), "prizes": prizes})


def _add(client: Client, transaction: Transaction, play: Play, counted: dict[str, Any]) -> None:
    shard = play.roll % ROLLUP_SHARDS
    reference = store.rollup_ref(client, play.tenant_id, play.campaign_id, play.day, shard)
    transaction.set(reference, {"day": play.day, "shard": shard, **counted}, merge=True)

"""Awarding a prize that was drawn: within its stock, its day's cap and the person's wins."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.game import Codes, Prize
from experience.campaigns.models.playing.play import Denied, Play
from experience.campaigns.models.playing.stock import STOCK_SHARDS, PrizeDay, StockShard, Winner
from experience.store import parse


@dataclass(frozen=True)
class Award:
    """A unit of a prize, and each document that changes with it, with its next fields."""

    shard: StockShard
    winner: DocumentReference
    writes: list[tuple[DocumentReference, dict[str, Any], bool]]
    """Reference, fields, and whether the document exists."""
    code: str | None = None
    code_number: int | None = None


def award(
    client: Client,
    transaction: Transaction,
    campaign: Campaign,
    prize: Prize,
    play: Play,
    person: str,
) -> Award | Denied:
    """Take a unit of the prize for a person, or say why there is none.

    Nine reads: the shards and the winner; ten with a cap for the day, one more with uploaded codes.
    Nothing is written yet.
    """
    at = (client, campaign.tenant_id, campaign.id)
    winner_ref = store.winner_ref(*at, person)
    day_ref = store.day_ref(*at, prize.id)
    wanted = [store.stock_ref(*at, prize.id, shard) for shard in range(STOCK_SHARDS)]
    is_capped = prize.per_day is not None
    found = transactions.read(
        client, [*wanted, winner_ref, *([day_ref] if is_capped else [])], transaction
    )
    winner = parse(found[STOCK_SHARDS], Winner)
    wins, limit = winner.wins if winner else 0, campaign.config.game.limit.wins
    if limit is not None and wins >= limit:
        return Denied.WINS
    day = parse(found[-1], PrizeDay) if is_capped else None
    today = day.awarded_on(play.day) if day else 0
    if prize.per_day is not None and today >= prize.per_day:
        return Denied.PER_DAY

    for shard in _in_turn(found[:STOCK_SHARDS], play):
        number, code = None, None
        if prize.codes is Codes.UPLOADED:
            number = shard.shard + STOCK_SHARDS * shard.codes_taken
            code_ref = store.code_ref(*at, prize.id, number)
            [stored] = transactions.read(client, [code_ref], transaction)
            code = (transactions.fields(stored) or {}).get("code")
            if code is None:
                continue
        writes = [
            (store.stock_ref(*at, prize.id, shard.shard), shard.after_award(number), True),
            (winner_ref, {"wins": wins + 1}, winner is not None),
        ]
        if is_capped:
            capped = PrizeDay(prize_id=prize.id, day=play.day, awarded=today + 1)
            writes.append((day_ref, capped.dump(), day is not None))
        if number is not None:
            writes.append((code_ref, {"playId": play.id}, True))
        return Award(shard, winner_ref, writes, code, number)
    return Denied.SOLD_OUT


def write_award(transaction: Transaction, award: Award) -> None:
    """Write what changes with a unit that is awarded: two writes, with a cap or a code more."""
    for reference, fields, exists in award.writes:
        if exists:
            transaction.update(reference, fields)
        else:
            transaction.create(reference, fields)


def _in_turn(found: list[Any], play: Play) -> list[StockShard]:
    """The shards that have units left, each play beginning with another one."""
    shards = [each for snapshot in found if (each := parse(snapshot, StockShard))]
    first = play.roll % STOCK_SHARDS
    ordered = [*shards[first:], *shards[:first]]
    return [each for each in ordered if each.left is None or each.left > 0]

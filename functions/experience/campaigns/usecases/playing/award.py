"""Awarding a prize that was drawn: within its stock, its day's cap and the person's wins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, Transaction

from experience import transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.game import Codes, Prize
from experience.campaigns.models.playing.play import Denied, Play
from experience.campaigns.models.playing.stock import (
    PrizeDay,
    StockShard,
    Winner,
    shards_of,
)
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

    Two reads: a share of the stock and the winner; with a cap for the day one more, with uploaded
    codes one more. Where that share has no unit left, seven more for the others. Nothing is written
    yet.
    """
    at = (client, campaign.tenant_id, campaign.id)
    winner_ref, day_ref = store.winner_ref(*at, person), store.day_ref(*at, prize.id, play.day)
    count = shards_of(prize)
    shares = [store.stock_ref(*at, prize.id, shard) for shard in range(count)]
    begin = play.roll % count
    first, *others = [*shares[begin:], *shares[:begin]]
    wanted = [first, winner_ref, *([day_ref] if prize.per_day is not None else [])]
    found = transactions.read(client, wanted, transaction)
    winner = parse(found[1], Winner)
    wins, limit = winner.wins if winner else 0, campaign.config.game.limit.wins
    if limit is not None and wins >= limit:
        return Denied.WINS
    day = parse(found[2], PrizeDay) if prize.per_day is not None else None
    today = day.awarded if day else 0
    if prize.per_day is not None and today >= prize.per_day:
        return Denied.PER_DAY

    def in_turn() -> Iterator[DocumentSnapshot[Any]]:
        yield found[0]
        if others:
            yield from transactions.read(client, others, transaction)

    for snapshot in in_turn():
        shard = parse(snapshot, StockShard)
        if shard is None or (shard.left is not None and shard.left <= 0):
            continue
        number, code, code_ref = None, None, first
        if prize.codes is Codes.UPLOADED:
            number = shard.codes_taken
            code_ref = store.code_ref(*at, prize.id, number)
            [stored] = transactions.read(client, [code_ref], transaction)
            code = (transactions.fields(stored) or {}).get("code")
            if code is None:
                continue
        writes = [
            (snapshot.reference, shard.after_award(number), True),
            (winner_ref, {"wins": wins + 1}, winner is not None),
        ]
        if prize.per_day is not None:
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

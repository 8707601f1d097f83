"""The stock of a prize, divided among shards, so that winners do not wait for each other."""

from collections.abc import Sequence
from typing import Any

from experience.campaigns.models.game import Codes, Game, Prize
from experience.documents import Document
from experience.errors import FailedPrecondition

STOCK_SHARDS = 8


class StockShard(Document):
    """`…/campaigns/{c}/stockShards/{prize}-{n}`: what was awarded from a share, and what is left.

    `left` None: the prize has no limit. Over all shards awarded and left are the stock, always.
    `codes_taken`: how many uploaded codes were given out, in their order; they come from one share.
    """

    prize_id: str
    shard: int
    awarded: int = 0
    left: int | None = None
    codes_taken: int = 0

    def after_award(self, code_number: int | None) -> dict[str, Any]:
        """The fields that change with a unit that is awarded."""
        fields: dict[str, Any] = {"awarded": self.awarded + 1}
        if self.left is not None:
            fields["left"] = self.left - 1
        if code_number is not None:
            fields["codesTaken"] = self.codes_taken + 1
        return fields

    def after_void(self) -> dict[str, Any]:
        """The fields that change with a unit that comes back. Its uploaded code does not."""
        fields: dict[str, Any] = {"awarded": self.awarded - 1}
        if self.left is not None:
            fields["left"] = self.left + 1
        return fields


class PrizeDay(Document):
    """`…/campaigns/{c}/prizeDays/{prize}-{day}`: a capped prize's awards of a local day."""

    prize_id: str
    day: str
    awarded: int = 0


class Winner(Document):
    """`…/campaigns/{c}/winners/{hash(person)}`: how often a person won, voided wins left out."""

    wins: int = 0


def shares(count: int, shards: int = STOCK_SHARDS) -> list[int]:
    """A number of units divided among the first shards as evenly as can be."""
    each, rest = divmod(count, shards)
    used = [each + (shard < rest) for shard in range(shards)]
    return used + [0] * (STOCK_SHARDS - shards)


def shards_of(prize: Prize) -> int:
    """How many shards have units: one where codes are given out in their order."""
    return 1 if prize.codes is Codes.UPLOADED else STOCK_SHARDS


def offers(game: Game) -> dict[str, tuple[int | None, int]]:
    """The stock of each prize that is offered, None without a limit, and its shards."""
    return {each.id: (each.stock, shards_of(each)) for each in game.prizes}


def changed_prizes(before: Game | None, after: Game) -> list[str]:
    """The prizes whose shards change from one game to the other: new, ended, of another stock."""
    known, offered = offers(before) if before else {}, offers(after)
    return [
        each
        for each in dict.fromkeys([*known, *offered])
        if each not in known or known[each] != offered.get(each)
    ]


def with_offer(
    prize_id: str, shards: Sequence[StockShard], offered: int | None, count: int = STOCK_SHARDS
) -> list[StockShard]:
    """A prize's shards once so many units are offered in all; None without a limit.

    What was awarded counts. What is left lies in the first `count` shards. Raises
    FailedPrecondition `stock_awarded` where more was.
    """
    known = {each.shard: each for each in shards}
    awarded = sum(each.awarded for each in shards)
    if offered is not None and offered < awarded:
        raise FailedPrecondition(
            "stock_awarded",
            f"Of prize {prize_id} {awarded} are awarded already.",
            prizeId=prize_id,
            awarded=awarded,
        )
    left: list[int] | list[None]
    left = [None] * STOCK_SHARDS if offered is None else shares(offered - awarded, count)
    return [
        StockShard(
            prize_id=prize_id,
            shard=shard,
            awarded=known[shard].awarded if shard in known else 0,
            left=left[shard],
            codes_taken=known[shard].codes_taken if shard in known else 0,
        )
        for shard in range(STOCK_SHARDS)
    ]


def withdrawn(shards: Sequence[StockShard]) -> list[StockShard]:
    """The shards of a prize that is not offered any more: what was awarded stays."""
    return [each.model_copy(update={"left": 0}) for each in shards]

"""Whether a campaign's plays are what its draws say: recomputed play by play."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from google.cloud.firestore import Client

from experience import sweeps, transactions
from experience.campaigns import store
from experience.campaigns.models import draws
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.draws import Draw
from experience.campaigns.models.playing.play import Play, PlayStatus, play_id_of
from experience.campaigns.models.playing.stock import STOCK_SHARDS, StockShard
from experience.store import parse


class UnverifiableError(Exception):
    """The campaign cannot be verified: it is not there, or its seeds are still hidden."""


@dataclass
class PrizeCount:
    """What was offered of a prize, and what became of it; None where it has no limit."""

    offered: int | None
    awarded: int
    left: int | None


@dataclass
class Verification:
    """How many plays were recomputed, each difference, and the count of each prize."""

    plays: int = 0
    differences: list[str] = field(default_factory=list)
    prizes: dict[str, PrizeCount] = field(default_factory=dict)


def verify_draw(client: Client, workspace_id: str, campaign_id: str) -> Verification:
    """Recompute every play of a closed campaign. One read for each play, draw and shard.

    Raises UnverifiableError.
    """
    reference = store.campaign_ref(client, workspace_id, campaign_id)
    campaign = parse(reference.get(), Campaign)
    if campaign is None:
        raise UnverifiableError(f"workspace {workspace_id} has no campaign {campaign_id}")
    found, verification = _draws(client, campaign), Verification()
    for n, draw in found.items():
        verification.differences += _draw_differences(draw, n)
    awarded: Counter[str] = Counter()
    for play in _plays(client, campaign):
        verification.plays += 1
        verification.differences += _play_differences(play, found.get(play.draw))
        if play.prize_id is not None and play.status is not PlayStatus.VOIDED:
            awarded[play.prize_id] += 1
    _count_stock(client, campaign, awarded, verification)
    return verification


def _draws(client: Client, campaign: Campaign) -> dict[int, Draw]:
    if campaign.closed_at is None:
        raise UnverifiableError(f"campaign {campaign.id} is not closed; its seeds are hidden")
    numbers = [
        store.draw_ref(client, campaign.tenant_id, campaign.id, each.n) for each in campaign.draws
    ]
    found = [parse(each, Draw) for each in transactions.read(client, numbers)] if numbers else []
    kept = {each.n: each for each in found if each is not None}
    if not kept or any(each.seed is None for each in kept.values()):
        raise UnverifiableError(f"the seeds of campaign {campaign.id} are not revealed yet")
    return kept


def _draw_differences(draw: Draw, n: int) -> Iterator[str]:
    if draws.seed_hash(bytes.fromhex(str(draw.seed))) != draw.seed_hash:
        yield f"draw {n}: the seed is not the one whose hash was published"
    if draws.odds_hash({"segments": draw.segments, "prizes": draw.prizes}) != draw.odds_hash:
        yield f"draw {n}: the odds are not those whose hash was published"


def _play_differences(play: Play, draw: Draw | None) -> Iterator[str]:
    if draw is None:
        yield f"play {play.id}: there is no draw {play.draw}"
        return
    roll = draws.roll_of(bytes.fromhex(str(draw.seed)), play.id)
    game = draw.game()
    drawn = game.drawn(roll)
    drawn_id = drawn.id if drawn else None
    expected = None if play.denied else drawn_id
    person = _person(play)
    if person is not None:
        own = play_id_of(play.tenant_id, play.campaign_id, person, play.period, play.number)
        if own != play.id:
            yield f"play {play.id}: the id is not that of its person, period and number"
    if play.roll != roll:
        yield f"play {play.id}: it rolled {play.roll}, recomputed {roll}"
    if play.drawn_prize_id != drawn_id:
        yield f"play {play.id}: it drew {play.drawn_prize_id}, recomputed {drawn_id}"
    if play.prize_id != expected:
        yield f"play {play.id}: it was awarded {play.prize_id}, recomputed {expected}"
    elif play.segment_id != game.segment(expected, roll).id:
        yield f"play {play.id}: the wheel stopped at another segment"


def _person(play: Play) -> str | None:
    """Who played, as the id of the play names them; None once they are erased."""
    if play.proof is not None and play.proof.ticket is not None:
        return f"ticket:{play.proof.ticket}"
    return None if play.uid is None else f"uid:{play.uid}"


def _count_stock(
    client: Client, campaign: Campaign, awarded: Counter[str], verification: Verification
) -> None:
    for prize in campaign.config.game.prizes:
        shards = [
            store.stock_ref(client, campaign.tenant_id, campaign.id, prize.id, shard)
            for shard in range(STOCK_SHARDS)
        ]
        found = [parse(each, StockShard) for each in transactions.read(client, shards)]
        kept = [each for each in found if each is not None]
        left = None if prize.stock is None else sum(each.left or 0 for each in kept)
        count = PrizeCount(prize.stock, awarded[prize.id], left)
        verification.prizes[prize.id] = count
        if sum(each.awarded for each in kept) != count.awarded:
            verification.differences.append(
                f"prize {prize.id}: {count.awarded} plays won it,"
                f" the stock says {sum(each.awarded for each in kept)}"
            )
        if count.offered is not None and count.awarded + (left or 0) != count.offered:
            verification.differences.append(
                f"prize {prize.id}: {count.offered} were offered,"
                f" {count.awarded} awarded and {left} left"
            )


def _plays(client: Client, campaign: Campaign) -> Iterator[Play]:
    plays = store.plays_ref(client, campaign.tenant_id, campaign.id).order_by("__name__")
    for page in sweeps.query_pages(plays):
        for snapshot in page:
            yield Play.load(snapshot.to_dict() or {})

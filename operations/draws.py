"""Whether a campaign's plays are what its draws say: recomputed play by play."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from google.cloud.firestore import Client

from experience import sweeps, transactions
from experience.campaigns import store
from experience.campaigns.models import draws
from experience.campaigns.models.campaign import Campaign, PublicCampaign
from experience.campaigns.models.draws import Draw
from experience.campaigns.models.game import MAX_PLAYS, Prize
from experience.campaigns.models.playing.play import WHOLE_CAMPAIGN, Play, PlayStatus, play_id_of
from experience.campaigns.models.playing.stock import StockShard
from experience.store import parse

MAX_CALL_MS = 60_000
"""How long a call of a player may be under way with a draw that it has read."""


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
    """Recompute every play of a closed campaign, and hold plays, draws, stock and sums together.

    One read for each play, draw, shard and sum of a day, and two more. Raises UnverifiableError.
    """
    reference = store.campaign_ref(client, workspace_id, campaign_id)
    campaign = parse(reference.get(), Campaign)
    if campaign is None:
        raise UnverifiableError(f"workspace {workspace_id} has no campaign {campaign_id}")
    found, verification = _draws(client, campaign), Verification()
    twin = store.find_public(client, campaign.id)
    for n, draw in found.items():
        verification.differences += _draw_differences(campaign, twin, draw, n)
    ends = {n: found[n + 1].at if n + 1 in found else campaign.closed_at for n in found}
    awarded: Counter[str] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for document_id, play in _plays(client, campaign):
        verification.plays += 1
        verification.differences += _play_differences(document_id, play, found.get(play.draw), ends)
        sums[play.day, "played"] += 1
        if play.prize_id is not None:
            sums[play.day, "won"] += 1
            if play.status is not PlayStatus.VOIDED:
                awarded[play.prize_id] += 1
    _count_stock(client, campaign, awarded, verification)
    verification.differences += _sum_differences(client, campaign, sums)
    return verification


def _draws(client: Client, campaign: Campaign) -> dict[int, Draw]:
    if campaign.closed_at is None:
        raise UnverifiableError(f"campaign {campaign.id} is not closed; its seeds are hidden")
    numbers = [
        store.draw_ref(client, campaign.tenant_id, campaign.id, each.n) for each in campaign.draws
    ]
    found = [parse(each, Draw) for each in transactions.read(client, numbers)] if numbers else []
    kept = {each.n: each for each in found if each is not None}
    if not campaign.draws:
        raise UnverifiableError(
            f"campaign {campaign.id} was never live: there is nothing to verify"
        )
    if not kept or any(each.seed is None for each in kept.values()):
        raise UnverifiableError(f"the seeds of campaign {campaign.id} are not revealed yet")
    return kept


def _draw_differences(
    campaign: Campaign, twin: PublicCampaign | None, draw: Draw, n: int
) -> Iterator[str]:
    if draws.seed_hash(bytes.fromhex(str(draw.seed))) != draw.seed_hash:
        yield f"draw {n}: the seed is not the one whose hash was published"
    if draws.odds_hash({"segments": draw.segments, "prizes": draw.prizes}) != draw.odds_hash:
        yield f"draw {n}: the odds are not those whose hash was published"
    if draw.stock != {each.id: each.stock for each in draw.game().prizes if each.stock is not None}:
        yield f"draw {n}: the stock is not that of its prizes"
    if draw.public() not in campaign.draws:
        yield f"draw {n}: the campaign has it otherwise"
    if twin is None or draw.public() not in twin.draws:
        yield f"draw {n}: it was published otherwise, or not at all"


def _play_differences(
    document_id: str, play: Play, draw: Draw | None, ends: dict[int, int | None]
) -> Iterator[str]:
    if document_id != play.id:
        yield f"play {document_id}: it says that it is {play.id}"
    if draw is None:
        yield f"play {play.id}: there is no draw {play.draw}"
        return
    end = ends[play.draw]
    is_early = play.created_at < draw.at - MAX_CALL_MS
    if is_early or (end is not None and play.created_at > end + MAX_CALL_MS):
        yield f"play {play.id}: it was made while draw {play.draw} did not count"
    if play.period not in (WHOLE_CAMPAIGN, play.day) or not 1 <= play.number <= MAX_PLAYS:
        yield f"play {play.id}: there is no play {play.number} of period {play.period}"
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
    stored: dict[str, list[StockShard]] = {}
    for snapshot in store.stock_shards_ref(client, campaign.tenant_id, campaign.id).stream():
        if shard := parse(snapshot, StockShard):
            stored.setdefault(shard.prize_id, []).append(shard)
    offered = {each.id: each for each in campaign.config.game.prizes}
    for prize_id in dict.fromkeys([*offered, *stored, *awarded]):
        kept = stored.get(prize_id, [])
        prize = offered.get(prize_id) or Prize(id=prize_id, name=prize_id)  # removed since
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


def _sum_differences(
    client: Client, campaign: Campaign, sums: Counter[tuple[str, str]]
) -> Iterator[str]:
    """Where the sums of a day, which each play moved in its own commit, say otherwise."""
    stored: Counter[tuple[str, str]] = Counter()
    for snapshot in store.rollups_ref(client, campaign.tenant_id, campaign.id).stream():
        rollup = snapshot.to_dict() or {}
        for name in ("played", "won"):
            stored[rollup["day"], name] += rollup.get(name, 0)
    for day, name in sorted(stored.keys() | sums.keys()):
        if stored[day, name] != sums[day, name]:
            yield f"day {day}: {sums[day, name]} plays {name}, counted were {stored[day, name]}"


def _plays(client: Client, campaign: Campaign) -> Iterator[tuple[str, Play]]:
    plays = store.plays_ref(client, campaign.tenant_id, campaign.id).order_by("__name__")
    for page in sweeps.query_pages(plays):
        for snapshot in page:
            yield snapshot.id, Play.load(snapshot.to_dict() or {})

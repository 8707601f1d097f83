"""What holds of campaigns: their stock, their twins, their draws and what was won."""

from collections import Counter
from collections.abc import Iterator

from experience.campaigns.models.campaign import Campaign, CampaignStatus
from experience.campaigns.models.playing.play import Play, PlayStatus
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def awarded_and_left_are_offered(data: Data) -> Found:
    """Of each prize awarded plus left is its stock, and awarded are as many as plays won."""
    won = Counter(
        (_campaign_of(path), play.prize_id)
        for path, play in data.plays.items()
        if play.prize_id is not None and play.status is not PlayStatus.VOIDED
    )
    for path, campaign in data.campaigns.items():
        if not campaign.draws:
            continue
        for prize in campaign.config.game.prizes:
            shards = [
                shard
                for at, shard in data.stock.items()
                if _campaign_of(at) == path and shard.prize_id == prize.id
            ]
            awarded = sum(each.awarded for each in shards)
            if awarded != won[path, prize.id]:
                yield path, f"awarded {awarded} of {prize.id}, won by {won[path, prize.id]} plays"
            left = sum(each.left or 0 for each in shards)
            if prize.stock is not None and awarded + left != prize.stock:
                yield path, f"offers {prize.stock} of {prize.id}: {awarded} awarded, {left} left"
    for at, shard in data.stock.items():
        if shard.awarded < 0 or (shard.left or 0) < 0:
            yield at, f"has {shard.awarded} awarded and {shard.left} left"


def a_live_campaign_has_its_twin(data: Data) -> Found:
    """Whatever is live is public under the same version; what is neither live nor closed is not."""
    public = {path: campaign for path, campaign in data.campaigns.items() if _is_public(campaign)}
    for path, campaign in public.items():
        twin = data.public.get(f"publicCampaigns/{campaign.id}")
        if twin is None or twin.tenant_id != campaign.tenant_id:
            yield path, "has no public twin"
        elif twin.version != campaign.version or twin.draws != campaign.draws:
            yield path, f"is at version {campaign.version}, its twin at {twin.version}"
    known = {campaign.id for campaign in public.values()}
    for path, twin in data.public.items():
        if twin.id not in known:
            yield path, "is the twin of no campaign that is live or closed"


def a_play_is_of_a_draw(data: Data) -> Found:
    """Whatever was played names a draw of its campaign, and won only what it drew."""
    for path, play in data.plays.items():
        campaign = data.campaigns.get(_campaign_of(path))
        if campaign is None:
            yield path, "is of no campaign"
        elif not 1 <= play.draw <= campaign.draw:
            yield path, f"is of draw {play.draw}, which its campaign does not have"
        elif play.prize_id not in (None, play.drawn_prize_id):
            yield path, f"won {play.prize_id} and drew {play.drawn_prize_id}"
        elif (play.prize_id is None) != (play.status is PlayStatus.LOST) or _lacks_a_claim(play):
            yield path, f"is {play.status} with prize {play.prize_id}"


def no_build_is_left(data: Data) -> Found:
    """What is being built has a run that goes on."""
    for path, campaign in data.campaigns.items():
        run = data.runs.get(f"workspaces/{campaign.tenant_id}/runs/{campaign.pending_run_id}")
        is_building = run is not None and run.is_active
        if campaign.status is CampaignStatus.GENERATING and not is_building:
            yield path, "is generating, and no run builds it"
        elif campaign.pending_run_id is not None and not is_building:
            yield path, f"waits for run {campaign.pending_run_id}, which is over"


CAMPAIGN_INVARIANTS = (
    awarded_and_left_are_offered,
    a_live_campaign_has_its_twin,
    a_play_is_of_a_draw,
    no_build_is_left,
)


def _campaign_of(path: str) -> str:
    return "/".join(path.split("/")[:4])


def _is_public(campaign: Campaign) -> bool:
    closed = campaign.closed_at is not None and bool(campaign.draws) and not campaign.deleted
    return campaign.is_live or closed


def _lacks_a_claim(play: Play) -> bool:
    return play.prize_id is not None and play.claim_hash is None

"""Reading plays: one's own, and all of a campaign."""

from google.cloud.firestore import FieldFilter

from experience import clients, clock, pages
from experience.campaigns import store
from experience.campaigns.models.playing.play import Play
from experience.campaigns.models.playing.requests import (
    GetCampaignFunnel,
    GetPlay,
    ListPlays,
    PlayResult,
)
from experience.campaigns.models.playing.views import (
    CampaignFunnel,
    DayFunnel,
    FunnelCounts,
    PlayView,
    PrizeFunnel,
)
from experience.campaigns.usecases.playing.play import code_of_play, result_of
from experience.errors import NotFound
from experience.progress.calendar import day_after, day_of
from experience.store import get
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

COUNTS = tuple(FunnelCounts.model_fields)


def get_play(uid: str, request: GetPlay) -> PlayResult:
    """One of the caller's own plays, with its claim. Two reads, three with an uploaded code."""
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id
    reference = store.play_ref(client, workspace, campaign_id, request.play_id)
    play = get(client, reference, Play, what="play")
    if play.uid != uid:
        raise NotFound("play")
    campaign = store.get_campaign(client, workspace, campaign_id)
    return result_of(play, code_of_play(client, campaign, play), None)


def list_plays(uid: str, request: ListPlays) -> pages.Page[PlayView]:
    """The plays of a campaign, the newest first; viewers. One read each, and three more."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    store.get_campaign(client, request.workspace_id, request.campaign_id)
    plays = store.plays_ref(client, request.workspace_id, request.campaign_id)
    wanted = {"status": request.status, "prizeId": request.prize_id}
    page = pages.newest_first(plays, wanted, request.page_size, request.page_token, Play)
    return pages.Page(
        items=[PlayView.of(each) for each in page.items], next_page_token=page.next_page_token
    )


def get_campaign_funnel(uid: str, request: GetCampaignFunnel) -> CampaignFunnel:
    """How many played, won, redeemed and were voided, by day and prize; viewers.

    Days are those of the plays, whenever a claim was redeemed. At most eight reads for each day
    with plays, and two more.
    """
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id
    require_role(client, workspace, uid, Role.VIEWER, what="workspace")
    campaign = store.get_campaign(client, workspace, campaign_id)
    window = campaign.config.game.window
    today = day_of(clock.now_ms(), window.time_zone if window else "UTC")
    first = day_after(today, 1 - request.days)
    rollups = store.rollups_ref(client, workspace, campaign_id)
    days: dict[str, dict[str, int]] = {}
    prizes: dict[str, dict[str, int]] = {}
    denied: dict[str, dict[str, int]] = {}
    for snapshot in rollups.where(filter=FieldFilter("day", ">=", first)).stream():
        rollup = snapshot.to_dict() or {}
        _add(days.setdefault(rollup["day"], {}), rollup)
        for prize_id, counts in rollup.get("prizes", {}).items():
            _add(prizes.setdefault(prize_id, {}), counts)
        for prize_id, counts in rollup.get("denied", {}).items():
            _add(denied.setdefault(prize_id, {}), counts)
    total: dict[str, int] = {}
    for counts in days.values():
        _add(total, counts)
    return CampaignFunnel(
        **total,
        days=[DayFunnel(day=day, **days[day]) for day in sorted(days)],
        prizes=[
            PrizeFunnel(prize_id=each, **prizes.get(each, {}), denied=denied.get(each, {}))
            for each in sorted(prizes.keys() | denied.keys())
        ],
    )


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, value in more.items():
        if isinstance(value, int) and name != "shard":
            counts[name] = counts.get(name, 0) + value

"""Campaigns, as they are stored: drafts, and live ones with their draw, stock and twin."""

from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import BuiltCampaign, Campaign, CampaignStatus
from experience.campaigns.usecases.publication import write_campaign
from experience.clock import now_ms
from experience.ids import new_id

TERMS = {"version": "1", "url": "https://example.com/terms", "minimumAge": 18}
HOUR_MS = 3_600_000


def a_game(**fields: Any) -> dict[str, Any]:
    """A wheel with a mug in a fifth of the plays, and a trip in one of ten thousand."""
    segments = [
        {"id": "none", "label": "Next time", "prizeId": None},
        {"id": "mug-1", "label": "A mug", "prizeId": "mug"},
        {"id": "mug-2", "label": "A mug too", "prizeId": "mug"},
        {"id": "trip", "label": "A trip", "prizeId": "trip"},
    ]
    mug = {"id": "mug", "name": "Mug", "kind": "physical", "weightPpm": 200_000, "stock": 10}
    trip = {"id": "trip", "name": "Trip", "kind": "code", "weightPpm": 100, "stock": 1}
    now = now_ms()
    window = {"opensAt": now - HOUR_MS, "closesAt": now + 24 * HOUR_MS, "timeZone": "UTC"}
    return {
        "segments": segments,
        "prizes": [mug, trip],
        "window": window,
        "terms": TERMS,
        **fields,
    }


def a_sure_win(stock: int | None = None, **prize: Any) -> dict[str, Any]:
    """A game in which each play draws the one prize."""
    mug = {"id": "mug", "name": "Mug", "kind": "code", "weightPpm": 1_000_000, "stock": stock}
    segments = [
        {"id": "none", "label": "Next time", "prizeId": None},
        {"id": "mug", "label": "A mug", "prizeId": "mug"},
    ]
    return a_game(segments=segments, prizes=[{**mug, **prize}])


def a_config(**fields: Any) -> dict[str, Any]:
    """A config with all that a campaign needs."""
    return {"theme": {"primaryColor": "#aa00ff"}, "game": a_game(), **fields}


def a_campaign(
    db: Client,
    workspace: str,
    status: str = "draft",
    game: Any = None,
    campaign: str | None = None,
    **fields: Any,
) -> str:
    """The id of a new campaign; a live one was built, and has its draw, stock and twin."""
    now, campaign = now_ms(), campaign or f"campaign-{new_id()}"
    stored = Campaign.load(
        {
            "id": campaign,
            "tenantId": workspace,
            "userId": "its-editor",
            "name": "Summer",
            "templateId": "spin_wheel",
            "config": a_config(game=game or a_game()),
            "nameKey": "summer",
            "createdAt": now,
            "updatedAt": now,
            **fields,
        }
    )
    reference = store.campaign_ref(db, workspace, campaign)
    if status != "live":
        stored = stored.model_copy(update={"status": CampaignStatus(status)})
    reference.set(stored.dump())
    if status == "live":
        _go_live(db, workspace, campaign)
    return campaign


def _go_live(db: Client, workspace: str, campaign_id: str) -> None:
    """As a build that succeeds does it."""
    words = {"headline": "Spin!", "intro": "Try.", "cta": "Spin", "win": "Won", "lose": "Lost"}
    built = BuiltCampaign.load({"theme": {"primaryColor": "#aa00ff"}, "copy": words})

    def body(transaction: Transaction) -> Campaign:
        before = store.get_campaign(db, workspace, campaign_id, transaction)
        live = {"status": CampaignStatus.LIVE, "built": built, "bundle_url": "https://example.com"}
        after = before.changed(now_ms(), **live)
        return write_campaign(db, transaction, before, after)

    transactions.run_optimistic(db, body)


def stored_campaign(db: Client, workspace: str, campaign: str) -> dict[str, Any]:
    """The campaign's fields."""
    return store.campaign_ref(db, workspace, campaign).get().to_dict() or {}


def stock_of(db: Client, workspace: str, campaign: str, prize: str) -> tuple[int, int | None]:
    """How many units of a prize are awarded, and how many are left; None without a limit."""
    shards = db.collection("workspaces", workspace, "campaigns", campaign, "stockShards")
    mine = [each.to_dict() or {} for each in shards.stream()]
    mine = [each for each in mine if each["prizeId"] == prize]
    left = [each["left"] for each in mine]
    awarded = sum(each["awarded"] for each in mine)
    return awarded, None if None in left else sum(left)

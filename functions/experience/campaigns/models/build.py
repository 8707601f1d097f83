"""What a campaign is built from, and what comes of it."""

from typing import Any

from experience.campaigns.models.campaign import BuiltCampaign, BuiltMedia, Campaign

WORKFLOW = "campaign.build"
MEDIA = tuple(BuiltMedia.model_fields)


def payload_of(campaign: Campaign) -> dict[str, Any]:
    """The payload of its build: what the page shows, and neither odds nor stock.

    `publish`: the build's files get addresses.
    """
    game = campaign.config.game
    names = {each.id: each.name for each in game.prizes}
    segments = [
        {"id": each.id, "label": each.label, "prize": names.get(each.prize_id or "")}
        for each in game.segments
    ]
    terms = game.terms.shown() if game.terms else None
    config = {**campaign.config.built(), "game": {"segments": segments, "terms": terms}}
    shown = {"id": campaign.id, "name": campaign.name, "templateId": campaign.template_id}
    return {"campaign": {**shown, "config": config}, "publish": True}


def built_fields(run_id: str, output: Any) -> dict[str, Any]:
    """The fields that a build which has succeeded changes. `output`: of its step `publish`."""
    manifest, addresses = output["manifest"], output["published"]
    built = BuiltCampaign(
        theme=manifest["theme"],
        words=manifest["copy"],
        media=BuiltMedia(**{slot: addresses.get(slot) for slot in MEDIA}),
        locale=manifest["locale"],
    )
    return {
        "built": built,
        "bundle_url": addresses["bundle"],
        "thumbnail_url": addresses["thumbnail"],
        "latest_run_id": run_id,
        "pending_run_id": None,
        "publish_error": None,
    }

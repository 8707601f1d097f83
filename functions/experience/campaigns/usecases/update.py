"""Changing a campaign's name and config."""

import json
from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, parts, transactions
from experience.campaigns import store
from experience.campaigns.models import life_cycle
from experience.campaigns.models.campaign import Campaign, CampaignStatus, CampaignView
from experience.campaigns.models.config import (
    MAX_CONFIG_BYTES,
    AuthoredCampaignConfig,
    CampaignConfig,
)
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.models.requests import ChangeCampaign, UpdateCampaign
from experience.campaigns.usecases.publication import require_complete, write_campaign
from experience.errors import InvalidArgument, VersionConflict
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

NEEDS_ALL = (CampaignStatus.LIVE, CampaignStatus.GENERATING)
"""In these states a config stays complete: it is played, or will be when its build ends.

So does that of a campaign that was live once: it has plays, and may be closed.
"""


def update_campaign(uid: str, request: UpdateCampaign) -> CampaignView:
    """Change the name and the config; editors. Two reads, one write; none where nothing changes.

    On a live campaign odds, stock, window, limits and terms count at once, theme, copy and sounds
    from the next build; then as `write_campaign`. Raises VersionConflict, and FailedPrecondition
    `campaign_deleted` and `campaign_closed`.
    """

    def changes(campaign: Campaign) -> dict[str, Any]:
        fields: dict[str, Any] = {"config": merged(campaign.config, request.config)}
        if request.name is not None:
            fields |= {"name": request.name, "name_key": request.name.lower()}
        return fields

    return change(uid, request, Move.UPDATE, changes)


def change(
    uid: str,
    request: ChangeCampaign,
    move: Move,
    changes: Callable[[Campaign], dict[str, Any]],
    role: Role = Role.EDITOR,
) -> CampaignView:
    """Make one move of a campaign, and what `changes` makes of it. Two reads, one write.

    A campaign that the move leaves as it is keeps its version, whichever was expected. Raises
    VersionConflict, and as `life_cycle.after` and `write_campaign`.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> Campaign:
        require_role(
            client, request.workspace_id, uid, role, what="workspace", transaction=transaction
        )
        campaign = store.get_campaign(
            client, request.workspace_id, request.campaign_id, transaction
        )
        status = life_cycle.after(campaign, move)
        changed = campaign.model_copy(update={**changes(campaign), "status": status})
        if changed.dump() == campaign.dump():
            return campaign
        if request.expected_version != campaign.version:
            raise VersionConflict(campaign.version)
        if status in NEEDS_ALL or changed.draws:
            require_complete(changed)
        return write_campaign(client, transaction, campaign, changed.changed(clock.now_ms()))

    return CampaignView.of(transactions.run_optimistic(client, body))


def merged(config: CampaignConfig, part: dict[str, Any] | None) -> CampaignConfig:
    """The config with a part of it changed. Raises InvalidArgument, naming the fields."""
    if not part:
        return config
    whole = parts.merge(config.dump(), part)
    parts.require_valid(AuthoredCampaignConfig, whole, part, "config")
    if len(json.dumps(whole, ensure_ascii=False).encode()) > MAX_CONFIG_BYTES:
        raise InvalidArgument(("config", f"must be at most {MAX_CONFIG_BYTES} bytes of JSON"))
    return CampaignConfig.load(whole)

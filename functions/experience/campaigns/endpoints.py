"""Callables of campaigns: for operators, and for who plays."""

from experience import reasons
from experience.campaigns.models.campaign import CampaignView
from experience.campaigns.models.requests import (
    ArchiveCampaign,
    CreateCampaign,
    DeleteCampaign,
    GetCampaign,
    ListCampaigns,
    RestoreCampaign,
    UndeleteCampaign,
    UpdateCampaign,
)
from experience.campaigns.usecases import create, end, read, update
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page
from experience.reasons import campaigns

_CHANGING = (
    reasons.WORKSPACE_NOT_FOUND,
    campaigns.CAMPAIGN_NOT_FOUND,
    reasons.ROLE_REQUIRED,
    reasons.VERSION_CONFLICT,
    reasons.CONTENTION,
)
_DRAWING = (
    campaigns.CAMPAIGN_INCOMPLETE,
    campaigns.CAMPAIGN_ID_TAKEN,
    campaigns.CAMPAIGN_SECRET_MISSING,
    campaigns.STOCK_AWARDED,
    campaigns.TOO_MANY_DRAWS,
)


@callable_function(
    CreateCampaign,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.REQUEST_ID_REUSED,
        reasons.CONTENTION,
    ],
)
def create_campaign(caller: Caller, request: CreateCampaign) -> CampaignView:
    """Create a draft of a campaign; editors."""
    return create.create_campaign(caller.uid, request)


@callable_function(
    UpdateCampaign,
    refuses=[*_CHANGING, *_DRAWING, campaigns.CAMPAIGN_DELETED, campaigns.CAMPAIGN_CLOSED],
)
def update_campaign(caller: Caller, request: UpdateCampaign) -> CampaignView:
    """Change a campaign's name and config; editors."""
    return update.update_campaign(caller.uid, request)


@callable_function(
    ArchiveCampaign,
    refuses=[
        *_CHANGING,
        campaigns.CAMPAIGN_STATUS,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
    ],
)
def archive_campaign(caller: Caller, request: ArchiveCampaign) -> CampaignView:
    """Take a live campaign off; editors."""
    return end.archive_campaign(caller.uid, request)


@callable_function(
    RestoreCampaign,
    refuses=[
        *_CHANGING,
        *_DRAWING,
        campaigns.CAMPAIGN_STATUS,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
    ],
)
def restore_campaign(caller: Caller, request: RestoreCampaign) -> CampaignView:
    """Make an archived campaign live again; editors."""
    return end.restore_campaign(caller.uid, request)


@callable_function(DeleteCampaign, refuses=_CHANGING)
def delete_campaign(caller: Caller, request: DeleteCampaign) -> CampaignView:
    """Delete a campaign; nothing of it is lost; editors."""
    return end.delete_campaign(caller.uid, request)


@callable_function(UndeleteCampaign, refuses=_CHANGING)
def undelete_campaign(caller: Caller, request: UndeleteCampaign) -> CampaignView:
    """Bring a deleted campaign back; editors."""
    return end.undelete_campaign(caller.uid, request)


@callable_function(GetCampaign, refuses=[reasons.WORKSPACE_NOT_FOUND, campaigns.CAMPAIGN_NOT_FOUND])
def get_campaign(caller: Caller, request: GetCampaign) -> CampaignView:
    """A campaign, a deleted one too; members."""
    return read.get_campaign(caller.uid, request)


@callable_function(ListCampaigns, refuses=[reasons.WORKSPACE_NOT_FOUND])
def list_campaigns(caller: Caller, request: ListCampaigns) -> Page[CampaignView]:
    """The workspace's campaigns, the newest first, or by name under a prefix; members."""
    return read.list_campaigns(caller.uid, request)

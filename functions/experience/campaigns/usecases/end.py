"""Taking a campaign off, bringing it back, and closing it for good."""

from experience import clock
from experience.campaigns.models.campaign import CampaignView
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.models.requests import (
    ArchiveCampaign,
    DeleteCampaign,
    RestoreCampaign,
    UndeleteCampaign,
)
from experience.campaigns.usecases.update import change


def archive_campaign(uid: str, request: ArchiveCampaign) -> CampaignView:
    """Take a live campaign off; editors. Two reads, two writes: its twin goes.

    Raises VersionConflict, and FailedPrecondition `campaign_status`, `campaign_deleted` and
    `campaign_closed`.
    """
    return change(uid, request, Move.ARCHIVE, lambda _: {})


def restore_campaign(uid: str, request: RestoreCampaign) -> CampaignView:
    """Make an archived campaign live again, with a new draw; editors. Three reads, three writes.

    Raises as `archive_campaign`, and FailedPrecondition `campaign_incomplete`.
    """
    return change(uid, request, Move.RESTORE, lambda _: {})


def delete_campaign(uid: str, request: DeleteCampaign) -> CampaignView:
    """Delete a campaign; editors. Two reads, one write, and one more for the twin of a live one.

    Nothing of it is lost. Raises VersionConflict.
    """
    return change(
        uid,
        request,
        Move.DELETE,
        lambda campaign: {"deleted": True, "deleted_at": campaign.deleted_at or clock.now_ms()},
    )


def undelete_campaign(uid: str, request: UndeleteCampaign) -> CampaignView:
    """Bring a deleted campaign back, one that was live as archived; editors. Two reads, one write.

    Raises VersionConflict.
    """

    return change(uid, request, Move.UNDELETE, lambda _: {"deleted": False, "deleted_at": None})

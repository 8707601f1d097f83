"""What operators send about campaigns."""

from typing import Annotated, Any, Literal

from pydantic import Field

from experience.campaigns.models.campaign import CampaignStatus
from experience.campaigns.models.config import AuthoredCampaignConfig
from experience.documents import Request
from experience.ids import DocumentId, RequestId
from experience.parts import PartOf

Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"\S")]
ConfigPart = Annotated[dict[str, Any], PartOf(AuthoredCampaignConfig)]


class CreateCampaign(Request):
    """Create a draft. A repeated call with the same `request_id` returns the first one's."""

    workspace_id: DocumentId
    name: Name
    template_id: Literal["spin_wheel"]
    config: ConfigPart | None = None
    request_id: RequestId | None = None


class OfCampaign(Request):
    """The base of what is asked of one campaign."""

    workspace_id: DocumentId
    campaign_id: DocumentId


class ChangeCampaign(OfCampaign):
    """The base of changes, which name the version that they are made to."""

    expected_version: int = Field(ge=1)


class UpdateCampaign(ChangeCampaign):
    """Change a name and a config; what is left out of the config stays, what is null goes."""

    name: Name | None = None
    config: ConfigPart | None = None


class GenerateCampaign(ChangeCampaign):
    """Build the campaign."""


class ArchiveCampaign(ChangeCampaign):
    """Take a live campaign off."""


class RestoreCampaign(ChangeCampaign):
    """Make an archived campaign live again."""


class DeleteCampaign(ChangeCampaign):
    """Delete a campaign; it can be undeleted."""


class UndeleteCampaign(ChangeCampaign):
    """Bring a deleted campaign back."""


class CloseCampaign(ChangeCampaign):
    """End playing for good, and reveal the draws' seeds."""


class RevealDraws(OfCampaign):
    """The task that reveals the seeds of a closed campaign's draws."""


class GetEmbedCode(OfCampaign):
    """The HTML that shows a campaign within another page."""


class GetCampaign(OfCampaign):
    """Read a campaign, a deleted one too."""


class ListCampaigns(Request):
    """The workspace's campaigns: the newest first, under a prefix by name."""

    workspace_id: DocumentId
    status: CampaignStatus | None = None
    name_prefix: str | None = Field(default=None, min_length=1, max_length=255)
    deleted: bool = False
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=3000)

"""Callables of those who run campaigns, and what finishes builds and reveals."""

from firebase_functions import options

from experience import reasons
from experience.campaigns.models.campaign import CampaignView, EmbedCode, GeneratedCampaign
from experience.campaigns.models.requests import (
    ArchiveCampaign,
    CloseCampaign,
    CreateCampaign,
    DeleteCampaign,
    GenerateCampaign,
    GetCampaign,
    GetEmbedCode,
    ListCampaigns,
    RestoreCampaign,
    RevealDraws,
    UndeleteCampaign,
    UpdateCampaign,
)
from experience.campaigns.usecases import create, end, generate, read, sweep, update
from experience.campaigns.usecases.playing import reveal
from experience.firebase.callables import Caller, callable_function
from experience.firebase.schedules import schedule
from experience.firebase.tasks import task_function
from experience.pages import Page
from experience.reasons import ai_generations, campaigns

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
    GenerateCampaign,
    refuses=[
        *_CHANGING,
        campaigns.CAMPAIGN_STATUS,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
        campaigns.CAMPAIGN_INCOMPLETE,
        campaigns.CAMPAIGN_SECRET_MISSING,
        ai_generations.MODEL_NOT_CONFIGURED,
    ],
)
def generate_campaign(caller: Caller, request: GenerateCampaign) -> GeneratedCampaign:
    """Build a campaign; while a build runs, the same one; editors."""
    return generate.generate_campaign(caller.uid, request)


@callable_function(
    GetEmbedCode, refuses=[reasons.WORKSPACE_NOT_FOUND, campaigns.CAMPAIGN_NOT_FOUND]
)
def get_embed_code(caller: Caller, request: GetEmbedCode) -> EmbedCode:
    """The HTML that shows a campaign within another page; members."""
    return read.get_embed_code(caller.uid, request)


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


@callable_function(
    CloseCampaign,
    refuses=[*_CHANGING, campaigns.CAMPAIGN_STATUS, campaigns.CAMPAIGN_DELETED],
)
def close_campaign(caller: Caller, request: CloseCampaign) -> CampaignView:
    """End playing for good, and reveal the draws' seeds two minutes later; admins."""
    return reveal.close_campaign(caller.uid, request)


@task_function(
    RevealDraws,
    memory=options.MemoryOption.MB_256,
    timeout_seconds=60,
    # For crashes, and a Secret Manager or a database that fails; then the sweep.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=5, max_backoff_seconds=60, max_doublings=5
    ),
    rate=options.RateLimits(max_concurrent_dispatches=10, max_dispatches_per_second=10),
)
def reveal_draws(task: RevealDraws) -> None:
    """Reveal the seeds of a closed campaign's draws."""
    reveal.reveal_draws(task)


@schedule(every="10 minutes", timeout_seconds=540)
def sweep_campaigns() -> None:
    """Finish what lost tasks and dead workers left undone."""
    sweep.sweep_campaigns()

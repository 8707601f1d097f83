"""Callables of AI generations, and what runs by itself."""

from firebase_functions import options

from experience import reasons
from experience.ai_generations.models import (
    AcceptAiGeneration,
    AiGenerationView,
    CreateAiGeneration,
    GetAiGeneration,
    ListAiGenerations,
    RejectAiGeneration,
)
from experience.ai_generations.usecases import create, decide, detach, read, sweep
from experience.campaigns.models.campaign import Campaign
from experience.firebase.callables import Caller, callable_function
from experience.firebase.events import DocumentEvent, on_updated
from experience.firebase.schedules import schedule
from experience.pages import Page
from experience.reasons import ai_generations, campaigns

_DECIDING = (
    reasons.WORKSPACE_NOT_FOUND,
    ai_generations.AI_GENERATION_NOT_FOUND,
    reasons.ROLE_REQUIRED,
    ai_generations.GENERATION_STATUS,
    reasons.CONTENTION,
)


@callable_function(
    CreateAiGeneration,
    consumes_token=True,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        campaigns.CAMPAIGN_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.REQUEST_ID_REUSED,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
        ai_generations.MODEL_NOT_CONFIGURED,
        ai_generations.TOKEN_BUDGET,
        reasons.CONTENTION,
    ],
    timeout_seconds=create.CALL_SECONDS,
    memory=options.MemoryOption.GB_1,  # pictures are drawn in processes of their own
)
def create_ai_generation(caller: Caller, request: CreateAiGeneration) -> AiGenerationView:
    """Have a language model make a plan, copy or a theme after a brief; editors."""
    return create.create_ai_generation(caller.uid, request)


@callable_function(
    AcceptAiGeneration,
    refuses=[
        *_DECIDING,
        reasons.VERSION_CONFLICT,
        ai_generations.GENERATION_HAS_NO_CAMPAIGN,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CAMPAIGN_DELETED,
        campaigns.CAMPAIGN_CLOSED,
        campaigns.CAMPAIGN_INCOMPLETE,
        campaigns.CAMPAIGN_ID_TAKEN,
        campaigns.CAMPAIGN_SECRET_MISSING,
        campaigns.STOCK_AWARDED,
        campaigns.TOO_MANY_DRAWS,
    ],
)
def accept_ai_generation(caller: Caller, request: AcceptAiGeneration) -> AiGenerationView:
    """Apply what was generated to its campaign, or create one of a plan; editors."""
    return decide.accept_ai_generation(caller.uid, request)


@callable_function(RejectAiGeneration, refuses=[*_DECIDING, ai_generations.GENERATION_ACCEPTED])
def reject_ai_generation(caller: Caller, request: RejectAiGeneration) -> AiGenerationView:
    """Say no to what was generated, until it is accepted after all; editors."""
    return decide.reject_ai_generation(caller.uid, request)


@callable_function(
    GetAiGeneration,
    refuses=[reasons.WORKSPACE_NOT_FOUND, ai_generations.AI_GENERATION_NOT_FOUND],
)
def get_ai_generation(caller: Caller, request: GetAiGeneration) -> AiGenerationView:
    """A generation with its output; members."""
    return read.get_ai_generation(caller.uid, request)


@callable_function(ListAiGenerations, refuses=[reasons.WORKSPACE_NOT_FOUND])
def list_ai_generations(caller: Caller, request: ListAiGenerations) -> Page[AiGenerationView]:
    """The workspace's generations, the newest first; members."""
    return read.list_ai_generations(caller.uid, request)


@on_updated("workspaces/{workspace}/campaigns/{campaign}")
def on_campaign_deleted(event: DocumentEvent) -> None:
    """Let the generations of a deleted campaign go of it."""
    if not event.before or not event.after or event.before.get("deleted"):
        return
    if event.after.get("deleted"):
        detach.detach_generations(Campaign.load(dict(event.after)))


@schedule(every="15 minutes")
def sweep_ai_generations() -> None:
    """End generations whose worker died, and find deletions whose event was lost."""
    sweep.sweep_ai_generations()

"""The tools that change or cost something: what each proposes, and what it does once confirmed.

A plan has the ids and versions that the change is made to, and a summary from the stored document.
An effect is keyed by its proposal, so that a repeat does nothing more.
"""

from typing import Any, NamedTuple

from experience.assistant.models.tools import Data, NewCampaign, OneCampaign, OneRun, quoted
from experience.assistant.usecases.tools.named import find_campaign
from experience.campaigns.models import life_cycle
from experience.campaigns.models.campaign import CampaignView
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.models.requests import (
    ArchiveCampaign,
    CreateCampaign,
    GenerateCampaign,
)
from experience.campaigns.usecases import create, end, generate
from experience.campaigns.usecases.publication import require_complete
from experience.errors import FailedPrecondition
from experience.workflows.runs.models import ACTIVE
from experience.workflows.runs.requests import CancelRun, GetRun
from experience.workflows.usecases import cancel
from experience.workflows.usecases import read as runs


class NotProposed(FailedPrecondition):
    """Why a tool proposes nothing. The model alone gets it: it is no reason of a callable."""


class Plan(NamedTuple):
    """What a change would be made to, and what it does in words."""

    arguments: Data
    summary: str


class Confirmed(NamedTuple):
    """A plan that its user has confirmed. `key` is that of the proposal."""

    workspace_id: str
    arguments: Data
    key: str

    def fields(self, **more: Any) -> Data:
        """Those of the domain's request."""
        return {"workspaceId": self.workspace_id, **self.arguments, **more}


def plan_create(_uid: str, _workspace_id: str, wanted: NewCampaign) -> Plan:
    """No reads."""
    summary = f"Create the campaign {quoted(wanted.name)} as a draft."
    return Plan({"name": wanted.name, "templateId": "spin_wheel"}, summary)


def run_create(uid: str, confirmed: Confirmed) -> str:
    """As `createCampaign`, with the key as its requestId."""
    request = CreateCampaign.load(confirmed.fields(requestId=confirmed.key))
    campaign = create.create_campaign(uid, request)
    return f"The campaign {quoted(campaign.name)} was created with the id {campaign.id}."


def plan_generate(uid: str, workspace_id: str, wanted: OneCampaign) -> Plan:
    """As `find_campaign`. Raises as `generateCampaign`, and NotProposed `campaign_generating`."""
    campaign = find_campaign(uid, workspace_id, wanted.campaign)
    life_cycle.after(campaign, Move.GENERATE)
    if campaign.pending_run_id:
        message = f"The run {campaign.pending_run_id} builds it already."
        raise NotProposed("campaign_generating", message)
    require_complete(campaign)
    ends = "Guests then get the new build." if campaign.is_live else "It then goes live."
    return _plan(campaign, f"Build {_described(campaign)}. {ends} A build can cost money.")


def run_generate(uid: str, confirmed: Confirmed) -> str:
    """As `generateCampaign`, with a run whose id is the key."""
    request = GenerateCampaign.load(confirmed.fields())
    generated = generate.generate_campaign(uid, request, run_id=confirmed.key)
    return f"The run {generated.run.id} builds the campaign {quoted(generated.campaign.name)}."


def plan_archive(uid: str, workspace_id: str, wanted: OneCampaign) -> Plan:
    """As `find_campaign`. Raises as `archiveCampaign`."""
    campaign = find_campaign(uid, workspace_id, wanted.campaign)
    life_cycle.after(campaign, Move.ARCHIVE)
    return _plan(campaign, f"Archive {_described(campaign)}. Guests can no longer play it.")


def run_archive(uid: str, confirmed: Confirmed) -> str:
    """As `archiveCampaign`."""
    campaign = end.archive_campaign(uid, ArchiveCampaign.load(confirmed.fields()))
    return f"The campaign {quoted(campaign.name)} is archived."


def plan_cancel(uid: str, workspace_id: str, wanted: OneRun) -> Plan:
    """As `getRun`. Raises NotProposed `run_ended`."""
    view = runs.get_run(uid, GetRun(workspace_id=workspace_id, run_id=wanted.run_id))
    if view.run.status not in ACTIVE:
        raise NotProposed("run_ended", f"This run is {view.run.status}.")
    run = f"the run {view.run.id} of {view.run.workflow_name}"
    return Plan({"runId": view.run.id}, f"Cancel {run}, which is {view.run.status}.")


def run_cancel(uid: str, confirmed: Confirmed) -> str:
    """As `cancelRun`."""
    view = cancel.cancel_run(uid, CancelRun.load(confirmed.fields()))
    return f"The run {view.run.id} is {view.run.status}."


def _plan(campaign: CampaignView, summary: str) -> Plan:
    """A change of the campaign as it is now."""
    return Plan({"campaignId": campaign.id, "expectedVersion": campaign.version}, summary)


def _described(campaign: CampaignView) -> str:
    return f"the campaign {quoted(campaign.name)} ({campaign.status}, version {campaign.version})"

"""Building a campaign, and ending builds whose run is over or gone."""

import traceback

from google.cloud.firestore import Client, Transaction

from experience import clients, clock, logs, transactions
from experience.campaigns import store
from experience.campaigns.models import life_cycle
from experience.campaigns.models.build import WORKFLOW, payload_of
from experience.campaigns.models.campaign import Campaign, CampaignView, GeneratedCampaign
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.models.requests import GenerateCampaign
from experience.campaigns.usecases import secrets
from experience.campaigns.usecases.hooks import KIND, end_build, fail_build
from experience.campaigns.usecases.publication import require_complete
from experience.errors import NotFound, VersionConflict
from experience.ids import new_id
from experience.language_models import registry
from experience.store import find
from experience.workflows import catalog  # noqa: F401  (its skills register themselves)
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs import creation, dispatch, finalization
from experience.workflows.runs import store as run_store
from experience.workflows.runs.creation import NewRun
from experience.workflows.runs.models import OwnerReference, Queue, Run, RunStep, RunSummary
from experience.workspaces.models import Role


def generate_campaign(
    uid: str, request: GenerateCampaign, *, run_id: str | None = None
) -> GeneratedCampaign:
    """Build a campaign; editors. While a build runs, another call returns that build.

    `run_id`: the id of the new run. Called again with it, this returns that run, whatever became
    of it, for one read more.

    Three reads, and those of the last build that succeeded: its run and its twelve steps. One write
    for the campaign, one for the run and one for each step. Raises VersionConflict, and
    FailedPrecondition `campaign_status`, `campaign_deleted`, `campaign_closed`,
    `campaign_incomplete`, `campaign_secret_missing` and `model_not_configured`.
    """
    client = clients.firestore()
    tenant = Tenant.of_member(client, uid, request.workspace_id, Role.EDITOR, "workspace")
    seen = store.get_campaign(client, tenant.id, request.campaign_id)
    if seen.pending_run_id and end_lost_build(client, tenant.id, seen.id):
        seen = store.get_campaign(client, tenant.id, seen.id)
    new = None if seen.pending_run_id else _new_run(tenant, seen, uid, run_id or new_id())

    def body(transaction: Transaction) -> tuple[Campaign, Run, NewRun | None]:
        campaign = store.get_campaign(client, tenant.id, request.campaign_id, transaction)
        if campaign.pending_run_id:
            run = run_store.get_run(tenant, campaign.pending_run_id)
            return campaign, run, None
        if run_id and (made := find(client, tenant.run_ref(run_id), Run, transaction)):
            return campaign, made, None
        status = life_cycle.after(campaign, Move.GENERATE)
        if request.expected_version != campaign.version or new is None:
            raise VersionConflict(campaign.version)
        require_complete(campaign)
        if not campaign.is_live:
            secrets.newest_secret()  # going live needs it: not only when all is built
        if not campaign.config.copy_.is_whole:
            registry.language_model()  # the same for what writes the absent words
        started = campaign.model_copy(
            update={
                "status": status,
                "pending_run_id": new.run.id,
                "publish_error": None,
                "updated_at": max(new.run.created_at, campaign.updated_at),
            }
        )
        new.create(tenant, transaction)
        reference = store.campaign_ref(client, tenant.id, campaign.id)
        transaction.update(reference, campaign.difference(started))
        return started, new.run, new

    campaign, run, created = transactions.run_optimistic(client, body)
    if created is None or created.run.remaining_sinks:
        _enqueue(tenant, run, created.steps if created else None)
    elif finalization.finalize_run(tenant, run.id):  # nothing has changed since the last build
        campaign = store.get_campaign(client, tenant.id, campaign.id)
        run = run_store.get_run(tenant, run.id)
    return GeneratedCampaign(campaign=CampaignView.of(campaign), run=RunSummary.of(run))


def end_lost_build(client: Client, workspace_id: str, campaign_id: str) -> bool:
    """End a build whose run is over or gone, and return whether this call did.

    The commit that ends a run ends the build. This is for a run that was erased, or that somebody
    changed by hand. Two reads; one more and the writes of `end_build` where there is such a build.
    """

    def body(transaction: Transaction) -> bool:
        reference = store.campaign_ref(client, workspace_id, campaign_id)
        campaign = find(client, reference, Campaign, transaction)
        if campaign is None or campaign.pending_run_id is None:
            return False
        opened = Tenant.of_run(client, workspace_id, campaign.pending_run_id)
        now = clock.now_ms()
        if opened is None:
            fail_build(client, transaction, campaign, now)
            return True
        tenant = opened[0]
        run, steps = run_store.get_run_with_steps(tenant, campaign.pending_run_id)
        if run.value.is_active:
            return False
        output = next((_output_of(tenant, each) for each in steps if each.id == "publish"), None)
        end_build(client, transaction, run.value, output, now)
        return True

    return transactions.run_optimistic(client, body)


def _output_of(tenant: Tenant, step: RunStep) -> object:
    return payloads.unpack(tenant, step.output, step.output_uri)


def _new_run(tenant: Tenant, campaign: Campaign, uid: str, run_id: str) -> NewRun:
    """The run of a build; an update of the last one, so that it says why it runs which step."""
    return creation.new_owned_run(
        tenant,
        WORKFLOW,
        run_id,
        payload_of(campaign),
        Queue.RUN_STEP,
        OwnerReference(kind=KIND, ids={"campaignId": campaign.id}, keeps_artifacts=True),
        clock.now_ms(),
        base_run_id=campaign.latest_run_id,
        created_by=uid,
    )


def _enqueue(tenant: Tenant, run: Run, steps: list[RunStep] | None) -> None:
    """Hand a run that has not started to its queue, and never fail for it: a sweep finds it."""
    if run.started_at is not None or not run.is_active:
        return
    try:
        if steps is None:
            steps = run_store.get_run_with_steps(tenant, run.id)[1]
        dispatch.enqueue_ready(steps)
    except NotFound:
        return  # erased meanwhile
    except Exception:  # noqa: BLE001
        logs.warning("task not enqueued", run=run.id, exc=traceback.format_exc())

"""How a campaign follows its build."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.cloud.firestore import Client, Transaction

from experience import clients, logs, transactions
from experience.campaigns import store
from experience.campaigns.models import life_cycle
from experience.campaigns.models.build import built_fields
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.life_cycle import Move
from experience.campaigns.usecases.publication import write_campaign
from experience.errors import FailedPrecondition
from experience.media.store import objects
from experience.store import find
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.hooks import HOOKS, HookWrites
from experience.workflows.runs.models import Run, RunStatus
from experience.workflows.skills import File

KIND = "campaign"


class CampaignHooks:
    """What a build writes to its campaign and the twin. `workflows.runs.hooks.RunHooks`."""

    def may_start(self, client: Client, run: Run) -> bool:  # noqa: ARG002
        """Always: a campaign has one build at a time."""
        return True

    def on_step_started(self, *_: Any, **__: Any) -> HookWrites:
        """Nothing: operators follow the run itself."""
        return []

    def on_attempt_failed(self, *_: Any, **__: Any) -> HookWrites:
        """Nothing: another attempt follows."""
        return []

    def on_run_finalized(
        self, client: Client, run: Run, outputs: Mapping[str, Any], now: int
    ) -> HookWrites:
        """One read, one write; as `write_campaign` where the build succeeded."""

        def body(transaction: Transaction) -> None:
            end_build(client, transaction, run, outputs.get("publish"), now)

        return transactions.conditional_writes(client, body)

    def after_run_finalized(self, run: Run) -> None:
        """Nothing: all of it is in the commit."""

    def on_run_retried(self, client: Client, run: Run, now: int) -> HookWrites:  # noqa: ARG002
        """Raises FailedPrecondition: by now the campaign may be another."""
        raise FailedPrecondition(
            "run_not_retryable", "A campaign is built anew by generateCampaign."
        )

    def publish(
        self,
        run: Run,
        files: Sequence[File],
        require_lease: Callable[[], None],  # noqa: ARG002
    ) -> Mapping[str, Any]:
        """Give the artifacts of these files addresses that do not expire, by the files' names.

        One read; two requests to the storage for each file.
        """
        client = clients.firestore()
        opened = Tenant.of_run(client, run.tenant_id, run.id)
        assert opened is not None
        tenant = opened[0]

        def address(file: File) -> str:
            return objects.publish(tenant.path_of(hashlib.sha256(file.data).hexdigest()))

        with ThreadPoolExecutor(len(files)) as side_by_side:
            addresses = list(side_by_side.map(address, files))
        names = [file.name.partition(".")[0] for file in files]
        return dict(zip(names, addresses, strict=True))


def end_build(
    client: Client, transaction: Transaction, run: Run, output: Any, now: int
) -> Campaign | None:
    """End a campaign's build as its run has ended; None where the campaign waits for another run.

    `output`: of the step `publish`, or None for a build without a result. One read, one write, and
    as `write_campaign`. Where it cannot go live, the campaign says why in `publish_error`.
    """
    assert run.owner_reference is not None
    reference = store.campaign_ref(client, run.tenant_id, run.owner_reference.ids["campaignId"])
    campaign = find(client, reference, Campaign, transaction)
    if campaign is None or campaign.pending_run_id != run.id:
        return None
    if run.status is not RunStatus.COMPLETED or output is None:
        return fail_build(client, transaction, campaign, now)
    status = life_cycle.after(campaign, Move.SUCCEED)
    changed = campaign.changed(now, status=status, **built_fields(run.id, output))
    try:
        return write_campaign(client, transaction, campaign, changed)
    except FailedPrecondition as refused:
        # Its config was completed for it, but the deployment has no secret, or another tenant has
        # the id. Nothing is written yet.
        logs.warning("build not published", run=run.id, reason=refused.reason)
        return fail_build(client, transaction, campaign, now, refused.reason)


def fail_build(
    client: Client,
    transaction: Transaction,
    campaign: Campaign,
    now: int,
    reason: str | None = None,
) -> Campaign:
    """End a build without a result: a first one fails, a live campaign stays live. One write.

    `reason`: why what was built could not go live.
    """
    status = life_cycle.after(campaign, Move.FAIL)
    failed = campaign.model_copy(
        update={
            "status": status,
            "pending_run_id": None,
            "publish_error": reason,
            "updated_at": max(now, campaign.updated_at),
        }
    )
    reference = store.campaign_ref(client, campaign.tenant_id, campaign.id)
    transaction.update(reference, campaign.difference(failed))
    return failed


HOOKS[KIND] = CampaignHooks()

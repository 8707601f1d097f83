"""Finishing what lost tasks and dead workers left undone."""

from google.cloud.firestore import FieldFilter

from experience import clients, clock, sweeps
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.requests import RevealDraws
from experience.campaigns.usecases.generate import end_lost_build
from experience.campaigns.usecases.playing.export import delete_old_exports
from experience.campaigns.usecases.playing.reveal import due_at, reveal_draws

RUN_MS = 420_000
"""How long a run lasts; the function has 540 s."""


def sweep_campaigns(milliseconds: int = RUN_MS) -> dict[str, int]:
    """Reveal seeds that a lost task left hidden, end builds without a run, delete old exports.

    Returns how many of each. As `sweeps.run` with two queries that mostly find nothing, a read of
    the run of each build under way, and a listing of the exports. Safe to repeat, and to run twice
    at once: what fails is logged and stays for the next run.
    """
    client = clients.firestore()

    def reveal(found: sweeps.Found) -> bool:
        campaign = Campaign.load(found.to_dict() or {})
        if due_at(campaign) > clock.now_ms():
            return False
        task = {"workspaceId": campaign.tenant_id, "campaignId": campaign.id}
        reveal_draws(RevealDraws.model_validate(task))
        return True

    def end(found: sweeps.Found) -> int:
        campaign = Campaign.load(found.to_dict() or {})
        return end_lost_build(client, campaign.tenant_id, campaign.id)

    campaigns = client.collection_group("campaigns")
    pending = campaigns.where(filter=FieldFilter("revealPending", "==", True)).order_by("__name__")
    building = campaigns.where(filter=FieldFilter("pendingRunId", ">", "")).order_by("pendingRunId")
    exports = delete_old_exports()
    done = sweeps.run(
        "sweepCampaigns",
        sweeps.Part("revealed", pending, reveal, ("__name__",)),
        sweeps.Part("ended", building, end, ("pendingRunId",)),
        milliseconds=milliseconds,
        also={"exports": exports},
    )
    return {kind: done[kind] for kind in ("revealed", "ended", "exports")}

"""Finishing what lost tasks and dead workers left undone."""

from google.cloud.firestore import FieldFilter

from experience import clients, clock, logs, sweeps
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.requests import RevealDraws
from experience.campaigns.usecases.generate import end_lost_build
from experience.campaigns.usecases.playing.export import delete_old_exports
from experience.campaigns.usecases.playing.reveal import due_at, reveal_draws


def sweep_campaigns() -> dict[str, int]:
    """Reveal seeds that a lost task left hidden, end builds without a run, delete old exports.

    Returns how many of each. Two queries that mostly find nothing, a read of the run of each build
    under way, and a listing of the exports. Safe to repeat, and to run twice at once: what fails is
    logged and stays for the next run.
    """
    client = clients.firestore()
    done = {"revealed": 0, "ended": 0, "exports": 0}
    pending = FieldFilter("revealPending", "==", True)
    for found in list(client.collection_group("campaigns").where(filter=pending).stream()):
        with sweeps.logging_failure(found):
            campaign = Campaign.load(found.to_dict() or {})
            if due_at(campaign) <= clock.now_ms():
                task = {"workspaceId": campaign.tenant_id, "campaignId": campaign.id}
                reveal_draws(RevealDraws.model_validate(task))
                done["revealed"] += 1
    building = FieldFilter("pendingRunId", ">", "")
    for found in list(client.collection_group("campaigns").where(filter=building).stream()):
        with sweeps.logging_failure(found):
            campaign = Campaign.load(found.to_dict() or {})
            done["ended"] += end_lost_build(client, campaign.tenant_id, campaign.id)
    done["exports"] = delete_old_exports()
    if any(done.values()):
        logs.info("campaigns", **done)
    return done

"""Finding what a dead worker or a lost event left undone."""

from experience import clients, clock, config, logs, sweeps
from experience.ai_generations import store
from experience.ai_generations.models import AiGeneration
from experience.ai_generations.usecases.create import CALL_SECONDS, end_generation
from experience.ai_generations.usecases.detach import detach_generations
from experience.campaigns.models.campaign import Campaign
from experience.language_models.models import ModelErrorCode, ModelFailed
from experience.store import parse

LOOKBACK_MS = 24 * 3_600_000


def sweep_ai_generations() -> int:
    """End what dead workers left pending, and let go of campaigns deleted within a day; how many.

    Two queries, one for each campaign deleted within a day, and as `end_generation` and
    `detach_generations` for what is found. The tokens of a dead worker stay counted: its vendor
    may charge them. Safe to repeat, and to run twice at once.
    """
    client, now = clients.firestore(), clock.now_ms()
    grace = int(config.SWEEP_GRACE_SECONDS.value) * 1000
    ended = detached = 0
    for page in sweeps.query_pages(store.query_pending(client, now - CALL_SECONDS * 1000 - grace)):
        for snapshot in page:
            with sweeps.logging_failure(snapshot):
                generation = parse(snapshot, AiGeneration)
                assert generation is not None
                lost = ModelFailed(
                    "It was not finished in time.", code=ModelErrorCode.TIMEOUT, attempts=0
                )
                end_generation(client, generation, generation.failed(lost, now))
                ended += 1
    for page in sweeps.query_pages(store.query_deleted_campaigns(client, now - LOOKBACK_MS)):
        for snapshot in page:
            with sweeps.logging_failure(snapshot):
                campaign = parse(snapshot, Campaign)
                assert campaign is not None
                detached += detach_generations(campaign)
    if ended or detached:
        logs.warning("sweep found work", generations=ended, detached=detached)
    return ended + detached

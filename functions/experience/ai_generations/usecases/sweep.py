"""Finding what a dead worker or a lost event left undone."""

from experience import clients, clock, config, sweeps
from experience.ai_generations import store
from experience.ai_generations.models import AiGeneration
from experience.ai_generations.usecases.create import CALL_SECONDS, end_generation
from experience.ai_generations.usecases.detach import detach_generations
from experience.campaigns.models.campaign import Campaign
from experience.language_models.models import ModelErrorCode, ModelFailed

LOOKBACK_MS = 24 * 3_600_000


def sweep_ai_generations(milliseconds: int = sweeps.RUN_MS) -> int:
    """End what dead workers left pending, and let go of campaigns deleted within a day; how many.

    As `sweeps.run` with two queries, one for each campaign deleted within a day, and as
    `end_generation` and `detach_generations` for what is found. The tokens of a dead worker stay
    counted: its vendor may charge them. Safe to repeat, and to run twice at once.
    """
    client, now = clients.firestore(), clock.now_ms()
    grace = int(config.SWEEP_GRACE_SECONDS.value) * 1000

    def end(found: sweeps.Found) -> bool:
        generation = AiGeneration.load(found.to_dict() or {})
        lost = ModelFailed("It was not finished in time.", code=ModelErrorCode.TIMEOUT, attempts=0)
        end_generation(client, generation, generation.failed(lost, now))
        return True

    def detach(found: sweeps.Found) -> int:
        return detach_generations(Campaign.load(found.to_dict() or {}))

    pending = store.query_pending(client, now - CALL_SECONDS * 1000 - grace)
    deleted = store.query_deleted_campaigns(client, now - LOOKBACK_MS)
    done = sweeps.run(
        "sweepAiGenerations",
        sweeps.Part("generations", pending, end, ("createdAt",)),
        sweeps.Part("detached", deleted, detach, ("deletedAt",)),
        milliseconds=milliseconds,
    )
    return done.total()

"""Why calls that ask a language model, and those of AI generations, are refused."""

from experience import errors
from experience.errors import Reason

MODEL_NOT_CONFIGURED = Reason(
    errors.FailedPrecondition,
    "model_not_configured",
    "this deployment's language model is unknown or has no key",
    {"model": str},
)
TOKEN_BUDGET = Reason(
    errors.ResourceExhausted,
    "token_budget",
    "the workspace has fewer tokens left for today, of its `limit`, than the call may need",
    {"retryAfterSeconds": int, "limit": int},
)
AI_GENERATION_NOT_FOUND = Reason(
    errors.NotFound,
    "ai_generation_not_found",
    "there is no such AI generation, or none for this caller",
)
GENERATION_STATUS = Reason(
    errors.FailedPrecondition,
    "generation_status",
    "the generation is `pending` or `failed`: there is no output to decide about",
    {"status": str},
)
GENERATION_ACCEPTED = Reason(
    errors.FailedPrecondition, "generation_accepted", "what was accepted cannot be rejected"
)
GENERATION_HAS_NO_CAMPAIGN = Reason(
    errors.FailedPrecondition,
    "generation_has_no_campaign",
    "copy, a theme, or what expects a version is for no campaign, or for one that was deleted",
)

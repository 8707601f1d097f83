"""Why calls about campaigns are refused."""

from experience import errors
from experience.errors import Issue, Reason

CAMPAIGN_NOT_FOUND = Reason(
    errors.NotFound, "campaign_not_found", "there is no such campaign, or none for this caller"
)
CAMPAIGN_STATUS = Reason(
    errors.FailedPrecondition,
    "campaign_status",
    "the campaign's `status` does not allow this",
    {"status": str},
)
CAMPAIGN_DELETED = Reason(
    errors.FailedPrecondition, "campaign_deleted", "undelete the campaign first", {"deleted": bool}
)
CAMPAIGN_CLOSED = Reason(
    errors.FailedPrecondition,
    "campaign_closed",
    "the campaign was closed for good at `closedAt`",
    {"closedAt": int},
)
CAMPAIGN_INCOMPLETE = Reason(
    errors.FailedPrecondition,
    "campaign_incomplete",
    "the config lacks what it needs to be built and played; `issues` names each field",
    {"issues": list[Issue]},
)
CAMPAIGN_ID_TAKEN = Reason(
    errors.FailedPrecondition,
    "campaign_id_taken",
    "a campaign of another workspace is public under this id; create a new one",
)
CAMPAIGN_SECRET_MISSING = Reason(
    errors.FailedPrecondition,
    "campaign_secret_missing",
    "the deployment has no secret that campaigns draw prizes by",
)
STOCK_AWARDED = Reason(
    errors.FailedPrecondition,
    "stock_awarded",
    "more units of the prize are `awarded` than the new stock has",
    {"prizeId": str, "awarded": int},
)
TOO_MANY_DRAWS = Reason(
    errors.FailedPrecondition, "too_many_draws", "odds and stock were changed 200 times"
)

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
PLAY_NOT_FOUND = Reason(
    errors.NotFound, "play_not_found", "there is no such play, or it is another person's"
)
CLAIM_NOT_FOUND = Reason(errors.NotFound, "claim_not_found", "no play of this campaign has it")
PRIZE_NOT_FOUND = Reason(errors.NotFound, "prize_not_found", "the campaign has no such prize")
TICKET_BATCH_NOT_FOUND = Reason(
    errors.NotFound, "ticket_batch_not_found", "the campaign has no such batch of tickets"
)
NOT_OPEN = Reason(
    errors.FailedPrecondition,
    "not_open",
    "playing begins at `opensAt`, in Unix milliseconds",
    {"opensAt": int},
)
CLOSED = Reason(
    errors.FailedPrecondition,
    "closed",
    "playing ended at `closesAt`, in Unix milliseconds",
    {"closesAt": int},
)
TERMS_REQUIRED = Reason(
    errors.FailedPrecondition,
    "terms_required",
    "the person has to accept the terms of this `version` at `url` first",
    {"version": str, "url": str},
)
LIMIT_REACHED = Reason(
    errors.FailedPrecondition,
    "limit_reached",
    "`number` is above the `plays` of a person; `next.at` says when they may play again",
    {"plays": int, "next": dict[str, int] | None},
)
SESSION_REQUIRED = Reason(
    errors.FailedPrecondition,
    "session_required",
    "`projectId` and `sessionId` name no main session that the caller completed in this period",
)
TICKET_INVALID = Reason(
    errors.FailedPrecondition, "ticket_invalid", "`ticket` is missing, or none of this campaign"
)
TICKET_REVOKED = Reason(
    errors.FailedPrecondition, "ticket_revoked", "the batch of this ticket was revoked"
)
ALREADY_REDEEMED = Reason(
    errors.FailedPrecondition,
    "already_redeemed",
    "the claim was redeemed at `redeemedAt`, in Unix milliseconds",
    {"redeemedAt": int},
)
CLAIM_VOIDED = Reason(
    errors.FailedPrecondition,
    "claim_voided",
    "the claim was taken back at `voidedAt`, in Unix milliseconds",
    {"voidedAt": int},
)
NOTHING_WON = Reason(
    errors.FailedPrecondition,
    "nothing_won",
    "a play without a prize has no claim; `status` is its status",
    {"status": str},
)
CODES_GENERATED = Reason(
    errors.FailedPrecondition, "codes_generated", "the prize takes no uploaded codes"
)
TOO_MANY_REVOKED = Reason(
    errors.FailedPrecondition, "too_many_revoked", "500 batches of tickets are revoked already"
)

"""The life of a campaign: each state, and what may be done in it, as data."""

from enum import StrEnum

from experience.campaigns.models.campaign import Campaign, CampaignStatus
from experience.errors import FailedPrecondition

DRAFT, GENERATING, LIVE, FAILED, ARCHIVED = CampaignStatus


class Move(StrEnum):
    """What happens to a campaign: calls of operators, and how a build ends."""

    UPDATE = "update"
    GENERATE = "generate"
    SUCCEED = "succeed"
    FAIL = "fail"
    ARCHIVE = "archive"
    RESTORE = "restore"
    CLOSE = "close"
    DELETE = "delete"
    UNDELETE = "undelete"


MOVES: dict[Move, dict[CampaignStatus, CampaignStatus]] = {
    Move.UPDATE: {each: each for each in CampaignStatus},
    Move.GENERATE: {DRAFT: GENERATING, GENERATING: GENERATING, FAILED: GENERATING, LIVE: LIVE},
    Move.SUCCEED: {GENERATING: LIVE, LIVE: LIVE, ARCHIVED: ARCHIVED},
    Move.FAIL: {GENERATING: FAILED, LIVE: LIVE, ARCHIVED: ARCHIVED},
    Move.ARCHIVE: {LIVE: ARCHIVED, ARCHIVED: ARCHIVED},
    Move.RESTORE: {ARCHIVED: LIVE, LIVE: LIVE},
    Move.CLOSE: {LIVE: ARCHIVED, ARCHIVED: ARCHIVED},
    Move.DELETE: {each: each for each in CampaignStatus},
    Move.UNDELETE: {each: ARCHIVED if each is LIVE else each for each in CampaignStatus},
}
"""From which state each move leads to which. What is not listed is refused.

What is in the state already stays as it is, so that every call can be repeated. A deleted campaign
takes no move but `DELETE`, `UNDELETE` and the end of its build; a closed one none but these and
`CLOSE`.
"""

_OF_DELETED = (Move.UNDELETE, Move.DELETE, Move.SUCCEED, Move.FAIL)
_OF_CLOSED = (Move.CLOSE, Move.DELETE, Move.UNDELETE, Move.SUCCEED, Move.FAIL)


def after(campaign: Campaign, move: Move) -> CampaignStatus:
    """The state after a move. FailedPrecondition names the state that refuses it.

    Reasons: `campaign_deleted`, `campaign_closed` and `campaign_status`.
    """
    if campaign.deleted and move not in _OF_DELETED:
        raise FailedPrecondition("campaign_deleted", "This campaign is deleted.", deleted=True)
    if campaign.closed_at is not None and move not in _OF_CLOSED:
        raise FailedPrecondition(
            "campaign_closed", "This campaign is closed for good.", closedAt=campaign.closed_at
        )
    following = MOVES[move].get(campaign.status)
    if following is None:
        raise FailedPrecondition(
            "campaign_status", f"This campaign is {campaign.status}.", status=campaign.status
        )
    return following

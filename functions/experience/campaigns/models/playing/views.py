"""What members see of plays."""

from experience.campaigns.models.game import PrizeKind
from experience.campaigns.models.playing.play import Denied, Play, PlayStatus
from experience.documents import Document


class PlayView(Document):
    """A play as its workspace sees it: of a code the hash alone."""

    id: str
    uid: str | None
    period: str
    number: int
    draw: int
    roll: int
    drawn_prize_id: str | None
    denied: Denied | None
    segment_id: str
    prize_id: str | None
    prize_name: str | None
    prize_kind: PrizeKind | None
    status: PlayStatus
    claim_hash: str | None
    day: str
    created_at: int
    redeemed_at: int | None
    redeemed_by: str | None
    voided_at: int | None
    void_reason: str | None

    @classmethod
    def of(cls, play: Play) -> "PlayView":
        """The play's fields that are shown."""
        return cls.model_validate({name: getattr(play, name) for name in cls.model_fields})


class FunnelCounts(Document):
    """How many plays there were, and what became of what they won."""

    played: int = 0
    won: int = 0
    redeemed: int = 0
    voided: int = 0


class DayFunnel(FunnelCounts):
    """The plays of one local day."""

    day: str


class PrizeFunnel(Document):
    """What became of one prize; `denied`: how often it was drawn and not awarded, by reason."""

    prize_id: str
    won: int = 0
    redeemed: int = 0
    voided: int = 0
    denied: dict[str, int] = {}


class CampaignFunnel(FunnelCounts):
    """The sums of a window of days, and the same by day and by prize."""

    days: list[DayFunnel]
    prizes: list[PrizeFunnel]

"""A play: who played when, what was drawn, and what became of the prize."""

from enum import StrEnum

from experience.campaigns.models.game import Game, Limit, Prize, PrizeKind
from experience.documents import Document
from experience.ids import derived_id
from experience.progress.calendar import day_of, next_day_ms

WHOLE_CAMPAIGN = "all"


class PlayStatus(StrEnum):
    """What became of a play: nothing was won, or what happened to the claim."""

    LOST = "lost"
    WON = "won"
    REDEEMED = "redeemed"
    VOIDED = "voided"


class Denied(StrEnum):
    """Why a prize that was drawn was not awarded."""

    SOLD_OUT = "sold_out"
    PER_DAY = "per_day"
    WINS = "wins"


class Proof(Document):
    """What made a caller a person of the campaign; dropped when that person is erased."""

    project_id: str | None = None
    session_id: str | None = None
    ticket: str | None = None


class Play(Document):
    """`…/campaigns/{c}/plays/{id}`. Timestamps are Unix milliseconds.

    `id` follows from campaign, person, period and number. `roll` follows from the draw's seed and
    the id, `drawn_prize_id` from the roll and the draw's odds. `prize_id` is that prize, unless it
    was `denied`. `claim_hash` is the hash of the claim's code. `day` is the local day of the play,
    `shard` the share of the stock that the prize came from, `code_number` the uploaded code.
    """

    id: str
    campaign_id: str
    tenant_id: str
    uid: str | None
    period: str
    number: int
    draw: int
    roll: int
    drawn_prize_id: str | None = None
    denied: Denied | None = None
    segment_id: str
    prize_id: str | None = None
    prize_name: str | None = None
    prize_kind: PrizeKind | None = None
    status: PlayStatus = PlayStatus.LOST
    claim_hash: str | None = None
    day: str
    shard: int | None = None
    code_number: int | None = None
    winner: str | None = None
    proof: Proof | None = None
    created_at: int
    redeemed_at: int | None = None
    redeemed_by: str | None = None
    voided_at: int | None = None
    void_reason: str | None = None

    def with_result(self, game: Game, prize: Prize | None, denied: Denied | None) -> "Play":
        """The play once it is known what is awarded: the prize that was drawn, or nothing."""
        awarded = prize if denied is None else None
        return self.model_copy(
            update={
                "drawn_prize_id": prize.id if prize else None,
                "denied": denied,
                "segment_id": game.segment(awarded.id if awarded else None, self.roll).id,
                "prize_id": awarded.id if awarded else None,
                "prize_name": awarded.name if awarded else None,
                "prize_kind": awarded.kind if awarded else None,
                "status": PlayStatus.WON if awarded else PlayStatus.LOST,
            }
        )


def period_of(limit: Limit, zone: str, now: int) -> str:
    """What a person's plays are counted in: the whole campaign, or the local day."""
    return WHOLE_CAMPAIGN if limit.per == "campaign" else day_of(now, zone)


def next_period_ms(limit: Limit, zone: str, now: int) -> int | None:
    """When a person may play again, where plays are counted by day: the next local midnight."""
    return None if limit.per == "campaign" else next_day_ms(now, zone)


def play_id_of(workspace_id: str, campaign_id: str, person: str, period: str, number: int) -> str:
    """The id of the one play that a person has under this number in a period."""
    return derived_id("play", workspace_id, campaign_id, person, period, number)

"""What players and attendants send, and what they get."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from experience.campaigns.models.game import MAX_PLAYS, PrizeKind
from experience.campaigns.models.playing.claims import as_meant
from experience.campaigns.models.playing.play import PlayStatus
from experience.campaigns.models.requests import OfCampaign
from experience.documents import Document
from experience.ids import DocumentId, RequestId

MAX_TICKETS = 1000
MAX_CODES = 400
MAX_CODE_LETTERS = 200
MIN_CODE_LETTERS = 4

Code = Annotated[str, Field(min_length=1, max_length=MAX_CODE_LETTERS)]


def _legible(code: str) -> str:
    if len(as_meant(code)) < MIN_CODE_LETTERS or not code.isprintable():
        raise ValueError(f"must have {MIN_CODE_LETTERS} letters or digits at least")
    return code


PrizeCode = Annotated[Code, AfterValidator(_legible)]


class PlayCampaign(OfCampaign):
    """Play once. Asked again, it is the same play with the same claim."""

    terms_version: str = Field(min_length=1, max_length=50)
    number: int = Field(default=1, ge=1, le=MAX_PLAYS)
    project_id: DocumentId | None = None
    session_id: DocumentId | None = None
    ticket: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.project_id is None) != (self.session_id is None):
            raise ValueError("projectId and sessionId come together")
        return self


class GetPlay(OfCampaign):
    """Read one of the caller's own plays."""

    play_id: DocumentId


class ListPlays(OfCampaign):
    """The plays of a campaign, the newest first, for its workspace."""

    status: PlayStatus | None = None
    prize_id: DocumentId | None = None
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class RedeemClaim(OfCampaign):
    """Hand a prize out, once."""

    code: Code


class VoidClaim(OfCampaign):
    """Take a claim back; its unit can be won again."""

    play_id: DocumentId
    reason: str = Field(min_length=1, max_length=500)


class CreateTickets(OfCampaign):
    """Make a batch of tickets; under the same `request_id` the same ones again."""

    count: int = Field(ge=1, le=MAX_TICKETS)
    request_id: RequestId


class RevokeTickets(OfCampaign):
    """Make a batch of tickets invalid."""

    batch_id: DocumentId


class UploadCodes(OfCampaign):
    """Add codes to a prize. Those that it has already are passed over."""

    prize_id: DocumentId
    codes: list[PrizeCode] = Field(min_length=1, max_length=MAX_CODES)


class ExportPlays(OfCampaign):
    """Write all plays of a campaign into a file."""


class GetCampaignFunnel(OfCampaign):
    """How many played, won, redeemed and were voided, by day and prize."""

    days: int = Field(default=30, ge=1, le=365)


class AwardedPrize(Document):
    """A prize as its winner sees it."""

    id: str
    name: str
    kind: PrizeKind


class Claim(Document):
    """What a winner shows to get the prize."""

    code: str


class NextPlay(Document):
    """When the same person may play again, in Unix milliseconds."""

    at: int


class PlayResult(Document):
    """Where the wheel stops, and what was won."""

    play_id: str
    segment_id: str
    prize: AwardedPrize | None = None
    claim: Claim | None = None
    next: NextPlay | None = None


class RedeemedClaim(Document):
    """A claim that was redeemed just now."""

    play_id: str
    prize: AwardedPrize
    redeemed_at: int


class Tickets(Document):
    """A batch of tickets, in the order of their numbers."""

    batch_id: str
    tickets: list[str]


class RevokedBatches(Document):
    """The batches of a campaign whose tickets are invalid."""

    revoked_batches: list[str]


class UploadedCodes(Document):
    """How many codes were added, and how many the prize has in all."""

    added: int
    total: int


class PlaysExport(Document):
    """Where the file with a campaign's plays can be had, until when, and how many it has."""

    url: str
    expires_at: int
    plays: int

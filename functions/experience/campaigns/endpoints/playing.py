"""Callables of those who play a campaign, and of what they play for."""

from experience import reasons
from experience.campaigns.models.playing.requests import (
    CreateTickets,
    ExportPlays,
    GetCampaignFunnel,
    GetPlay,
    ListPlays,
    PlayCampaign,
    PlayResult,
    PlaysExport,
    RedeemClaim,
    RedeemedClaim,
    RevokedBatches,
    RevokeTickets,
    Tickets,
    UploadCodes,
    UploadedCodes,
    VoidClaim,
)
from experience.campaigns.models.playing.views import CampaignFunnel, PlayView
from experience.campaigns.usecases.playing import codes, export, play, redeem, tickets
from experience.campaigns.usecases.playing import read as plays
from experience.firebase.callables import Caller, callable_function
from experience.pages import Page
from experience.reasons import campaigns


@callable_function(
    PlayCampaign,
    consumes_token=True,
    refuses=[
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CAMPAIGN_SECRET_MISSING,
        campaigns.NOT_OPEN,
        campaigns.CLOSED,
        campaigns.TERMS_REQUIRED,
        campaigns.LIMIT_REACHED,
        campaigns.SESSION_REQUIRED,
        campaigns.TICKET_INVALID,
        campaigns.TICKET_REVOKED,
        reasons.CONTENTION,
    ],
)
def play_campaign(caller: Caller, request: PlayCampaign) -> PlayResult:
    """Play once; asked again, it is the same play with the same claim."""
    return play.play_campaign(caller.uid, request)


@callable_function(
    GetPlay,
    refuses=[
        campaigns.PLAY_NOT_FOUND,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CAMPAIGN_SECRET_MISSING,
    ],
)
def get_play(caller: Caller, request: GetPlay) -> PlayResult:
    """One of the caller's own plays, with its claim."""
    return plays.get_play(caller.uid, request)


@callable_function(ListPlays, refuses=[reasons.WORKSPACE_NOT_FOUND, campaigns.CAMPAIGN_NOT_FOUND])
def list_plays(caller: Caller, request: ListPlays) -> Page[PlayView]:
    """The plays of a campaign, the newest first; members."""
    return plays.list_plays(caller.uid, request)


@callable_function(
    ExportPlays,
    refuses=[reasons.WORKSPACE_NOT_FOUND, reasons.ROLE_REQUIRED, campaigns.CAMPAIGN_NOT_FOUND],
)
def export_plays(caller: Caller, request: ExportPlays) -> PlaysExport:
    """All plays of a campaign as a file to download; editors."""
    return export.export_plays(caller.uid, request)


@callable_function(
    GetCampaignFunnel, refuses=[reasons.WORKSPACE_NOT_FOUND, campaigns.CAMPAIGN_NOT_FOUND]
)
def get_campaign_funnel(caller: Caller, request: GetCampaignFunnel) -> CampaignFunnel:
    """How many played, won, redeemed and were voided, by day and prize; members."""
    return plays.get_campaign_funnel(caller.uid, request)


@callable_function(
    RedeemClaim,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CLAIM_NOT_FOUND,
        campaigns.ALREADY_REDEEMED,
        campaigns.CLAIM_VOIDED,
        reasons.CONTENTION,
    ],
)
def redeem_claim(caller: Caller, request: RedeemClaim) -> RedeemedClaim:
    """Hand out what a code has won, once; attendants."""
    return redeem.redeem_claim(caller.uid, request)


@callable_function(
    VoidClaim,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.PLAY_NOT_FOUND,
        campaigns.ALREADY_REDEEMED,
        campaigns.NOTHING_WON,
        reasons.CONTENTION,
    ],
)
def void_claim(caller: Caller, request: VoidClaim) -> PlayView:
    """Take a claim back, so that its unit can be won again; editors."""
    return redeem.void_claim(caller.uid, request)


@callable_function(
    CreateTickets,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.CAMPAIGN_SECRET_MISSING,
        reasons.REQUEST_ID_REUSED,
        reasons.CONTENTION,
    ],
)
def create_tickets(caller: Caller, request: CreateTickets) -> Tickets:
    """Make a batch of tickets, under its requestId the same again; editors."""
    return tickets.create_tickets(caller.uid, request)


@callable_function(
    RevokeTickets,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.TICKET_BATCH_NOT_FOUND,
        campaigns.TOO_MANY_REVOKED,
        reasons.CONTENTION,
    ],
)
def revoke_tickets(caller: Caller, request: RevokeTickets) -> RevokedBatches:
    """Make a batch of tickets invalid; editors."""
    return tickets.revoke_tickets(caller.uid, request)


@callable_function(
    UploadCodes,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        campaigns.CAMPAIGN_NOT_FOUND,
        campaigns.PRIZE_NOT_FOUND,
        campaigns.CODES_GENERATED,
        reasons.CONTENTION,
    ],
)
def upload_codes(caller: Caller, request: UploadCodes) -> UploadedCodes:
    """Add codes to a prize; editors."""
    return codes.upload_codes(caller.uid, request)

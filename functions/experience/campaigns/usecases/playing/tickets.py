"""Tickets: what a person holds who is known by nothing else."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign
from experience.campaigns.models.playing import claims
from experience.campaigns.models.playing.requests import (
    CreateTickets,
    RevokedBatches,
    RevokeTickets,
    Tickets,
)
from experience.campaigns.models.playing.tickets import TicketBatch
from experience.campaigns.usecases import secrets
from experience.errors import AlreadyExists, FailedPrecondition
from experience.ids import derived_id
from experience.store import find, get
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_REVOKED_BATCHES = 500


def create_tickets(uid: str, request: CreateTickets) -> Tickets:
    """Make a batch of tickets; editors. Three reads, one write, and one more for the first batch.

    The tickets are stored nowhere: under its requestId a batch is made again. Raises NotFound,
    AlreadyExists `request_id_reused`, and FailedPrecondition `campaign_secret_missing`.
    """
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id
    batch_id = derived_id("tickets", workspace, campaign_id, uid, request.request_id)[:12]
    reference = store.batch_ref(client, workspace, campaign_id, batch_id)

    def body(transaction: Transaction) -> str:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        campaign = store.get_campaign(client, workspace, campaign_id, transaction)
        version = campaign.claim_secret or secrets.newest_secret().version
        batch = find(client, reference, TicketBatch, transaction)
        if batch is None:
            batch = TicketBatch(
                id=batch_id, count=request.count, created_by=uid, created_at=clock.now_ms()
            )
            if campaign.claim_secret is None:
                own = store.campaign_ref(client, workspace, campaign_id)
                transaction.update(own, {"claimSecret": version})
            transaction.create(reference, batch.dump())
        if batch.count != request.count:
            raise AlreadyExists("request_id_reused", "This requestId belongs to another batch.")
        return version

    version = transactions.run_optimistic(client, body)
    key = secrets.claim_key(workspace, campaign_id, version)
    numbers = range(1, request.count + 1)
    return Tickets(
        batch_id=batch_id, tickets=[claims.ticket_of(key, batch_id, each) for each in numbers]
    )


def revoke_tickets(uid: str, request: RevokeTickets) -> RevokedBatches:
    """Make a batch of tickets invalid; editors. Three reads, one write. Plays stay as they are.

    Raises NotFound and FailedPrecondition `too_many_revoked`.
    """
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id

    def body(transaction: Transaction) -> Campaign:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        campaign = store.get_campaign(client, workspace, campaign_id, transaction)
        batch = store.batch_ref(client, workspace, campaign_id, request.batch_id)
        get(client, batch, TicketBatch, transaction, what="ticket batch")
        if request.batch_id in campaign.revoked_batches:
            return campaign
        revoked = [*campaign.revoked_batches, request.batch_id]
        if len(revoked) > MAX_REVOKED_BATCHES:
            raise FailedPrecondition(
                "too_many_revoked", f"At most {MAX_REVOKED_BATCHES} batches can be revoked."
            )
        own = store.campaign_ref(client, workspace, campaign_id)
        transaction.update(own, {"revokedBatches": revoked})
        return campaign.model_copy(update={"revoked_batches": revoked})

    campaign = transactions.run_optimistic(client, body)
    return RevokedBatches(revoked_batches=campaign.revoked_batches)

"""Creating a campaign."""

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign, CampaignView
from experience.campaigns.models.config import CampaignConfig
from experience.campaigns.models.requests import CreateCampaign
from experience.campaigns.usecases.update import merged
from experience.errors import AlreadyExists
from experience.ids import derived_id, fingerprint, new_id
from experience.store import find
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def create_campaign(uid: str, request: CreateCampaign) -> CampaignView:
    """Create a draft; editors. One read, one write; with a requestId one read more.

    Asked again under one requestId it returns the first call's campaign as it is now. Raises
    AlreadyExists `request_id_reused`.
    """
    client = clients.firestore()
    workspace, asked = request.workspace_id, request.request_id
    campaign_id = derived_id("campaign", workspace, uid, asked) if asked else new_id()
    mark = fingerprint(request.model_dump(mode="json", exclude={"request_id"})) if asked else None
    reference = store.campaign_ref(client, workspace, campaign_id)
    config = merged(CampaignConfig(), request.config)

    def body(transaction: Transaction) -> Campaign:
        require_role(client, workspace, uid, Role.EDITOR, what="workspace", transaction=transaction)
        if asked and (existing := find(client, reference, Campaign, transaction)):
            if existing.request != mark:
                raise AlreadyExists(
                    "request_id_reused", "This requestId belongs to another request."
                )
            return existing
        now = clock.now_ms()
        campaign = Campaign(
            id=campaign_id,
            tenant_id=workspace,
            user_id=uid,
            name=request.name,
            template_id=request.template_id,
            config=config,
            name_key=request.name.lower(),
            request=mark,
            created_at=now,
            updated_at=now,
        )
        transaction.create(reference, campaign.dump())
        return campaign

    return CampaignView.of(transactions.run_optimistic(client, body))

"""Reading campaigns."""

import html

from google.cloud.firestore import FieldFilter, Query

from experience import clients, pages
from experience.campaigns import store
from experience.campaigns.models.campaign import Campaign, CampaignView, EmbedCode
from experience.campaigns.models.requests import GetCampaign, GetEmbedCode, ListCampaigns
from experience.ids import fingerprint
from experience.store import parse_or_log
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

LAST_CHARACTER = "\U0010ffff"
"""Sorts after every other: the end of the names with a prefix."""


def get_campaign(uid: str, request: GetCampaign) -> CampaignView:
    """A campaign, a deleted one too; viewers. Two reads. NotFound."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    campaign = store.get_campaign(client, request.workspace_id, request.campaign_id)
    return CampaignView.of(campaign)


def get_embed_code(uid: str, request: GetEmbedCode) -> EmbedCode:
    """The HTML that shows a campaign's page within another page; viewers. Two reads. NotFound.

    It has the same address before the campaign is live. A page in somebody else's frame has a uid
    of its own.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    campaign = store.get_campaign(client, request.workspace_id, request.campaign_id)
    url = f"{clients.public_origin()}/play/{campaign.id}"
    title = html.escape(campaign.name, quote=True)
    code = (
        f'<iframe src="{html.escape(url, quote=True)}" title="{title}" width="100%" height="760"'
        ' style="border:0;max-width:600px" loading="lazy" allow="autoplay"></iframe>'
    )
    return EmbedCode(html=code, url=url)


def list_campaigns(uid: str, request: ListCampaigns) -> pages.Page[CampaignView]:
    """A page of campaigns, the newest first, or by name under a prefix in any case; viewers.

    Two reads, one for each campaign and one more for the next page. Raises InvalidArgument for a
    token of another list.
    """
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    collection = store.campaigns_ref(client, request.workspace_id)
    prefix = request.name_prefix.lower() if request.name_prefix else None
    scope = fingerprint("campaigns", request.workspace_id, request.status, request.deleted, prefix)
    query: Query = collection.where(filter=FieldFilter("deleted", "==", request.deleted))
    if request.status:
        query = query.where(filter=FieldFilter("status", "==", request.status.value))
    order = pages.PageOrder("createdAt", scope[:16], collection)
    if prefix:
        query = query.where(filter=FieldFilter("nameKey", ">=", prefix))
        query = query.where(filter=FieldFilter("nameKey", "<", prefix + LAST_CHARACTER))
        order = pages.PageOrder("nameKey", scope[:16], collection, is_ascending=True, is_text=True)
    shown, token = pages.read_page(query, order, request.page_size, request.page_token)
    found = [each for snapshot in shown if (each := parse_or_log(snapshot, Campaign))]
    return pages.Page(items=[CampaignView.of(each) for each in found], next_page_token=token)

"""Where campaigns and all that is played in them live."""

from google.cloud.firestore import (
    Client,
    CollectionReference,
    DocumentReference,
    FieldFilter,
    Query,
    Transaction,
)

from experience.campaigns.models.campaign import Campaign, PublicCampaign
from experience.ids import fingerprint
from experience.store import find, get


def campaign_ref(client: Client, workspace_id: str, campaign_id: str) -> DocumentReference:
    """`/workspaces/{w}/campaigns/{c}`"""
    return client.document("workspaces", workspace_id, "campaigns", campaign_id)


def campaigns_ref(client: Client, workspace_id: str) -> CollectionReference:
    """`/workspaces/{w}/campaigns`"""
    return client.collection("workspaces", workspace_id, "campaigns")


def public_ref(client: Client, campaign_id: str) -> DocumentReference:
    """`/publicCampaigns/{c}`"""
    return client.document("publicCampaigns", campaign_id)


def draw_ref(client: Client, workspace_id: str, campaign_id: str, n: int) -> DocumentReference:
    """`…/draws/{n}`"""
    return _below(client, workspace_id, campaign_id, "draws", str(n))


def play_ref(
    client: Client, workspace_id: str, campaign_id: str, play_id: str
) -> DocumentReference:
    """`…/plays/{p}`"""
    return _below(client, workspace_id, campaign_id, "plays", play_id)


def stock_ref(
    client: Client, workspace_id: str, campaign_id: str, prize_id: str, shard: int
) -> DocumentReference:
    """`…/stockShards/{prize}-{n}`"""
    return _below(client, workspace_id, campaign_id, "stockShards", f"{prize_id}-{shard}")


def day_ref(
    client: Client, workspace_id: str, campaign_id: str, prize_id: str, day: str
) -> DocumentReference:
    """`…/prizeDays/{prize}-{day}`: how many units a capped prize lost on a local day."""
    return _below(client, workspace_id, campaign_id, "prizeDays", f"{prize_id}-{day}")


def rollup_ref(
    client: Client, workspace_id: str, campaign_id: str, day: str, shard: int
) -> DocumentReference:
    """`…/playRollups/{day}-{n}`"""
    return _below(client, workspace_id, campaign_id, "playRollups", f"{day}-{shard}")


def winner_ref(
    client: Client, workspace_id: str, campaign_id: str, person: str
) -> DocumentReference:
    """`…/winners/{hash(person)}`: nobody can be found by their uid."""
    hashed = fingerprint("winner", workspace_id, campaign_id, person)
    return _below(client, workspace_id, campaign_id, "winners", hashed)


def code_ref(
    client: Client, workspace_id: str, campaign_id: str, prize_id: str, number: int
) -> DocumentReference:
    """`…/prizeCodes/{n}`: the uploaded codes, which no rule opens."""
    return _below(client, workspace_id, campaign_id, "prizeCodes", f"{prize_id}-{number}")


def batch_ref(
    client: Client, workspace_id: str, campaign_id: str, batch_id: str
) -> DocumentReference:
    """`…/ticketBatches/{b}`"""
    return _below(client, workspace_id, campaign_id, "ticketBatches", batch_id)


def plays_ref(client: Client, workspace_id: str, campaign_id: str) -> CollectionReference:
    """`…/plays`"""
    return client.collection("workspaces", workspace_id, "campaigns", campaign_id, "plays")


def stock_shards_ref(client: Client, workspace_id: str, campaign_id: str) -> CollectionReference:
    """`…/stockShards`"""
    return client.collection("workspaces", workspace_id, "campaigns", campaign_id, "stockShards")


def winners_ref(client: Client, workspace_id: str, campaign_id: str) -> CollectionReference:
    """`…/winners`"""
    return client.collection("workspaces", workspace_id, "campaigns", campaign_id, "winners")


def codes_ref(client: Client, workspace_id: str, campaign_id: str) -> CollectionReference:
    """`…/prizeCodes`"""
    return client.collection("workspaces", workspace_id, "campaigns", campaign_id, "prizeCodes")


def rollups_ref(client: Client, workspace_id: str, campaign_id: str) -> CollectionReference:
    """`…/playRollups`"""
    return client.collection("workspaces", workspace_id, "campaigns", campaign_id, "playRollups")


def query_plays_of(client: Client, uid: str) -> Query:
    """All plays of a person, in all campaigns."""
    plays = client.collection_group("plays")
    return plays.where(filter=FieldFilter("uid", "==", uid)).order_by("__name__")


def get_campaign(
    client: Client, workspace_id: str, campaign_id: str, transaction: Transaction | None = None
) -> Campaign:
    """A campaign, deleted ones too. One read. NotFound."""
    reference = campaign_ref(client, workspace_id, campaign_id)
    return get(client, reference, Campaign, transaction, what="campaign")


def find_public(
    client: Client, campaign_id: str, transaction: Transaction | None = None
) -> PublicCampaign | None:
    """The public twin of a campaign, or None. One read."""
    return find(client, public_ref(client, campaign_id), PublicCampaign, transaction)


def _below(
    client: Client, workspace_id: str, campaign_id: str, collection: str, document_id: str
) -> DocumentReference:
    campaign = ("workspaces", workspace_id, "campaigns", campaign_id)
    return client.document(*campaign, collection, document_id)

"""What tests of playing look at."""

from typing import Any

from google.cloud.firestore import Client as Database


def plays_of(db: Database, asked: dict[str, Any]) -> list[dict[str, Any]]:
    campaign = db.document("workspaces", asked["workspaceId"], "campaigns", asked["campaignId"])
    return [each.to_dict() or {} for each in campaign.collection("plays").stream()]


def ids_of(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("workspaceId", "campaignId")}

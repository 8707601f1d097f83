"""Generations by the models of vendors: what they use is stored, settled, and paid by a list."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.ai_generations.models import CreateAiGeneration
from experience.ai_generations.usecases import create
from experience.campaigns.models.requests import GenerateCampaign
from experience.campaigns.usecases.generate import generate_campaign
from experience.errors import FailedPrecondition
from experience.language_models import registry
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign, a_config, stored_campaign
from tests.support.vendors import gemini, openai
from tests.support.vendors.gemini_text import GeminiTextVendor
from tests.support.vendors.language_model import COMPLETE, ModelVendor, said
from tests.support.vendors.openai import OpenAiVendor

COPY = '{"headline": "Hi", "intro": "Spin.", "cta": "Go", "win": "Won.", "lose": "Lost."}'
KEYS = ("GEMINI_API_KEY", "GEMINI_KEY_SECRET", "OPENAI_API_KEY", "OPENAI_KEY_SECRET")
VENDORS: dict[str, tuple[type[ModelVendor], dict[str, str], str, int]] = {
    "gemini": (
        GeminiTextVendor,
        {"GEMINI_API_KEY": gemini.KEY, "GEMINI_LANGUAGE_MODEL": "gemini-3.1-flash-lite"},
        "GEMINI_API_URL",
        75,
    ),
    "openai": (
        OpenAiVendor,
        {"OPENAI_API_KEY": openai.KEY, "OPENAI_LANGUAGE_MODEL": "gpt-4.1-mini"},
        "OPENAI_API_URL",
        96,
    ),
}
"""Server, parameters, and what 120 tokens read and 30 written cost in micro-dollars."""


@pytest.fixture(params=VENDORS)
def deployment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ModelVendor, str, int]]:
    """A deployment that uses a vendor's model: the server, the model's name, and the cost."""
    make, params, address, cost = VENDORS[request.param]
    vendor = make()
    model = next(value for name, value in params.items() if name.endswith("_MODEL"))
    for name, value in {**params, address: vendor.address, "LANGUAGE_MODEL": request.param}.items():
        monkeypatch.setenv(name, value)
    yield vendor, f"{request.param}/{model}", cost
    vendor.close()


def generated(db: Database, workspace: str, uid: str) -> dict[str, Any]:
    request = {"workspaceId": workspace, "generationType": "copy", "params": {"brief": "A wheel."}}
    made = create.create_ai_generation(uid, CreateAiGeneration.load(request))
    snapshot = db.document("workspaces", workspace, "aiGenerations", made.id).get()
    return snapshot.to_dict() or {}


def test_a_generation_holds_model_usage_and_cost_and_settles_the_budget(
    db: Database, deployment: tuple[ModelVendor, str, int]
) -> None:
    vendor, name, cost = deployment
    workspace = a_workspace(db)
    uid = a_member(db, workspace, "editor")
    vendor.script += [said("nonsense"), said(COPY), said("", ending="safety")]
    made = generated(db, workspace, uid)
    assert (made["status"], made["llmModel"], made["attempts"]) == ("completed", name, 2)
    assert made["output"]["cta"] == "Go"
    assert made["usage"] == {"inputTokens": 240, "outputTokens": 60, "costMicros": 2 * cost}
    refused = generated(db, workspace, uid)
    assert (refused["status"], refused["error"]["code"]) == ("failed", "SAFETY_FILTERED")
    [day] = db.collection("workspaces", workspace, "tokenUsage").stream()
    settled = {key: day.get(key) for key in ("tokens", "inputTokens", "outputTokens", "costMicros")}
    assert settled == {
        "tokens": 450, "inputTokens": 360, "outputTokens": 90, "costMicros": 3 * cost
    }  # fmt: skip
    assert len(vendor.asked(COMPLETE)) == 3


@pytest.mark.parametrize("name", ["gemini", "openai"])
def test_nothing_is_written_where_the_model_has_no_key(
    db: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("LANGUAGE_MODEL", name)
    workspace = a_workspace(db)
    uid = a_member(db, workspace, "editor")
    campaign = a_campaign(db, workspace)
    before = stored_campaign(db, workspace, campaign)
    ids = {"workspaceId": workspace, "campaignId": campaign}
    for call in (
        lambda: generated(db, workspace, uid),
        lambda: generate_campaign(uid, GenerateCampaign.load({**ids, "expectedVersion": 1})),
    ):
        with pytest.raises(FailedPrecondition, match=f"{name} has no valid key") as caught:
            call()
        assert caught.value.details == {"reason": "model_not_configured", "model": name}
    assert stored_campaign(db, workspace, campaign) == before
    for collection in ("aiGenerations", "tokenUsage", "runs"):
        assert not list(db.collection("workspaces", workspace, collection).stream())

    copy = {"headline": "Hi", "intro": "Spin.", "cta": "Go", "win": "Won.", "lose": "Lost."}
    whole = a_campaign(db, workspace, config=a_config(copy=copy))
    ids = {"workspaceId": workspace, "campaignId": whole}
    built = generate_campaign(uid, GenerateCampaign.load({**ids, "expectedVersion": 1}))
    assert built.run.status == "queued"


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("LANGUAGE_MODEL", "openai")
    monkeypatch.setenv("OPENAI_API_URL", "http://127.0.0.1:11434/v1/")
    monkeypatch.setenv("OPENAI_LANGUAGE_MODEL", "llama3.2:3b")
    assert registry.language_model().name == "openai/llama3.2:3b"


@pytest.mark.parametrize("model", ["gemini", "openai"])
@pytest.mark.parametrize("address", ["127.0.0.1:11434/v1", "", "http://127.0.0.1:9/v1?key=x"])
def test_a_model_whose_address_is_none_is_refused_before_anything_is_written(
    db: Database, monkeypatch: pytest.MonkeyPatch, model: str, address: str
) -> None:
    monkeypatch.setenv("LANGUAGE_MODEL", model)
    monkeypatch.setenv(f"{model.upper()}_API_KEY", "key")
    monkeypatch.setenv(f"{model.upper()}_API_URL", address)
    workspace = a_workspace(db)
    uid = a_member(db, workspace, "editor")
    with pytest.raises(FailedPrecondition, match="address") as refused:
        generated(db, workspace, uid)
    assert refused.value.reason == "model_not_configured"
    assert not list(db.collection("workspaces", workspace, "aiGenerations").stream())

"""Generating plans, copy and themes, accepting them, and letting go of deleted campaigns."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database
from PIL import Image

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.ai_generations.models import CreateAiGeneration
from experience.ai_generations.usecases import create, sweep
from experience.clock import now_ms
from experience.errors import FailedPrecondition, ResourceExhausted
from experience.imaging import processes
from experience.language_models import registry
from experience.language_models.models import FinishReason, ModelErrorCode, ModelFailed
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, outcome, refused
from tests.support.campaigns.builders import a_campaign, stored_campaign
from tests.support.vendors.scripted_model import Line, ScriptedModel

SignIn = Callable[[str | None], Client]

BRIEF = "A wheel for Café Luna, in blue. Prizes: a free espresso, a mug and a weekend trip."
COPY = '{"headline": "Hi", "intro": "Spin.", "cta": "Go", "win": "Won.", "lose": "Lost."}'
HOUR_MS = 3_600_000


def stored(db: Database, workspace: str, generation: str) -> dict[str, Any]:
    path = ("workspaces", workspace, "aiGenerations", generation)
    return db.document(*path).get().to_dict() or {}


def usage_of(db: Database, workspace: str) -> dict[str, Any]:
    [snapshot] = db.collection("workspaces", workspace, "tokenUsage").stream()
    return snapshot.to_dict() or {}


def generate(editor: Client, workspace: str, kind: str, /, **fields: Any) -> dict[str, Any]:
    params = {"brief": BRIEF, **fields.pop("params", {})}
    asked = {"workspaceId": workspace, "generationType": kind, "params": params, **fields}
    answer: dict[str, Any] = editor.call("createAiGeneration", **asked)
    return answer


class TestCreating:
    def test_a_repeat_at_once_makes_one_generation_and_uses_its_tokens_once(
        self, db: Database, signed_in: SignIn
    ) -> None:
        workspace = a_workspace(db)
        editor = signed_in(a_member(db, workspace, "editor"))
        answers = at_once(5, lambda _: generate(editor, workspace, "plan", requestId="one"))
        assert {each["id"] for each in answers} == {answers[0]["id"]}
        assert {each["status"] for each in answers} <= {"pending", "completed"}
        generation = generate(editor, workspace, "plan", requestId="one")
        assert generation["status"] == "completed"
        assert generation["output"]["name"].startswith("Café Luna")
        assert generation["promptVersion"] == "plan/1"
        assert (generation["llmModel"], generation["attempts"]) == ("local/1", 1)
        assert generation["accepted"] is False
        assert generation["inputParams"] == {
            "brief": BRIEF, "tone": None, "locale": "en", "style": None
        }  # fmt: skip
        assert not {"request", "reservation"} & generation.keys()
        assert refused(
            editor, "createAiGeneration", workspaceId=workspace, generationType="copy",
            params={"brief": BRIEF}, requestId="one",
        ).reason == "request_id_reused"  # fmt: skip

        usage, used = usage_of(db, workspace), generation["usage"]
        assert usage["tokens"] == used["inputTokens"] + used["outputTokens"] > 100
        assert (usage["inputTokens"], usage["outputTokens"]) == (
            used["inputTokens"],
            used["outputTokens"],
        )

    def test_a_bad_request_names_its_fields(self, editor: Client, workspace: str) -> None:
        wrong = {"brief": " ", "locale": "../de", "tone": "", "more": 1}
        asked = {"workspaceId": workspace, "generationType": "song", "params": wrong}
        paths = {
            each["path"]
            for each in refused(editor, "createAiGeneration", **asked).details["issues"]
        }
        assert paths == {
            "generationType", "params.brief", "params.locale", "params.tone", "params.more"
        }  # fmt: skip


class TestFailures:
    @pytest.fixture
    def models(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedModel]:
        def use(*lines: Line) -> ScriptedModel:
            model = ScriptedModel(*lines)
            monkeypatch.setitem(registry.MODELS, "scripted", lambda: model)
            monkeypatch.setenv("LANGUAGE_MODEL", "scripted")
            return model

        return use

    def generate(self, db: Database, workspace: str, **fields: Any) -> dict[str, Any]:
        uid = a_member(db, workspace, "editor")
        request = {"workspaceId": workspace, "generationType": "copy", "params": {"brief": BRIEF}}
        made = create.create_ai_generation(uid, CreateAiGeneration.load(request | fields))
        return stored(db, workspace, made.id)

    def test_each_failure_is_kept_with_its_code_and_its_usage(
        self, db: Database, models: Callable[..., ScriptedModel]
    ) -> None:
        workspace, cut = a_workspace(db), FinishReason.MAX_TOKENS
        cases: dict[ModelErrorCode, tuple[Line, ...]] = {
            ModelErrorCode.OUTPUT_TRUNCATED: (cut, cut),
            ModelErrorCode.SAFETY_FILTERED: (FinishReason.SAFETY,),
            ModelErrorCode.INVALID_OUTPUT: ("nonsense", "{}"),
            ModelErrorCode.PROVIDER_ERROR: (ModelFailed("It is gone."),),
        }
        for code, lines in cases.items():
            models(*lines)
            found = self.generate(db, workspace)
            assert (found["status"], found["error"]["code"]) == ("failed", code)
            assert (found["output"], found["reservation"]) == (None, None)
            assert found["attempts"] == len(lines)
        models("nonsense", COPY)
        found = self.generate(db, workspace)
        assert (found["status"], found["attempts"]) == ("completed", 2)
        assert found["usage"] == {"inputTokens": 20, "outputTokens": 10, "costMicros": 14}
        usage = usage_of(db, workspace)
        assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"] == 7 * 15
        assert usage["costMicros"] == 7 * 7

    @pytest.mark.usefixtures("endless_imaging")
    def test_a_picture_that_cannot_be_drawn_fails_and_counts_what_its_colours_took(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "MAX_SECONDS", 0.2)
        workspace = a_workspace(db)
        found = self.generate(db, workspace, generationType="theme_image")
        assert (found["status"], found["output"]) == ("failed", None)
        assert (found["error"]["code"], found["attempts"]) == ("PROVIDER_ERROR", 1)
        used = found["usage"]["inputTokens"] + found["usage"]["outputTokens"]
        assert usage_of(db, workspace)["tokens"] == used > 100

    def test_nothing_is_written_without_a_model_or_tokens(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workspace = a_workspace(db)
        db.document("workspaces", workspace).update({"dailyTokenLimit": 5000})
        with pytest.raises(ResourceExhausted, match="of its 5000 tokens"):
            self.generate(db, workspace)
        monkeypatch.setenv("LANGUAGE_MODEL", "none")
        with pytest.raises(FailedPrecondition, match="no language model none"):
            self.generate(db, workspace)
        assert not list(db.collection("workspaces", workspace, "aiGenerations").stream())
        assert not list(db.collection("workspaces", workspace, "tokenUsage").stream())

    def test_a_dead_worker_s_generation_is_ended_and_its_campaign_let_go(
        self, db: Database, models: Callable[..., ScriptedModel], editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        model = models()  # it has no lines, and breaks like a process that dies
        with pytest.raises(IndexError):
            self.generate(db, workspace, campaignId=campaign)
        generations = db.collection("workspaces", workspace, "aiGenerations").stream()
        [pending] = [each for each in generations if each.get("campaignId") == campaign]
        assert pending.get("status") == "pending"
        assert len(model.asked) == 1
        sweep.sweep_ai_generations()
        assert stored(db, workspace, pending.id)["status"] == "pending"  # it may still be at work

        editor.call("deleteCampaign", workspaceId=workspace, campaignId=campaign, expectedVersion=1)
        pending.reference.update({"createdAt": now_ms() - HOUR_MS})
        at_once(3, lambda _: sweep.sweep_ai_generations())
        ended = stored(db, workspace, pending.id)
        assert (ended["status"], ended["error"]["code"]) == ("failed", "TIMEOUT")
        assert (ended["campaignId"], ended["reservation"]) == (None, None)
        assert ended["durationMs"] >= HOUR_MS


class TestAccepting:
    @pytest.mark.exhaustive
    def test_twenty_at_once_make_one_campaign_of_a_plan(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        plan = generate(editor, workspace, "plan", params={"locale": "de"})
        ids = {"workspaceId": workspace, "generationId": plan["id"]}
        answers = at_once(20, lambda _: outcome(editor, "acceptAiGeneration", **ids))
        accepted = [each for each in answers if isinstance(each, dict)]
        assert {each.status for each in answers if not isinstance(each, dict)} <= {"ABORTED"}
        assert accepted
        again = editor.call("acceptAiGeneration", **ids)
        assert all(each == again for each in accepted)
        assert again["accepted"] is True
        campaign = stored_campaign(db, workspace, again["campaignId"])
        output = plan["output"]
        assert (campaign["name"], campaign["status"], campaign["version"]) == (
            output["name"],
            "draft",
            1,
        )
        assert campaign["config"]["copy"] == output["copy"]
        assert campaign["config"]["locale"] == "de"
        assert campaign["config"]["theme"]["primaryColor"] == output["theme"]["primaryColor"]
        assert [each["name"] for each in campaign["config"]["game"]["prizes"]] == [
            "Free espresso", "Mug", "Weekend trip",
        ]  # fmt: skip
        made = editor.call("listAiGenerations", workspaceId=workspace, campaignId=campaign["id"])
        assert [each["id"] for each in made["items"]] == [plan["id"]]
        refusal = refused(editor, "rejectAiGeneration", **ids)
        assert refusal.reason == "generation_accepted"

        editor.call(
            "updateCampaign", workspaceId=workspace, campaignId=campaign["id"], expectedVersion=1,
            config={"game": {"window": {"opensAt": 1, "closesAt": 2}, "terms": {
                "version": "1", "url": "https://example.com"}}},
        )  # fmt: skip
        complete = stored_campaign(db, workspace, campaign["id"])
        assert complete["version"] == 2

    def test_copy_and_theme_change_their_part_and_raise_the_version(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        before = stored_campaign(db, workspace, campaign)
        for number, kind in enumerate(["copy", "theme_brief", "plan"], 1):
            made = generate(editor, workspace, kind, campaignId=campaign)
            ids = {"workspaceId": workspace, "generationId": made["id"]}
            rejected = editor.call("rejectAiGeneration", **ids)
            assert rejected["rejectedAt"]
            version = before["version"] + number - 1
            for stale in (version - 1, version + 1):
                refusal = refused(editor, "acceptAiGeneration", **ids, expectedVersion=stale)
                assert refusal.reason == "version_conflict"
                assert refusal.details["currentVersion"] == version
            assert editor.call("getAiGeneration", **ids) == rejected, "nothing was written"
            accepted = editor.call("acceptAiGeneration", **ids, expectedVersion=version)
            assert (accepted["campaignId"], accepted["rejectedAt"]) == (campaign, None)
            assert editor.call("acceptAiGeneration", **ids, expectedVersion=version) == accepted
            assert editor.call("acceptAiGeneration", **ids) == accepted
            after = stored_campaign(db, workspace, campaign)
            assert after["version"] == before["version"] + number
            assert after["name"] == before["name"]
        assert "Café Luna" in after["config"]["copy"]["headline"]
        assert after["config"]["game"]["terms"] == before["config"]["game"]["terms"]
        assert after["config"]["game"]["prizes"] != before["config"]["game"]["prizes"]
        assert [each["n"] for each in after["draws"]] == [1, 2]

    def test_an_image_is_drawn_in_the_theme_s_colours_and_becomes_the_logo(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        made = generate(editor, workspace, "theme_image", campaignId=campaign)
        assert made["status"] == "completed"
        assert made["promptVersion"] == "theme_image/1"
        picture = requests.get(made["imageUrl"], timeout=10)
        assert picture.headers["content-type"] == "image/webp"
        with Image.open(BytesIO(picture.content)) as image:
            assert image.size == (640, 640)
        same = generate(editor, workspace, "theme_image", campaignId=campaign)
        assert same["output"] == made["output"]
        ids = {"workspaceId": workspace, "generationId": made["id"]}
        assert requests.get(
            editor.call("getAiGeneration", **ids)["imageUrl"], timeout=10
        ).content == picture.content  # fmt: skip
        editor.call("acceptAiGeneration", **ids)
        config = stored_campaign(db, workspace, campaign)["config"]
        assert config["theme"]["logoUrl"] == made["output"]["logoUrl"]
        assert config["theme"]["logoUrl"].startswith(f"workspaces/{workspace}/generated/")
        assert config["theme"]["primaryColor"] == made["output"]["primaryColor"] == "#2364d2"

    def test_what_has_no_output_or_no_campaign_is_refused(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        plan = generate(editor, workspace, "plan")
        ids = {"workspaceId": workspace, "generationId": plan["id"], "expectedVersion": 1}
        assert refused(editor, "acceptAiGeneration", **ids).reason == "generation_has_no_campaign"
        made = generate(editor, workspace, "copy")
        ids = {"workspaceId": workspace, "generationId": made["id"]}
        assert refused(editor, "acceptAiGeneration", **ids).reason == "generation_has_no_campaign"
        reference = db.document("workspaces", workspace, "aiGenerations", made["id"])
        for status in ("pending", "failed"):
            reference.update({"status": status})
            for name in ("acceptAiGeneration", "rejectAiGeneration"):
                refusal = refused(editor, name, **ids)
                assert refusal.reason == "generation_status"
                assert refusal.details["status"] == status
        missing = refused(editor, "getAiGeneration", workspaceId=workspace, generationId="none")
        assert missing.reason == "ai_generation_not_found"


class TestDeletedCampaigns:
    def test_their_generations_let_go_of_them_and_later_ones_stay(
        self, db: Database, suite: Suite, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        ids = {"workspaceId": workspace, "campaignId": campaign}
        early = [
            generate(editor, workspace, kind, campaignId=campaign) for kind in ("plan", "copy")
        ]
        accept = {"workspaceId": workspace, "generationId": early[0]["id"]}
        editor.call("deleteCampaign", **ids, expectedVersion=1)
        suite.settle()
        assert [stored(db, workspace, each["id"])["campaignId"] for each in early] == [None, None]
        refusal = refused(
            editor, "createAiGeneration", **ids, generationType="copy", params={"brief": BRIEF}
        )
        assert refusal.reason == "campaign_deleted"

        made = editor.call("acceptAiGeneration", **accept)
        assert made["campaignId"] not in (None, campaign)
        editor.call("undeleteCampaign", **ids, expectedVersion=2)
        late = generate(editor, workspace, "copy", campaignId=campaign)
        sweep.sweep_ai_generations()
        assert stored(db, workspace, late["id"])["campaignId"] == campaign
        assert stored(db, workspace, early[0]["id"])["campaignId"] == made["campaignId"]

    def test_the_sweep_finds_a_deletion_whose_event_was_lost(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        made = generate(editor, workspace, "copy", campaignId=campaign)
        reference = db.document("workspaces", workspace, "campaigns", campaign)
        reference.update({"deletedAt": now_ms()})  # no event watches this field
        at_once(2, lambda _: sweep.sweep_ai_generations())
        assert stored(db, workspace, made["id"])["campaignId"] is None

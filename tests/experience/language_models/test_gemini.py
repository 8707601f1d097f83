"""The Gemini API alone: what its requests hold, its reasons to stop, thoughts and signatures."""

import base64
import json

import pytest

from experience.language_models.gemini import Gemini
from experience.language_models.models import (
    FinishReason,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
    Tool,
    ToolCall,
    Usage,
)
from experience.language_models.outputs import CampaignPlan
from experience.providers.http import Http
from tests.experience.language_models.conftest import Account
from tests.experience.language_models.test_vendors import TOOL
from tests.support.vendors.gemini import exhausted, refusal
from tests.support.vendors.gemini_text import SIGNATURE, GeminiTextVendor
from tests.support.vendors.language_model import (
    COMPLETE,
    INPUT_TOKENS,
    STREAM,
    UNASKED,
    Called,
    Said,
    said,
    stream_of,
)
from tests.support.vendors.server import Reply

ASKED = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Say hello."))
COST = 450
"""120 tokens at 1.50 and 30, of which 12 are thoughts, at 9 dollars a million."""


def failing(account: Account, *, tools: tuple[Tool, ...] = ()) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        account.model().complete(ASKED, tools=tools, max_tokens=50)
    return caught.value


class TestARequest:
    def test_holds_system_turns_limit_and_schema_and_thinks_little(self, gemini: Account) -> None:
        model = gemini.model()
        model.complete(ASKED, schema=CampaignPlan, max_tokens=50)
        [asked] = gemini.vendor.received
        assert model.name == "gemini/gemini-3.5-flash"
        assert asked.path == "/v1beta/models/gemini-3.5-flash:generateContent"
        assert asked.body["contents"] == [{"role": "user", "parts": [{"text": "Say hello."}]}]
        assert asked.body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
        settings = asked.body["generationConfig"]
        assert settings["maxOutputTokens"] == 50
        assert settings["responseMimeType"] == "application/json"
        assert "name" in settings["responseJsonSchema"]["properties"]
        assert settings["thinkingConfig"] == {"thinking_level": "MINIMAL"}

    @pytest.mark.parametrize(
        ("model", "thinking"),
        [
            ("gemini-2.5-flash", {"thinking_budget": 0}),
            ("gemini-2.5-pro", {"thinking_budget": 128}),
            ("gemini-3.1-pro", {"thinking_level": "LOW"}),
            ("gemma-3-27b-it", None),
        ],
    )
    def test_asks_for_as_few_thoughts_as_the_model_takes(
        self, gemini: Account, model: str, thinking: object
    ) -> None:
        address = gemini.vendor.address
        asking = Gemini(Http(address, {"x-goog-api-key": gemini.vendor.key}), model)
        asking.complete(ASKED, max_tokens=50)
        [asked] = gemini.vendor.received
        assert asked.body["generationConfig"].get("thinkingConfig") == thinking

    def test_merges_turns_and_leaves_out_those_without_words(self, gemini: Account) -> None:
        more = (
            Message(Role.ASSISTANT, ""),
            Message(Role.USER, "Please."),
            Message(Role.ASSISTANT, "Well."),
            Message(Role.USER, "Go."),
        )
        gemini.model().complete((*ASKED, *more), max_tokens=50)
        [asked] = gemini.vendor.received
        assert [(each["role"], len(each["parts"])) for each in asked.body["contents"]] == [
            ("user", 2),
            ("model", 1),
            ("user", 1),
        ]


class TestAResponse:
    @pytest.mark.parametrize("stream", [False, True])
    def test_is_paid_with_its_thoughts_which_are_not_part_of_it(
        self, gemini: Account, stream: bool
    ) -> None:
        model = gemini.model()
        if stream:
            *_, last = model.stream(ASKED, max_tokens=50)
            assert last.completion
            found = last.completion
        else:
            found = model.complete(ASKED, max_tokens=50)
        assert found.text == "Hello."
        assert found.usage == Usage(input_tokens=120, output_tokens=30, cost_micros=COST)

    @pytest.mark.parametrize(
        ("ending", "reason"),
        [
            ("PROHIBITED_CONTENT", FinishReason.SAFETY),
            ("BLOCKLIST", FinishReason.SAFETY),
            ("SPII", FinishReason.SAFETY),
            ("RECITATION", FinishReason.OTHER),
            ("LANGUAGE", FinishReason.OTHER),
            ("OTHER", FinishReason.OTHER),
            ("CONTINUATION", FinishReason.MAX_TOKENS),
        ],
    )
    def test_stops_for_one_of_our_reasons(
        self, gemini: Account, ending: str, reason: FinishReason
    ) -> None:
        gemini.vendor.script.append(Said(ending=ending))
        assert gemini.model().complete(ASKED, max_tokens=50).finish_reason is reason
        assert len(gemini.vendor.received) == 1

    def test_that_stops_for_a_new_reason_is_read_too(self, gemini: Account) -> None:
        gemini.vendor.script.append(said("Hi", ending="TIRED"))
        with pytest.warns(UserWarning, match="TIRED"):
            found = gemini.model().complete(ASKED, max_tokens=50)
        assert (found.text, found.finish_reason) == ("Hi", FinishReason.OTHER)

    @pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "OTHER"])
    @pytest.mark.parametrize("stream", [False, True])
    def test_to_a_blocked_prompt_is_one_for_safety_whose_input_counts(
        self, gemini: Account, reason: str, stream: bool
    ) -> None:
        assert isinstance(gemini.vendor, GeminiTextVendor)
        gemini.vendor.feedback = {"blockReason": reason}
        model = gemini.model()
        if stream:
            [last] = model.stream(ASKED, max_tokens=50)
            assert last.completion
            found = last.completion
        else:
            found = model.complete(ASKED, max_tokens=50)
        assert (found.text, found.finish_reason) == ("", FinishReason.SAFETY)
        assert (found.usage.input_tokens, found.usage.output_tokens) == (INPUT_TOKENS, 0)

    @pytest.mark.parametrize("candidates", [[], [{"content": {"role": "model"}, "index": 0}]])
    def test_without_a_message_is_a_fault_that_may_pass(
        self, gemini: Account, candidates: list[object]
    ) -> None:
        usage = {"promptTokenCount": 7, "totalTokenCount": 7}
        body = {"candidates": candidates, "usageMetadata": usage}
        gemini.vendor.next(COMPLETE, Reply(200, body))
        failed = failing(gemini)
        assert (failed.code, failed.retryable) == (ModelErrorCode.PROVIDER_ERROR, True)
        assert failed.usage.input_tokens == 7

    def test_may_fail_within_a_stream(self, gemini: Account) -> None:
        begun = next(iter(gemini.vendor.chunks(said("Hey"), UNASKED)))
        error = {"error": {"code": 503, "message": "It is overloaded.", "status": "UNAVAILABLE"}}
        gemini.vendor.next(STREAM, stream_of(iter([begun, error])))
        with pytest.raises(ModelFailed, match="overloaded") as caught:
            list(gemini.model().stream(ASKED, max_tokens=50))
        assert caught.value.usage.cost_micros == COST  # as the stream reported it so far
        assert caught.value.retryable

    @pytest.mark.parametrize(
        ("reply", "text"),
        [
            (refusal(400, "INVALID_ARGUMENT"), "refuses the input"),
            (refusal(403, "PERMISSION_DENIED"), "key"),
            (refusal(404, "NOT_FOUND"), "404"),
            (exhausted("3600s", "GenerateRequestsPerDayPerProject"), "quota"),
        ],
    )
    def test_that_refuses_the_request_is_final(
        self, gemini: Account, reply: Reply, text: str
    ) -> None:
        gemini.vendor.next(COMPLETE, reply)
        failed = failing(gemini)
        assert not failed.retryable
        assert text in failed.message
        assert len(gemini.vendor.received) == 1


class TestACall:
    def test_keeps_its_signature_and_returns_it(self, gemini: Account) -> None:
        gemini.vendor.script.append(Said(calls=(Called(TOOL.name, {"name": "Luna"}),)))
        model = gemini.model()
        first = model.complete(ASKED, tools=[TOOL], max_tokens=50)
        [call] = first.tool_calls
        assert call.signature == SIGNATURE
        stored = json.loads(json.dumps(vars(call)))  # as a document would hold it
        returned = Message(Role.ASSISTANT, "", (ToolCall(**stored),))
        result = Message(Role.TOOL, "None.", tool_call_id=call.id)
        model.complete((*ASKED, returned, result), tools=[TOOL], max_tokens=50)
        [_, turn, answer] = gemini.vendor.received[1].body["contents"]
        [part] = turn["parts"]
        assert base64.b64decode(part["thoughtSignature"]) == base64.b64decode(SIGNATURE)
        assert answer["parts"][0]["functionResponse"] == {
            "id": call.id,
            "name": TOOL.name,
            "response": {"output": "None."},
        }

    def test_of_a_tool_that_was_not_offered_is_malformed(self, gemini: Account) -> None:
        gemini.vendor.script.append(Said(ending="UNEXPECTED_TOOL_CALL"))
        failed = failing(gemini, tools=(TOOL,))
        assert (failed.code, failed.usage.input_tokens) == ("INVALID_OUTPUT", INPUT_TOKENS)

    def test_is_never_made_by_the_library(self, gemini: Account) -> None:
        gemini.vendor.script.append(Said(calls=(Called(TOOL.name, {}),)))
        found = gemini.model().complete(ASKED, tools=[TOOL], max_tokens=50)
        assert found.finish_reason is FinishReason.TOOL_CALLS
        assert len(gemini.vendor.received) == 1

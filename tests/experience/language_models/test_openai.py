"""Chat completions alone: servers of one's own, their liberties, and OpenAI's refusals."""

from typing import Any

import pytest

from experience.documents import Request
from experience.language_models.models import (
    FinishReason,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
    Usage,
)
from experience.language_models.openai import OWN_URL, OpenAi, _events
from experience.language_models.outputs import CampaignPlan
from experience.providers.http import Http
from tests.experience.language_models.conftest import MODEL, Account
from tests.support.vendors.language_model import COMPLETE, STREAM, Called, Said, said, stream_of
from tests.support.vendors.openai import OpenAiVendor, refusal
from tests.support.vendors.server import Received, Reply

ASKED = (Message(Role.USER, "Say hello."),)
ANY = Received("POST", "", {}, {"stream_options": {"include_usage": True}})
STOP = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
COST = 96
"""120 tokens at 0.40 and 30 at 1.60 dollars a million, in micro-dollars."""


class TestAServerOfOnesOwn:
    def test_needs_no_key_and_costs_nothing_that_is_known(self, openai: Account) -> None:
        assert isinstance(openai.vendor, OpenAiVendor)
        openai.vendor.needs_key = False
        model = OpenAi(Http(openai.vendor.address, {}), "llama3.2:3b")
        completion = model.complete(ASKED, max_tokens=50)
        assert (model.name, completion.usage.cost_micros) == ("openai/llama3.2:3b", 0)
        [asked] = openai.vendor.received
        assert "authorization" not in asked.headers
        assert asked.body["model"] == "llama3.2:3b"

    @pytest.mark.parametrize("way", [COMPLETE, STREAM])
    def test_that_reports_no_usage_is_counted_here(self, openai: Account, way: str) -> None:
        openai.vendor.script.append(Said(("Hello, ", "world!"), is_counted=False))
        model = openai.model()
        if way == COMPLETE:
            found = model.complete(ASKED, max_tokens=50)
        else:
            *_, last = model.stream(ASKED, max_tokens=50)
            assert last.completion
            found = last.completion
        assert (found.usage.input_tokens, found.usage.output_tokens) == (3, 4)

    @pytest.mark.parametrize(
        ("reported", "expected"),
        [
            ({"prompt_tokens": 10**30, "completion_tokens": -1}, (3, 2)),
            ({"completion_tokens": 7}, (3, 7)),
            ({"prompt_tokens": 5, "completion_tokens": 0}, (5, 0)),
        ],
    )
    def test_that_miscounts_is_counted_here(
        self, openai: Account, reported: dict[str, int], expected: tuple[int, int]
    ) -> None:
        message = {"role": "assistant", "content": "Hello."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        openai.vendor.next(COMPLETE, Reply(200, {"choices": [choice], "usage": reported}))
        usage = openai.model().complete(ASKED, max_tokens=50).usage
        assert (usage.input_tokens, usage.output_tokens) == expected

    @pytest.mark.parametrize(
        "numbers",
        [
            ({"index": 0, "id": "a"}, {"index": 0, "id": "b"}),  # as Gemini's own compatible API
            ({"id": "a"}, {"id": "b"}),
            ({}, {}),
        ],
    )
    def test_may_number_all_its_calls_alike(
        self, openai: Account, numbers: tuple[dict[str, Any], ...]
    ) -> None:
        deltas = [
            {"tool_calls": [{**number, "function": {"name": "look", "arguments": arguments}}]}
            for number, arguments in zip(numbers, ('{"at": 1}', '{"at": 2}'), strict=True)
        ]
        events = [{"choices": [{"delta": each}]} for each in deltas]
        end = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}
        openai.vendor.next(STREAM, stream_of(iter([*events, end])))
        *_, last = openai.model().stream(ASKED, max_tokens=50)
        assert last.completion
        assert [each.arguments for each in last.completion.tool_calls] == [{"at": 1}, {"at": 2}]

    def test_may_end_a_message_with_calls_as_any_other(self, openai: Account) -> None:
        openai.vendor.script.append(Said(calls=(Called("look", ""),)))
        completion = openai.model().complete(ASKED, max_tokens=50)
        assert completion.finish_reason is FinishReason.TOOL_CALLS
        assert completion.tool_calls[0].arguments == {}

    @pytest.mark.parametrize("end", ["", "data: [DONE]"])
    def test_may_end_its_stream_without_usage_and_a_last_line(
        self, openai: Account, end: str
    ) -> None:
        one = Said(("Hello.",), is_counted=False)
        events = [each for each in openai.vendor.chunks(one, ANY) if each != "[DONE]"]
        body = ": comment\r\n\r\n" + stream_of(iter(events)).data.decode().replace("\n", "\r\n")
        broken = Reply(
            200, (body + end).encode(), content_type="text/event-stream", declared=10_000
        )
        openai.vendor.next(STREAM, broken)
        *_, last = openai.model().stream(ASKED, max_tokens=50)
        assert last.completion
        assert last.completion.text == "Hello."

    def test_may_cut_a_character_in_two_chunks(self, openai: Account) -> None:
        begun, *_, end = [
            each for each in openai.vendor.chunks(said("Hey"), ANY) if each != "[DONE]"
        ]
        deltas = [{"content": "Hi \ud83d"}, {"content": None}, {"content": "\ude00\udc00 \ud83d"}]
        events = [begun, *({"choices": [{"delta": each}]} for each in deltas), STOP, end]
        openai.vendor.next(STREAM, stream_of(iter(events)))
        *chunks, last = openai.model().stream(ASKED, max_tokens=50)
        assert last.completion
        assert last.completion.text.endswith("Hi \U0001f600\ufffd ")
        assert "".join(each.delta for each in chunks) == last.completion.text

    @pytest.mark.parametrize("counted", [10**30, -1, True, 1.5, "7"])
    def test_may_report_counts_that_are_none(self, openai: Account, counted: Any) -> None:
        usage = {"prompt_tokens": counted, "completion_tokens": counted}
        events = [{"choices": [{"delta": {"content": "Hello, world!"}}]}, STOP, {"usage": usage}]
        openai.vendor.next(STREAM, stream_of(iter(events)))
        *_, last = openai.model().stream(ASKED, max_tokens=50)
        assert last.completion
        assert last.completion.usage.tokens == 7

    def test_may_send_a_line_that_does_not_end(self) -> None:
        parts = [b"data: 1\n\nda", b"ta: ", b"2", b"\r\ndata: 3\ndata: cut"]
        assert list(_events(iter(parts))) == [1, 2, 3]
        endless = (b"x" * 16_384 for _ in range(1000))  # joined at each part this takes seconds
        assert list(_events(endless)) == []

    def test_may_call_tools_in_texts_that_are_none(self, openai: Account) -> None:
        call = Called("look\udc00", '{"a": ["\\ud83d", "\ud83d\ude00"]}')
        openai.vendor.script.append(Said(calls=(call,)))
        completion = openai.model().complete(ASKED, max_tokens=50)
        assert completion.tool_calls[0].name == "look\ufffd"
        assert completion.tool_calls[0].arguments == {"a": ["\ufffd", "\U0001f600"]}

    def test_may_nest_arguments_deeper_than_anybody_reads(self, openai: Account) -> None:
        openai.vendor.script.append(Said(calls=(Called("look", '{"a":' * 100 + "1" + "}" * 100),)))
        with pytest.raises(ModelFailed, match="arguments") as caught:
            openai.model().complete(ASKED, max_tokens=50)
        assert caught.value.code is ModelErrorCode.INVALID_OUTPUT

    def test_may_fail_within_a_stream(self, openai: Account) -> None:
        events = [*list(openai.vendor.chunks(said("Hey"), ANY))[:2], {"error": {"message": "OOM"}}]
        openai.vendor.next(STREAM, stream_of(iter(events)))
        with pytest.raises(ModelFailed, match="OOM") as caught:
            list(openai.model().stream(ASKED, max_tokens=50))
        assert caught.value.usage.output_tokens == 1


class TestOpenAi:
    def test_gets_the_limit_under_its_newer_name(self, openai: Account) -> None:
        openai.model().complete(ASKED, max_tokens=50)
        assert openai.vendor.received[0].body["max_tokens"] == 50
        own = OpenAi(Http(OWN_URL, {}), MODEL)
        assert "max_completion_tokens" in own._body(ASKED, (), 50)

    def test_is_paid_by_its_list(self, openai: Account) -> None:
        assert openai.model().complete(ASKED, max_tokens=50).usage.cost_micros == COST

    def test_gets_a_schema_of_which_its_strict_mode_takes_all(self, openai: Account) -> None:
        openai.model().complete(ASKED, schema=CampaignPlan, max_tokens=50)
        asked = openai.vendor.received[0].body["response_format"]["json_schema"]
        assert (asked["name"], asked["strict"]) == ("CampaignPlan", True)

    def test_gets_a_schema_with_optional_fields_that_is_not_strict(self, openai: Account) -> None:
        class Loose(Request):
            """May be empty."""

            word: str | None = None

        openai.model().complete(ASKED, schema=Loose, max_tokens=50)
        asked = openai.vendor.received[0].body["response_format"]["json_schema"]
        assert asked["strict"] is False

    def test_refuses_in_words_of_its_own(self, openai: Account) -> None:
        message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        openai.vendor.next(COMPLETE, Reply(200, {"choices": [choice]}))
        completion = openai.model().complete(ASKED, max_tokens=50)
        assert (completion.text, completion.finish_reason) == ("", FinishReason.SAFETY)

    @pytest.mark.parametrize("way", [COMPLETE, STREAM])
    @pytest.mark.parametrize(
        ("reply", "code", "text"),
        [
            (refusal(400, "content_filter"), ModelErrorCode.SAFETY_FILTERED, "safety"),
            (refusal(400, "context_length_exceeded"), ModelErrorCode.PROVIDER_ERROR, "context"),
            (refusal(403, "country"), ModelErrorCode.PROVIDER_ERROR, "key"),
            (refusal(404, "model_not_found"), ModelErrorCode.PROVIDER_ERROR, "model_not_found"),
            (refusal(429, "insufficient_quota"), ModelErrorCode.PROVIDER_ERROR, "credit"),
            (Reply(301, b"", {"location": "/v2"}), ModelErrorCode.PROVIDER_ERROR, "301"),
        ],
        ids=["filter", "too long", "not allowed", "no model", "no credit", "redirect"],
    )
    def test_refuses_for_good(
        self, openai: Account, way: str, reply: Reply, code: ModelErrorCode, text: str
    ) -> None:
        openai.vendor.next(way, reply)
        model = openai.model()
        call = model.complete if way == COMPLETE else model.stream
        with pytest.raises(ModelFailed, match=text) as caught:
            list(call(ASKED, max_tokens=50))  # type: ignore[arg-type]
        assert (caught.value.code, caught.value.retryable) == (code, False)
        assert caught.value.usage == Usage()
        assert len(openai.vendor.received) == 1


def test_a_bound_of_the_input_is_no_less_than_its_bytes(openai: Account) -> None:
    long = (Message(Role.USER, "ü" * 1000), Message(Role.ASSISTANT, "{}"))
    assert openai.model().count(long) >= 2002

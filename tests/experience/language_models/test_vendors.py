"""What holds for the models of both vendors: one table of faults, texts, tools and schemas."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from experience.assistant.usecases.tools.registry import TOOLS
from experience.documents import Request
from experience.language_models import structured
from experience.language_models.models import (
    FinishReason,
    Message,
    ModelErrorCode,
    ModelFailed,
    Role,
    Tool,
    Usage,
)
from tests.experience.language_models.conftest import Account
from tests.support.vendors.language_model import (
    COMPLETE,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    STREAM,
    STREAM_HEAD,
    Called,
    ModelVendor,
    Said,
    begin,
    cut,
    said,
)
from tests.support.vendors.server import Fault, Reply

ASKED = (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "Say hello."))
TOKENS = (INPUT_TOKENS, OUTPUT_TOKENS)


class Wanted(Request):
    """What the tests ask for."""

    word: str


class Search(Request):
    """The arguments of a tool."""

    name: str
    limit: int | None = None


TOOL = Tool("listCampaigns", "Lists campaigns.", Search)


def complete(account: Account, seconds: float = 10) -> Any:
    return account.model(seconds=seconds).complete(ASKED, max_tokens=50)


def stream(account: Account, seconds: float = 10) -> Any:
    *_, last = account.model(seconds=seconds).stream(ASKED, max_tokens=50)
    return last.completion


WAYS = {COMPLETE: complete, STREAM: stream}


def failing(call: Callable[[], Any]) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        call()
    return caught.value


def used(usage: Usage) -> tuple[int, int]:
    return usage.input_tokens, usage.output_tokens


@pytest.mark.parametrize("way", WAYS)
class TestFaults:
    """What goes wrong before a response, of a whole one and of a stream."""

    @pytest.mark.parametrize(
        "trouble",
        [
            lambda vendor: vendor.throttled("0"),
            lambda _: Reply(500, {}),
            lambda _: Reply(503, b"<html>"),
            lambda _: Fault(),
        ],
        ids=["429", "500", "503", "hangs up"],
    )
    def test_that_pass_are_retried(
        self, account: Account, way: str, trouble: Callable[[ModelVendor], Fault | Reply]
    ) -> None:
        account.vendor.next(way, *[trouble(account.vendor)] * 3)
        assert WAYS[way](account).text == "Hello."
        assert len(account.pauses) == 3
        account.vendor.next(way, *[trouble(account.vendor)] * 4)
        failed = failing(lambda: WAYS[way](account))
        assert (failed.code, failed.retryable) == (ModelErrorCode.PROVIDER_ERROR, True)
        assert failed.usage == Usage()
        assert len(account.vendor.received) == 8

    def test_a_wait_that_is_asked_for_is_kept_or_passed_on(
        self, account: Account, way: str
    ) -> None:
        account.vendor.next(way, account.vendor.throttled("3"))
        assert WAYS[way](account).text == "Hello."
        assert 3 <= account.pauses[0] <= 3.5
        account.vendor.next(way, account.vendor.throttled("30"))
        failed = failing(lambda: WAYS[way](account))
        assert (failed.retryable, failed.retry_after_seconds) == (True, 30)
        assert len(account.pauses) == 1

    def test_a_slow_response_ends_at_the_timeout_of_the_call(
        self, account: Account, way: str
    ) -> None:
        for slow in (Fault(hangs=True), Fault(floods=(STREAM_HEAD, b"\n"))):
            account.vendor.next(way, slow)
            began = time.monotonic()
            failed = failing(lambda: WAYS[way](account, seconds=0.3))
            assert time.monotonic() - began < 2
            assert (failed.code, failed.retryable) == (ModelErrorCode.TIMEOUT, True)
            assert failed.usage.input_tokens > 0  # its vendor may charge it

    def test_a_key_that_is_refused_is_final(self, account: Account, way: str) -> None:
        model = account.model(key="wrong")
        call = model.complete if way == COMPLETE else model.stream
        failed = failing(lambda: list(call(ASKED, max_tokens=50)))  # type: ignore[arg-type]
        assert (failed.code, failed.retryable) == (ModelErrorCode.PROVIDER_ERROR, False)
        assert "key" in failed.message
        assert len(account.vendor.received) == 1

    @pytest.mark.parametrize("body", [b'{"cho', b"[]", b"7", b"{}", b'{"error": "overloaded"}'])
    def test_a_body_that_cannot_be_read_is_a_fault_that_may_pass(
        self, account: Account, way: str, body: bytes
    ) -> None:
        streamed = b"data: " + body + b"\n\n" if way == STREAM else body
        kind = "text/event-stream" if way == STREAM else "application/json"
        account.vendor.next(way, Reply(200, streamed, content_type=kind))
        failed = failing(lambda: WAYS[way](account))
        assert (failed.code, failed.retryable) == (ModelErrorCode.PROVIDER_ERROR, True)
        assert len(account.vendor.received) == 1  # it may have been paid for

    @pytest.mark.parametrize(
        ("ending", "reason"),
        [("length", FinishReason.MAX_TOKENS), ("safety", FinishReason.SAFETY)],
    )
    def test_the_finish_reason_is_translated_and_its_tokens_counted(
        self, account: Account, way: str, ending: str, reason: FinishReason
    ) -> None:
        account.vendor.script += [said("Hey", ending=ending), said("Hi", ending="other")]
        completion = WAYS[way](account)
        assert (completion.text, completion.finish_reason) == ("Hey", reason)
        assert used(completion.usage) == TOKENS
        assert completion.usage.cost_micros > 0
        assert WAYS[way](account).finish_reason is FinishReason.OTHER

    def test_half_a_character_is_replaced_because_nothing_can_store_it(
        self, account: Account, way: str
    ) -> None:
        account.vendor.script += [
            said("a\ud800b"),
            Said(calls=(Called("look", {"name": "\udfff"}),), is_counted=False),
        ]
        assert WAYS[way](account).text == "a\ufffdb"
        assert WAYS[way](account).tool_calls[0].arguments == {"name": "\ufffd"}


class TestAStream:
    def test_comes_in_pieces_of_which_the_last_holds_the_whole(self, account: Account) -> None:
        account.vendor.script.append(said("Grüß", " ", "Gott", "\u2028."))
        *parts, last = account.model().stream(ASKED, max_tokens=50)
        assert [each.delta for each in parts] == ["Grüß", " ", "Gott", "\u2028."]
        assert last.completion
        assert (last.delta, last.completion.text) == ("", "Grüß Gott\u2028.")
        assert all(each.completion is None for each in parts)
        assert last.completion.finish_reason is FinishReason.STOP
        assert used(last.completion.usage) == TOKENS

    def test_that_is_cut_fails_with_what_was_used_so_far(self, account: Account) -> None:
        one = said("Hello ", "there, ", "my friend.")
        account.vendor.next(STREAM, cut(account.vendor, one, 3))
        found: list[str] = []

        def read() -> None:
            for each in account.model().stream(ASKED, max_tokens=50):
                found.append(each.delta)

        failed = failing(read)
        assert found
        assert "".join(found) in one.text
        assert (failed.code, failed.retryable) == (ModelErrorCode.PROVIDER_ERROR, True)
        assert failed.usage.input_tokens > 0
        assert failed.usage.output_tokens > 0
        assert len(account.vendor.received) == 1

    def test_that_ends_without_a_finish_reason_is_cut(self, account: Account) -> None:
        account.vendor.script.append(said("Hello", ending=None))
        failed = failing(lambda: list(account.model().stream(ASKED, max_tokens=50)))
        assert "middle" in failed.message
        assert failed.usage.output_tokens > 0

    def test_that_stalls_ends_at_the_timeout_with_what_was_used(self, account: Account) -> None:
        begun = begin(account.vendor, said("Hello ", "there"))
        account.vendor.next(STREAM, Fault(floods=(begun, b"")))
        failed = failing(lambda: stream(account, seconds=0.4))
        assert failed.code is ModelErrorCode.TIMEOUT
        assert failed.usage.output_tokens > 0

    def test_that_nobody_reads_on_closes_its_connection(self, account: Account) -> None:
        begun = begin(account.vendor, said("Hello ", "there"))
        account.vendor.next(STREAM, Fault(floods=(begun, b": on\n")))
        chunks = account.model().stream(ASKED, max_tokens=50)
        assert next(chunks).delta
        began = time.monotonic()
        chunks.close()  # type: ignore[attr-defined]
        account.vendor.close()  # waits for the request that it serves
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("way", WAYS)
class TestTools:
    def call(
        self, account: Account, way: str, *more: Message, tools: Sequence[Tool] = (TOOL,)
    ) -> Any:
        asked = (*ASKED, *more)
        model = account.model()
        if way == COMPLETE:
            return model.complete(asked, tools=tools, max_tokens=50)
        *_, last = model.stream(asked, tools=tools, max_tokens=50)
        return last.completion

    def test_are_called_and_get_their_results_to_the_call(self, account: Account, way: str) -> None:
        calls = (Called(TOOL.name, {"name": "Luna"}), Called(TOOL.name, {"name": "Sol"}))
        account.vendor.script.append(Said(("Wait.",), calls))
        first = self.call(account, way)
        assert (first.text, first.finish_reason) == ("Wait.", FinishReason.TOOL_CALLS)
        assert [(each.name, each.arguments) for each in first.tool_calls] == [
            (TOOL.name, {"name": "Luna"}),
            (TOOL.name, {"name": "Sol"}),
        ]
        assert len({each.id for each in first.tool_calls}) == 2
        results = [
            Message(Role.TOOL, f"result of {each.arguments['name']}", tool_call_id=each.id)
            for each in first.tool_calls
        ]
        said_before = Message(Role.ASSISTANT, first.text, first.tool_calls)
        assert self.call(account, way, said_before, *results).text == "Hello."
        assert "result of Sol" in json.dumps(account.vendor.received[-1].body)

    def test_of_the_assistant_are_taken_by_the_vendor(self, account: Account, way: str) -> None:
        tools = [each.tool for each in TOOLS]
        assert len(tools) >= 4
        assert self.call(account, way, tools=tools).text == "Hello."
        assert tools[0].name in json.dumps(account.vendor.received[0].body["tools"])

    def test_whose_arguments_are_no_object_fail_with_what_was_used(
        self, account: Account, way: str
    ) -> None:
        account.vendor.script.append(Said(calls=(Called(TOOL.name, '["Luna'),)))
        failed = failing(lambda: self.call(account, way))
        assert (failed.code, failed.retryable) == (ModelErrorCode.INVALID_OUTPUT, True)
        assert used(failed.usage) == TOKENS


class TestASchema:
    def test_is_asked_for_and_its_value_returned(self, account: Account) -> None:
        account.vendor.script.append(said('{"word": ', '"yes"}'))
        found = structured.complete(account.model(), ASKED, Wanted, 100)
        assert (found.value, found.attempts) == (Wanted(word="yes"), 1)
        assert used(found.usage) == TOKENS
        assert '"word"' in json.dumps(account.vendor.received[0].body)

    def test_whose_value_is_cut_is_asked_for_again_with_a_larger_limit(
        self, account: Account
    ) -> None:
        account.vendor.script += [said('{"wor', ending="length"), said('{"word": "yes"}')]
        found = structured.complete(account.model(), ASKED, Wanted, 100)
        assert (found.value.word, found.attempts) == ("yes", 2)
        bodies = [json.dumps(each.body) for each in account.vendor.received]
        assert ["100" in each for each in bodies] == [True, False]
        assert "200" in bodies[1]
        assert '{\\"wor' not in bodies[1]

    @pytest.mark.parametrize(
        ("script", "code", "attempts"),
        [
            ([said('{"wor', ending="length")] * 2, ModelErrorCode.OUTPUT_TRUNCATED, 2),
            ([said("", ending="safety")], ModelErrorCode.SAFETY_FILTERED, 1),
            ([said("no JSON"), said('{"words": 1}')], ModelErrorCode.INVALID_OUTPUT, 2),
        ],
        ids=["cut", "filtered", "invalid"],
    )
    def test_whose_value_cannot_be_had_fails_with_what_all_calls_used(
        self, account: Account, script: list[Said], code: ModelErrorCode, attempts: int
    ) -> None:
        account.vendor.script += script
        failed = failing(lambda: structured.complete(account.model(), ASKED, Wanted, 100))
        assert (failed.code, failed.attempts) == (code, attempts)
        assert used(failed.usage) == (attempts * INPUT_TOKENS, attempts * OUTPUT_TOKENS)

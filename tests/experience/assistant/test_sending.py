"""Sending messages: numbers, roles, repeats, history, budget, failures, flushes."""

import threading
from typing import Any

import pytest
from google.cloud.firestore import Client as Database
from google.cloud.firestore import DocumentReference

from emulator.demo.client import Client
from experience.assistant.models.prompts import system_prompt
from experience.assistant.models.views import ChatSent
from experience.assistant.usecases import conversation, writer
from experience.clock import now_ms
from experience.errors import AlreadyExists, Busy, FailedPrecondition, ResourceExhausted
from experience.language_models.models import Completion, FinishReason, ModelFailed
from tests.support.assistant.chats import Chatter, Part, Speak, outcome_of, replies
from tests.support.calling import at_once, issue_paths, refused


def test_messages_are_numbered_and_alternate_and_the_model_reads_the_newest(
    db: Database, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter, model = Chatter(db), speak(replies("Good ", "evening 🌙."), replies("Yes."))
    first = chatter.send("Bonsoir,\nça va ?")
    chat = first.session.id
    assert chatter.deltas == ["Good ", "evening 🌙."]
    assert (first.session.title, first.session.message_count) == ("Bonsoir, ça va ?", 2)
    shown = first.assistant_message.shown()
    assert (shown["content"], shown["status"]) == ("Good evening 🌙.", "complete")
    assert (shown["id"], shown["number"], shown["llmModel"]) == ("2", 2, "chatting/1")
    assert shown["usage"] == {"inputTokens": 10, "outputTokens": 5, "costMicros": 7}
    assert not {"worker", "leaseUntil", "reservation", "requestId", "request"} & shown.keys()

    second = chatter.send("And now?", chat)
    assert second.session.title == first.session.title
    assert [each.content for each in model.read[1]] == [
        system_prompt(now_ms()), "Bonsoir,\nça va ?", "Good evening 🌙.", "And now?",
    ]  # fmt: skip
    stored = chatter.messages(chat)
    assert [each["number"] for each in stored] == [1, 2, 3, 4]
    assert [each["role"] for each in stored] == ["user", "assistant"] * 2
    assert {each["status"] for each in stored} == {"complete"}
    session = chatter.session(chat)
    assert (session["messageCount"], session["streamingMessage"]) == (4, None)
    assert session["lastMessageAt"] == stored[-1]["createdAt"]
    usage = chatter.tokens()
    assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"] == 30

    monkeypatch.setattr(conversation, "MAX_HISTORY_TOKENS", len("Yes.And now?"))
    chatter.send("More", chat)
    assert [each.content for each in model.read[2]] == [
        system_prompt(now_ms()), "And now?", "Yes.", "More",
    ]  # fmt: skip
    monkeypatch.setattr(conversation, "MAX_HISTORY_TOKENS", len("Yes."))
    chatter.send("More", chat)
    assert [each.role.value for each in model.read[3]] == ["system", "user"]


def test_a_request_id_sends_once_and_another_body_is_refused(db: Database, speak: Speak) -> None:
    chatter = Chatter(db)
    speak(replies("Hello."))
    sent = at_once(4, lambda _: outcome_of(lambda: chatter.send("Hi", request="one")))
    chats = {each.session.id for each in sent if isinstance(each, ChatSent)}
    assert len(chats) == 1
    assert all(isinstance(each, ChatSent) for each in sent)
    [chat] = chats
    again = chatter.send("Hi", request="one")
    assert again.assistant_message.content == "Hello."
    assert len(chatter.messages(chat)) == 2
    for content, named in (("Ho", None), ("Hi", chat)):
        with pytest.raises(AlreadyExists, match="another request"):
            chatter.send(content, named, request="one")
    further = chatter.send("Hi", chat, request="two")
    assert further.user_message.number == 3
    assert chatter.send("Hi", chat, request="two") == further
    assert chatter.session(chat)["messageCount"] == 4


def test_one_of_twenty_sends_wins_and_the_others_find_the_chat_busy(
    db: Database, speak: Speak
) -> None:
    chatter, resumed = Chatter(db), threading.Event()
    speak(replies("Hello."), replies(lambda: resumed.wait(60), "Done."))
    chat = chatter.send("Hi").session.id

    def one(number: int) -> Any:
        found = outcome_of(lambda: chatter.send(f"Say {number}", chat))
        if isinstance(found, Busy):
            refusals.append(found.reason)
            if len(refusals) == 19:
                resumed.set()
        return found

    refusals: list[str] = []
    found = at_once(20, one)
    assert refusals == ["chat_busy"] * 19
    [won] = [each for each in found if isinstance(each, ChatSent)]
    assert won.assistant_message.content == "Done."
    stored = chatter.messages(chat)
    assert [each["number"] for each in stored] == [1, 2, 3, 4]
    assert chatter.tokens()["tokens"] == 30


def test_a_chat_is_refused_before_anything_is_written(
    db: Database, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter = Chatter(db)
    speak(replies("Hello."))
    path = db.document("workspaces", chatter.workspace)
    path.update({"dailyTokenLimit": 100})
    with pytest.raises(ResourceExhausted) as spent:
        chatter.send("Hi")
    assert spent.value.reason == "token_budget"
    monkeypatch.setenv("LANGUAGE_MODEL", "nobody")
    with pytest.raises(FailedPrecondition) as unknown:
        chatter.send("Hi")
    assert unknown.value.reason == "model_not_configured"
    assert list(path.collection("chatSessions").stream()) == []
    assert chatter.tokens() == {}


def test_a_failure_ends_the_message_and_keeps_its_text(
    db: Database, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter, chat = Chatter(db), None
    cases: list[tuple[tuple[Part, ...], str, str]] = [
        (("Half", ModelFailed("It is gone.")), "PROVIDER_ERROR", "Half"),
        (("Half",), "PROVIDER_ERROR", "Half"),
        (("", Completion("", FinishReason.STOP)), "INVALID_OUTPUT", ""),
        (("Ha", Completion("Ha", FinishReason.MAX_TOKENS)), "OUTPUT_TRUNCATED", "Ha"),
        (("Ha", Completion("Ha", FinishReason.SAFETY)), "SAFETY_FILTERED", "Ha"),
        (("Ha", Completion("Ha", FinishReason.OTHER)), "PROVIDER_ERROR", "Ha"),
        (("Half", ZeroDivisionError()), "INTERNAL", "Half"),
        (("x" * 70_000,), "TOO_LONG", "x" * 60_000),
    ]
    for parts, code, text in cases:
        speak(parts)
        sent = chatter.send("Hi", chat)
        chat = sent.session.id
        shown = sent.assistant_message.shown()
        assert (shown["status"], shown["error"]["code"], shown["content"]) == ("failed", code, text)
    monkeypatch.setattr(conversation, "MAX_SECONDS", 0)
    speak(replies("Never"))
    late = chatter.send("Hi", chat).assistant_message.shown()
    assert (late["status"], late["error"]["code"]) == ("failed", "TIMEOUT")
    monkeypatch.undo()
    model = speak(replies("Well again."))
    assert chatter.send("Hi", chat).assistant_message.status == "complete"
    assert all(each.content for each in model.read[0])
    stored = chatter.messages(str(chat))
    assert [each["number"] for each in stored] == list(range(1, 2 * len(cases) + 5))
    usage = chatter.tokens()
    assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"]


def test_a_bad_request_names_its_fields(editor: Client, workspace: str) -> None:
    for content in ("", " \n", "x" * 8001, 7):
        error = refused(editor, "sendChatMessage", workspaceId=workspace, content=content)
        assert issue_paths(error) == ["content"]
    wrong = {"chatSessionId": "../x", "requestId": "a b", "more": 1}
    error = refused(editor, "sendChatMessage", workspaceId=workspace, content="Hi", **wrong)
    assert set(issue_paths(error)) == set(wrong)
    longest = editor.call("sendChatMessage", workspaceId=workspace, content="é" * 8000)
    assert len(longest["userMessage"]["content"]) == 8000
    assert longest["assistantMessage"]["status"] == "complete"


def test_text_is_flushed_at_most_once_a_second_and_shown_at_once(
    db: Database, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, chatter, flushed = Clock(), Chatter(db), []
    monkeypatch.setattr(writer, "time", clock)
    update = DocumentReference.update

    def counted(reference: DocumentReference, fields: dict[str, Any], option: Any = None) -> Any:
        flushed.append(fields["content"])
        return update(reference, fields, option)

    monkeypatch.setattr(DocumentReference, "update", counted)
    chatter.shown = lambda: clock.forward(0.1)
    speak(replies(*(f"{number} " for number in range(50))))
    sent = chatter.send("Count")
    assert len(chatter.deltas) == 50
    assert sent.assistant_message.content == "".join(chatter.deltas)
    assert 4 <= len(flushed) <= 5, "five seconds by the clock"
    assert all(sent.assistant_message.content.startswith(each) for each in flushed)


class Clock:
    """The module `time` of whoever writes, in which time passes only by a test."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds

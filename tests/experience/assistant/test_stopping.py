"""Stopping a message, losing its worker, and finding either."""

import threading
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.assistant.models.requests import DeleteChatSession, StopChatMessage
from experience.assistant.usecases import conversation, delete, stop, sweep, writer
from experience.clock import now_ms
from experience.errors import NotFound
from experience.language_models.models import Completion, FinishReason
from tests.support.assistant.chats import Chatter, Speak, outcome_of, replies
from tests.support.waiting import eventually


def stopped(chatter: Chatter, chat: str, number: int) -> dict[str, Any]:
    ids = {"workspaceId": chatter.workspace, "chatSessionId": chat, "messageId": str(number)}
    return stop.stop_chat_message(chatter.uid, StopChatMessage.load(ids)).shown()


class Sending:
    """A send in a thread, whose model waits in the middle of its text."""

    def __init__(self, chatter: Chatter, speak: Speak, chat: str | None = None) -> None:
        self.resumed = threading.Event()
        self.model = speak(replies("Once ", lambda: self.resumed.wait(60), "upon a time."))
        before = set(chats_of(chatter))
        self.found: list[Any] = []
        self.thread = threading.Thread(
            target=lambda: self.found.append(outcome_of(lambda: chatter.send("Tell", chat)))
        )
        self.thread.start()
        eventually(lambda: chatter.deltas[-1:] == ["Once "])
        [self.chat] = [chat] if chat else set(chats_of(chatter)) - before
        self.number = chatter.session(self.chat)["streamingMessage"]

    def result(self) -> Any:
        self.thread.join(30)
        return self.found[0]


def chats_of(chatter: Chatter) -> list[str]:
    sessions = chatter.db.collection("workspaces", chatter.workspace, "chatSessions")
    return [each.id for each in sessions.stream()]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FLUSH_SECONDS", 0.05)


def test_a_stopped_message_keeps_its_text_though_its_model_is_silent(
    db: Database, speak: Speak
) -> None:
    chatter = Chatter(db)
    sending = Sending(chatter, speak)
    chat, number = sending.chat, sending.number
    first = stopped(chatter, chat, number)
    assert (first["status"], "stopRequestedAt" in first) == ("streaming", False)
    assert stopped(chatter, chat, number)["status"] in {"streaming", "stopped"}
    message = sending.result().assistant_message.shown()
    assert (message["status"], message["content"]) == ("stopped", "Once ")
    assert message["usage"]["outputTokens"] == len("Once "), "estimated"
    sending.resumed.set()
    assert sending.model.has_ended.wait(30), "the stream is closed with the next chunk"
    again = stopped(chatter, chat, number)
    assert again == message
    assert stopped(chatter, chat, 1)["status"] == "complete"
    for wrong in (chat, "nothing"):
        with pytest.raises(NotFound):
            stopped(chatter, wrong, 9)
    usage = chatter.tokens()
    assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"]
    speak(replies("Back."))
    assert chatter.send("Again", chat).assistant_message.content == "Back."
    assert chatter.messages(chat)[1]["content"] == "Once "


def test_a_worker_that_lost_its_lease_writes_nothing_more(db: Database, speak: Speak) -> None:
    chatter = Chatter(db)
    sending = Sending(chatter, speak)
    chat = sending.chat
    path = ("workspaces", chatter.workspace, "chatSessions", chat, "chatMessages")
    message = db.document(*path, str(sending.number))
    eventually(lambda: message.get().get("content") == "Once ")
    message.update({"leaseUntil": now_ms() - 1})
    sweep.sweep_chats()
    sweep.sweep_chats()
    lost = message.get().to_dict() or {}
    assert (lost["status"], lost["error"]["code"]) == ("failed", "WORKER_LOST")
    assert (lost["content"], lost["leaseUntil"], lost["worker"]) == ("Once ", None, None)
    assert chatter.session(chat)["streamingMessage"] is None
    assert sending.result().assistant_message.status == "failed"
    sending.resumed.set()
    assert message.get().to_dict() == lost
    usage = chatter.tokens()
    assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"] > 0


@pytest.mark.parametrize("found_by", ["send", "stop", "marked"])
def test_a_chat_goes_on_after_its_worker_died(db: Database, speak: Speak, found_by: str) -> None:
    chatter = Chatter(db)
    sending = Sending(chatter, speak)
    chat = sending.chat
    path = ("workspaces", chatter.workspace, "chatSessions", chat, "chatMessages")
    message = db.document(*path, "2")
    mark = {"stopRequestedAt": now_ms()} if found_by == "marked" else {}
    message.update({"leaseUntil": now_ms() - 1, "worker": "dead", **mark})
    if found_by == "stop":
        assert stopped(chatter, chat, 2)["status"] == "stopped"
    assert sending.result().assistant_message.content is not None
    speak(replies("Here I am."))
    assert chatter.send("Hello?", chat).assistant_message.content == "Here I am."
    expected = {"send": "failed", "stop": "stopped", "marked": "stopped"}[found_by]
    assert message.get().get("status") == expected
    assert [each["number"] for each in chatter.messages(chat)] == [1, 2, 3, 4]
    sending.resumed.set()


def test_a_chat_that_is_deleted_meanwhile_is_gone(db: Database, speak: Speak) -> None:
    chatter = Chatter(db)
    sending = Sending(chatter, speak)
    ids = {"workspaceId": chatter.workspace, "chatSessionId": sending.chat}
    deleted = delete.delete_chat_session(chatter.uid, DeleteChatSession.load(ids))
    assert isinstance(sending.result(), NotFound)
    sending.resumed.set()
    assert chatter.messages(sending.chat) == []
    assert delete.delete_chat_session(chatter.uid, DeleteChatSession.load(ids)) == deleted
    usage = chatter.tokens()
    assert usage["tokens"] == usage["inputTokens"] + usage["outputTokens"] > 0
    with pytest.raises(NotFound):
        chatter.send("Hello?", sending.chat)


def test_a_silent_model_keeps_its_lease_and_runs_out_of_time(
    db: Database, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(conversation, "MAX_SECONDS", 1)
    chatter, resumed = Chatter(db), threading.Event()
    speak((lambda: resumed.wait(60), Completion("", FinishReason.STOP)))
    message = chatter.send("Hi").assistant_message
    resumed.set()
    assert (message.status, message.error.code if message.error else None) == ("failed", "TIMEOUT")
    assert message.updated_at - message.created_at >= 900

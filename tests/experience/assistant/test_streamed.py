"""A message to the assistant as the suite's functions stream its reply."""

import json
from typing import Any

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from tests.support.builders.workspaces import a_member, a_workspace


def send(member: Client, workspace: str, content: str) -> tuple[int, list[dict[str, Any]]]:
    data = {"workspaceId": workspace, "content": content}
    answer = member.post("sendChatMessage", {"data": data})
    blocks = answer.text.removesuffix("\n\n").split("\n\n")
    return answer.status_code, [json.loads(each.removeprefix("data: ")) for each in blocks]


class TestReply:
    def test_its_deltas_are_its_text(self, db: Database, suite: Suite) -> None:
        workspace = a_workspace(db)
        member = Client.of(suite.env, a_member(db, workspace, "viewer"))
        member.session.headers["Accept"] = "text/event-stream"
        status, [*chunks, last] = send(member, workspace, "List my campaigns")
        reply = last["result"]["assistantMessage"]
        assert (status, reply["status"]) == (200, "complete")
        assert len(chunks) > 1
        assert "".join(each["message"]["delta"] for each in chunks) == reply["content"]
        stored = db.document(f"workspaces/{workspace}/chatSessions/{reply['chatSessionId']}")
        assert (
            stored.collection("chatMessages").document("2").get().get("content")
            == (reply["content"])
        )
        refused, [event] = send(member, a_workspace(db), "List my campaigns")
        assert (refused, event["error"]["details"]["reason"]) == (404, "workspace_not_found")
        member.close()

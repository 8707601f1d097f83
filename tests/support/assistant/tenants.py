"""A workspace with one of everything that the assistant's tools read, all of it called the same."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client

from experience.assistant import store as chat_store
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.assistant.usecases.tools.registry import ToolOutcome, run_tool
from experience.campaigns.models.requests import GenerateCampaign
from experience.campaigns.usecases.generate import generate_campaign
from experience.clock import now_ms
from experience.firebase.callables import Caller
from experience.ids import new_id
from experience.language_models.models import Message, Role, ToolCall
from experience.language_models.prompts import fenced
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import a_session
from tests.support.builders.workspaces import a_member, a_workspace, an_experience
from tests.support.campaigns.builders import a_campaign, a_game

HIDDEN = "HIDDEN-FROM-MODELS"
"""In every field that no model may see."""


@dataclass(frozen=True)
class Tenant:
    """A workspace, and the ids of what is in it. `running` is a run that builds `campaign`."""

    db: Client
    id: str
    editor: Caller
    viewer: Caller
    campaign: str
    live: str
    running: str
    failed: str
    project: str
    experience: str
    guest: str

    def call(self, tool: str, caller: Caller | None = None, **arguments: Any) -> ToolOutcome:
        """What a tool returns to a viewer, or to somebody else."""
        call = ToolCall("call", tool, arguments)
        return run_tool(caller or self.viewer, self.id, call, now_ms())

    def found(self, tool: str, caller: Caller | None = None, **arguments: Any) -> dict[str, Any]:
        """The data in what a tool returns."""
        content = self.call(tool, caller, **arguments).content
        data = fenced([Message(Role.TOOL, content)], tool)
        assert isinstance(data, dict), content
        return data

    def stored(self) -> dict[str, Any]:
        """All that a tool could change, by path."""
        lists = [self.db.collection("workspaces", self.id, each) for each in ("campaigns", "runs")]
        return {each.reference.path: each.to_dict() for found in lists for each in found.stream()}


def a_tenant(db: Client, called: str = "Summer") -> Tenant:
    """A new one. Needs the variable CAMPAIGN_SECRET."""
    workspace = a_workspace(db)
    editor, viewer = (Caller(a_member(db, workspace, each)) for each in ("editor", "viewer"))
    prizes = [{**a_game()["prizes"][0], "name": called}, a_game()["prizes"][1]]
    campaign, building, lost, live = (
        a_campaign(
            db,
            workspace,
            status,
            a_game(prizes=prizes),
            name=name,
            nameKey=name.lower(),
            userId=HIDDEN,
            request=HIDDEN,
            claimSecret=None if status == "live" else HIDDEN,
        )
        for name, status in (
            (called, "draft"),
            (f"{called} building", "draft"),
            (f"{called} lost", "draft"),
            (f"{called} live", "live"),
        )
    )
    running, failed = (_a_run(db, workspace, editor.uid, each) for each in (building, lost))
    error = {"code": "TIMEOUT", "message": called, "failedStepId": "copy", "timestamp": now_ms()}
    hidden = {"createdBy": HIDDEN, "triggerPayload": {"x": HIDDEN}, "context": {"x": HIDDEN}}
    runs = db.collection("workspaces", workspace, "runs")
    runs.document(failed).update({"status": "failed", "error": error, **hidden})
    experience = an_experience(db, workspace, name=called[:100])
    project = a_project(db, workspace, [experience])
    db.document("projects", project).update({"name": called})
    guest = a_guest(db, project, f"{HIDDEN}-{project}")
    a_session(db, project, guest, experience, workspaceId=workspace)
    return Tenant(
        db, workspace, editor, viewer, campaign, live, running, failed, project, experience, guest
    )


def _a_run(db: Client, workspace: str, uid: str, campaign: str) -> str:
    asked = {"workspaceId": workspace, "campaignId": campaign, "expectedVersion": 1}
    return generate_campaign(uid, GenerateCampaign.load(asked)).run.id


def a_proposal(tenant: Tenant, tool: str, caller: Caller | None = None, **arguments: Any) -> str:
    """The id of a chat session, by default the editor's, whose message 2 proposes this."""
    caller, now, session = caller or tenant.editor, now_ms(), f"chat-{new_id()}"
    proposal = tenant.call(tool, tenant.editor, **arguments).proposal
    assert proposal is not None
    common = {"tenantId": tenant.id, "userId": caller.uid, "createdAt": now, "updatedAt": now}
    chat = ChatSession.load(
        {**common, "id": session, "title": "Hi", "messageCount": 2, "lastMessageAt": now}
    )
    reference = chat_store.session_ref(tenant.db, tenant.id, session)
    reference.set(chat.dump())
    for number, role, content, proposed in (
        (1, "user", "Do it", None),
        (2, "assistant", proposal.summary, proposal.dump()),
    ):
        fields = {"id": str(number), "number": number, "chatSessionId": session, "role": role}
        message = ChatMessage.load({**common, **fields, "content": content, "proposal": proposed})
        chat_store.message_ref(tenant.db, tenant.id, session, number).set(message.dump())
    return session

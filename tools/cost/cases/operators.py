"""What operators cost, who draft, publish and look."""

from experience.assistant.models.chat import ChatMessage, MessageRole, MessageStatus
from experience.ids import new_id
from experience.media.store import objects
from tests.support.builders.events import an_event
from tests.support.builders.projects import a_config
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.campaigns.builders import a_campaign
from tools.cost.stage import Stage


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    editor = a_member(stage.db, workspace, "editor")
    experience = f"experience-{new_id()}"
    drafting_an_experience(stage, workspace, editor, experience)
    drafting_a_project(stage, workspace, editor, experience)
    making_an_event(stage, workspace, editor)
    members(stage)
    closed_projects(stage)
    chatting(stage)


def drafting_an_experience(stage: Stage, workspace: str, editor: str, experience: str) -> None:
    about = {"workspaceId": workspace, "experienceId": experience}
    draft = {"steps": [{"title": "", "description": "", **a_step("name")}], "transform": None}
    first = {**about, "expectedVersion": 0, "name": "Booth"}
    stage.call(editor, "saveExperience", "a new one", **first)
    change = {**about, "expectedVersion": 1, "draft": draft}
    stage.call(editor, "saveExperience", "a change", **change)
    stage.call(editor, "saveExperience", "nothing new", **change)
    stage.call(editor, "publishExperience", "", **about, expectedVersion=2)
    stage.call(editor, "publishExperience", "again", **about, expectedVersion=2)
    stage.call(editor, "listExperiences", "a page of one", workspaceId=workspace)


def drafting_a_project(stage: Stage, workspace: str, editor: str, experience: str) -> None:
    about = {"workspaceId": workspace, "projectId": f"project-{new_id()}"}
    stage.call(editor, "saveProject", "a new one", **about, expectedVersion=0, name="Summer")
    change = {**about, "expectedVersion": 1, "draftConfig": a_config([experience])}
    stage.call(editor, "saveProject", "a change", **change)
    stage.call(editor, "saveProject", "nothing new", **change)
    project = {"projectId": about["projectId"], "expectedVersion": 2}
    stage.call(editor, "publishProject", "one experience", **project)
    stage.call(editor, "publishProject", "one experience, again", **project)
    stage.call(editor, "listProjects", "a page of one", workspaceId=workspace)


def making_an_event(stage: Stage, workspace: str, editor: str) -> None:
    photo = {"workspaceId": workspace, "experienceId": f"experience-{new_id()}"}
    change = {"expectedVersion": 0, "experience": {"name": "Cartoon"}}
    stage.call(editor, "saveEventExperience", "a new one", **photo, **change)
    stage.call(editor, "saveEventExperience", "nothing new", **photo, **change)
    at = {"eventId": f"event-{new_id()}", "expectedVersion": 0}
    fields = {"name": "Launch", "theme": {"primaryColor": "#336699"}}
    stage.call(editor, "saveEvent", "a new one", **at, workspaceId=workspace, event=fields)
    change = {**at, "expectedVersion": 1, "event": {"name": "Opening"}}
    stage.call(editor, "saveEvent", "a change", **change)
    stage.call(editor, "saveEvent", "nothing new", **change)
    pick = {"type": "experience-picker", "config": {"experienceIds": [photo["experienceId"]]}}
    stage.call(editor, "saveStep", "one experience to pick", **at, stepId="pick", step=pick)
    stage.call(editor, "saveStep", "nothing new", **at, stepId="pick", step=pick)
    journey = {"journeyId": "journey", "journey": {"name": "Booth", "stepOrder": ["pick"]}}
    stage.call(editor, "saveJourney", "one step", **at, **journey)
    stage.call(editor, "saveJourney", "nothing new", **at, **journey)
    chosen = {**at, "expectedVersion": 2, "journeyId": "journey"}
    stage.call(editor, "setActiveJourney", "one step", **chosen)
    stage.call(editor, "setActiveJourney", "nothing new", **chosen)
    stage.call(editor, "listEvents", "a page of one", workspaceId=workspace)


def members(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    owner = a_member(stage.db, workspace, "owner")
    renamed = {"workspaceId": workspace, "expectedVersion": 1, "name": "Other"}
    stage.call(owner, "saveWorkspace", "another name", **renamed)
    stage.call(owner, "saveWorkspace", "nothing new", **renamed)
    member = {"workspaceId": workspace, "uid": "colleague"}
    stage.call(owner, "setMember", "a new one", **member, role="viewer")
    stage.call(owner, "setMember", "another role", **member, role="editor")
    stage.call(owner, "setMember", "nothing new", **member, role="editor")
    stage.call(owner, "setMember", "taken out", **member, role=None)


def closed_projects(stage: Stage) -> None:
    """A project with one picture is archived and opened again, then its workspace is deleted."""
    venue = a_venue(stage.db)
    path = objects.result_path(venue.project, "session", "job", 1, "result.png")
    objects.write_once(path, b"x", "image/png")
    project = stage.db.document("projects", venue.project)
    workspace = stage.db.document("workspaces", venue.workspace)
    unchanged = {"onProjectUpdated": "another draft"}
    stage.measure(unchanged, lambda: project.update({"name": "Other"}))
    archived = {"onProjectUpdated": "archived", "updateDownloadUrls": "one picture ends"}
    stage.measure(archived, lambda: project.update({"status": "archived"}))
    opened = {"onProjectUpdated": "opened again", "updateDownloadUrls": "one picture is restored"}
    stage.measure(opened, lambda: project.update({"status": "live"}))
    event = an_event(stage.db, venue.workspace)
    objects.write_once(objects.capture_path(event, "session"), b"x", "image/png")
    reference = stage.db.document("events", event)
    stage.measure({"onEventUpdated": "another name"}, lambda: reference.update({"name": "Other"}))
    ended = {"onEventUpdated": "archived", "updateDownloadUrls": "an event's photo ends"}
    stage.measure(ended, lambda: reference.update({"status": "archived"}))
    reference.delete()
    stage.measure({"onWorkspaceUpdated": "another name"}, lambda: workspace.update({"name": "O"}))
    deleted = {"onWorkspaceUpdated": "deleted, with one project"}
    stage.measure(deleted, lambda: workspace.update({"status": "deleted"}))


def chatting(stage: Stage) -> None:
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

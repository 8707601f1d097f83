"""Every tool of the assistant, and calling one of them as the user."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from experience import clients
from experience.assistant.models.chat import Proposal
from experience.assistant.models.tools import (
    PROPOSAL_MS,
    CampaignDays,
    CampaignsWanted,
    Data,
    ExperienceDays,
    GuestsWanted,
    NewCampaign,
    Nothing,
    OneCampaign,
    OneRun,
    Risk,
    RunsWanted,
    bounded,
    shown_time,
)
from experience.assistant.usecases.tools import changing, reading
from experience.assistant.usecases.tools.changing import Confirmed, Plan
from experience.documents import Request
from experience.errors import Refusal, issues_of
from experience.firebase.callables import Caller
from experience.language_models.models import Tool, ToolCall
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

UNKNOWN_TOOL = "tool"
"""The name of the fence around what is said of a tool that does not exist."""


@dataclass(frozen=True)
class ChatTool:
    """A tool, and the role that it needs. It has `reads`, or else `plans` and `runs`."""

    tool: Tool
    role: Role
    reads: Callable[[str, str, Any, int], Data] | None = None
    plans: Callable[[str, str, Any], Plan] | None = None
    runs: Callable[[str, Confirmed], str] | None = None

    @property
    def name(self) -> str:
        """As the model calls it."""
        return self.tool.name

    @property
    def risk(self) -> Risk:
        """What can come of it."""
        return Risk.READING if self.reads else Risk.CHANGING


@dataclass(frozen=True)
class ToolOutcome:
    """What a tool found, for the model. With a `proposal` nothing ran: the user has to confirm."""

    content: str
    proposal: Proposal | None = None


def _reading(
    name: str, description: str, parameters: type[Request], reads: Callable[..., Data]
) -> ChatTool:
    return ChatTool(Tool(name, description, parameters), Role.VIEWER, reads=reads)


def _changing(
    name: str,
    description: str,
    parameters: type[Request],
    plans: Callable[..., Plan],
    runs: Callable[[str, Confirmed], str],
) -> ChatTool:
    described = f"{description} It only proposes this: the user has to confirm it."
    return ChatTool(Tool(name, described, parameters), Role.EDITOR, plans=plans, runs=runs)


TOOLS: tuple[ChatTool, ...] = (
    _reading(
        "list_campaigns",
        "Lists the newest campaigns of the workspace, with their states.",
        CampaignsWanted,
        reading.list_campaigns,
    ),
    _reading(
        "get_campaign",
        "Shows one campaign: its state, version, window, prizes and runs.",
        OneCampaign,
        reading.get_campaign,
    ),
    _reading(
        "get_campaign_funnel",
        "Counts plays of a campaign, and how many were won, redeemed and voided.",
        CampaignDays,
        reading.get_campaign_funnel,
    ),
    _reading(
        "list_runs",
        "Lists the newest runs of workflows, with their states.",
        RunsWanted,
        reading.list_runs,
    ),
    _reading(
        "get_run",
        "Shows one run: its state, steps, cost, and why it failed.",
        OneRun,
        reading.get_run,
    ),
    _reading(
        "list_projects",
        "Lists the newest projects of the workspace, with their states.",
        Nothing,
        reading.list_projects,
    ),
    _reading(
        "list_experiences",
        "Lists the newest experiences of the workspace.",
        Nothing,
        reading.list_experiences,
    ),
    _reading(
        "count_guests_today",
        "Counts guests who came for the first time, and sessions that began, today in UTC.",
        GuestsWanted,
        reading.count_guests_today,
    ),
    _reading(
        "get_content_analytics",
        "Counts visits of an experience's waypoints, quests and items.",
        ExperienceDays,
        reading.get_content_analytics,
    ),
    _changing(
        "create_campaign",
        "Creates a campaign as a draft.",
        NewCampaign,
        changing.plan_create,
        changing.run_create,
    ),
    _changing(
        "generate_campaign",
        "Builds a campaign, so that it goes live.",
        OneCampaign,
        changing.plan_generate,
        changing.run_generate,
    ),
    _changing(
        "archive_campaign",
        "Takes a live campaign off.",
        OneCampaign,
        changing.plan_archive,
        changing.run_archive,
    ),
    _changing(
        "cancel_run",
        "Cancels a run that has not ended.",
        OneRun,
        changing.plan_cancel,
        changing.run_cancel,
    ),
)

_BY_NAME = {each.name: each for each in TOOLS}


def find_tool(name: str) -> ChatTool | None:
    """The tool of this name, if there is one."""
    return _BY_NAME.get(name)


def run_tool(caller: Caller, workspace_id: str, call: ToolCall, now: int) -> ToolOutcome:
    """Call a tool as the user: one that reads runs, one that changes something becomes a proposal.

    Reads as the tool's use cases do, and one more for a proposal. No writes. Arguments that do not
    parse and refusals are content for the model. Anything else that is raised is a bug.
    """
    tool = find_tool(call.name)
    if tool is None:
        known = ", ".join(_BY_NAME)
        return _failure(UNKNOWN_TOOL, "unknown_tool", f"There is no such tool, only {known}.")
    try:
        arguments = tool.tool.parameters.load(call.arguments)
        if tool.reads:
            return ToolOutcome(
                bounded(tool.name, tool.reads(caller.uid, workspace_id, arguments, now))
            )
        return _proposed(tool, caller.uid, workspace_id, arguments, now)
    except ValidationError as error:
        issues = [f"{path}: {message}" for path, message in issues_of(error, call.arguments)]
        return _failure(tool.name, "invalid_arguments", "; ".join(issues))
    except Refusal as refused:
        return _failure(tool.name, refused.reason, refused.message)


def _proposed(
    tool: ChatTool, uid: str, workspace_id: str, arguments: Request, now: int
) -> ToolOutcome:
    assert tool.plans is not None
    require_role(clients.firestore(), workspace_id, uid, tool.role, what="workspace")
    plan = tool.plans(uid, workspace_id, arguments)
    proposal = Proposal(
        tool=tool.name,
        arguments=plan.arguments,
        summary=plan.summary,
        expires_at=now + PROPOSAL_MS,
    )
    shown = {
        "proposal": {
            "tool": tool.name,
            "summary": plan.summary,
            "expiresAt": shown_time(proposal.expires_at),
        },
        "note": "Nothing has happened yet. The user has to confirm it.",
    }
    return ToolOutcome(bounded(tool.name, shown), proposal)


def _failure(fence_name: str, reason: str, message: str) -> ToolOutcome:
    return ToolOutcome(bounded(fence_name, {"error": reason, "message": message}))

"""The assistant's tools: what they find, what they propose, and for whom."""

import json
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.assistant.models import tools as tool_models
from experience.assistant.models.tools import MAX_RESULT_BYTES, Risk, bounded
from experience.assistant.usecases.tools.registry import TOOLS, ChatTool, run_tool
from experience.clock import now_ms
from experience.documents import Request
from experience.firebase.callables import Caller
from experience.language_models.models import Message, ToolCall
from experience.language_models.models import Role as MessageRole
from experience.language_models.prompts import fenced
from experience.workspaces.models import Role
from tests.support.assistant.tenants import HIDDEN, Tenant, a_tenant
from tests.support.builders.events import an_event
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.campaigns.builders import a_campaign

CHANGING = [each for each in TOOLS if each.risk is Risk.CHANGING]


@pytest.fixture
def tenant(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setenv("CAMPAIGN_SECRET", "a secret of these tests")
    return a_tenant(quiet_db)


def arguments_naming(tool: ChatTool, other: Tenant) -> dict[str, Any]:
    """Arguments that name what another workspace has, as far as the tool takes names."""
    known = {
        "campaign": other.campaign,
        "namePrefix": "Theirs",
        "runId": other.running,
        "project": other.project,
        "experienceId": other.experience,
        "name": "Mine",
        "status": None,
        "days": 30,
    }
    fields = tool.tool.parameters.model_json_schema(by_alias=True).get("properties", {})
    return {name: known[name] for name in fields}


def test_every_tool_is_described_bounded_and_knows_no_workspace() -> None:
    assert len({each.name for each in TOOLS}) == len(TOOLS) >= 13
    for tool in TOOLS:
        assert tool.tool.description.endswith("."), tool.name
        assert (tool.reads is None) is (tool.plans is not None) is (tool.runs is not None)
        needed = Role.VIEWER if tool.risk is Risk.READING else Role.EDITOR
        assert tool.role is needed, "what changes something needs an editor"
        assert issubclass(tool.tool.parameters, Request), "nothing unknown is taken"
        schema = tool.tool.parameters.model_json_schema(by_alias=True)
        for name, field in schema.get("properties", {}).items():
            assert field.get("description"), f"{tool.name}: {name} is not described"
            assert "workspace" not in name.lower(), f"{tool.name}: the workspace is the session's"
    assert {each.name for each in CHANGING} == {
        "create_campaign", "generate_campaign", "archive_campaign", "cancel_run",
    }  # fmt: skip


@pytest.mark.parametrize(
    "item",
    [
        {"name": "x" * 5000},
        {"name": "\u202e\U0001f600" * 3000, "other": "<" * 9000},
        {"name": {"deep": ["y" * 500] * 50}},
        {f"field{n}": "z" * 300 for n in range(60)},
    ],
)
def test_no_result_is_larger_than_its_bound_and_says_what_it_left_out(item: dict[str, Any]) -> None:
    text = bounded("list_things", {"things": [item] * 500, "note": "w" * 9000})
    assert len(text.encode()) <= MAX_RESULT_BYTES
    data = fenced([Message(MessageRole.TOOL, text)], "list_things")
    assert data["more"] is True
    assert len(data["things"]) <= tool_models.MAX_LISTED_ITEMS
    assert data["note"].startswith("www")


def test_a_small_result_stays_as_it_is_and_a_wide_one_says_that_it_is_too_large() -> None:
    few = bounded("list_things", {"things": [1, 2], "note": "short"})
    assert fenced([Message(MessageRole.TOOL, few)], "list_things") == {
        "things": [1, 2], "note": "short",
    }  # fmt: skip
    wide = {f"text{n}": "\u202e" * 200 for n in range(20)}
    text = bounded("list_things", {f"part{n}": wide for n in range(20)})
    assert "result_too_large" in text


def test_what_a_model_asks_wrongly_becomes_an_error_that_it_can_read() -> None:
    """None of it reads anything: there is no workspace of this name."""

    def error(name: str, arguments: Any, fence: str | None = None) -> tuple[str, str]:
        outcome = run_tool(Caller("anybody"), "none", ToolCall("1", name, arguments), now_ms())
        assert outcome.proposal is None
        data = fenced([Message(MessageRole.TOOL, outcome.content)], fence or name)
        assert data.keys() == {"error", "message"}
        return data["error"], data["message"]

    wrong, message = error("drop_tables", {}, "tool")
    assert (wrong, "list_campaigns" in message) == ("unknown_tool", True)
    for name, arguments, path in [
        ("get_campaign", {}, "campaign"),
        ("get_campaign", {"campaign": 7}, "campaign"),
        ("get_campaign", {"campaign": "x" * 256}, "campaign"),
        ("get_campaign", {"campaign": "\ud800"}, ""),
        ("create_campaign", {"name": "\x1c"}, "name"),
        ("get_run", {"runId": "../../other"}, "runId"),
        ("list_campaigns", {"status": "on fire"}, "status"),
        ("list_campaigns", {"workspaceId": "another"}, "workspaceId"),
        ("generate_campaign", {"campaign": "x", "expectedVersion": 3}, "expectedVersion"),
        ("get_campaign_funnel", {"campaign": "x", "days": 1e9}, "days"),
        ("get_campaign_funnel", {"campaign": "x", "days": float("nan")}, ""),
    ]:
        wrong, message = error(name, arguments)
        assert wrong == "invalid_arguments"
        assert path in message


def test_reading_tools_find_what_is_there_by_id_and_by_name(tenant: Tenant) -> None:
    db = tenant.db
    listed = tenant.found("list_campaigns")
    assert {each["name"]: each["status"] for each in listed["campaigns"]} == {
        "Summer": "draft", "Summer building": "generating", "Summer lost": "generating",
        "Summer live": "live",
    }  # fmt: skip
    assert [
        each["name"] for each in tenant.found("list_campaigns", status="live")["campaigns"]
    ] == ["Summer live"]
    for named in (tenant.campaign, "summer", " Summer! ", '"SUMMER"'):
        found = tenant.found("get_campaign", campaign=named)
        assert (found["id"], found["status"], found["version"]) == (tenant.campaign, "draft", 1)
    assert [each["name"] for each in found["prizes"]] == ["Summer", "Trip"]
    building = tenant.found("get_campaign", campaign="summer building")
    assert building["buildingRun"] == tenant.running
    assert tenant.found("get_campaign", campaign="Winter")["error"] == "campaign_not_found"
    twin = a_campaign(db, tenant.id)
    several = tenant.found("get_campaign", campaign="Summer")
    assert several["error"] == "several_campaigns"
    assert twin in several["message"]

    day = f"{tool_models.shown_time(now_ms())}"[:10]
    rollup = {"day": day, "shard": 0, "played": 5, "won": 2, "prizes": {"mug": {"won": 2}}}
    campaigns = db.collection("workspaces", tenant.id, "campaigns")
    campaigns.document(tenant.live).collection("playRollups").document(f"{day}-0").set(rollup)
    funnel = tenant.found("get_campaign_funnel", campaign="summer live", days=3)
    assert (funnel["played"], funnel["won"], funnel["days"]) == (5, 2, 3)
    assert funnel["prizes"] == [{"name": "Summer", "won": 2, "redeemed": 0, "voided": 0}]

    runs = tenant.found("list_runs")["runs"]
    assert {each["id"]: each["status"] for each in runs} == {
        tenant.running: "queued", tenant.failed: "failed",
    }  # fmt: skip
    run = tenant.found("get_run", runId=tenant.failed)
    assert (run["status"], run["workflow"]) == ("failed", "campaign.build")
    assert run["failure"] == {"code": "TIMEOUT", "message": "Summer", "step": "copy"}
    assert len(run["steps"]) == 12
    assert {each["status"] for each in run["steps"]} == {"pending"}

    assert tenant.found("list_projects")["projects"] == [
        {"id": tenant.project, "name": "Summer", "status": "live"}
    ]
    assert tenant.found("list_experiences")["experiences"] == [
        {"id": tenant.experience, "name": "Summer", "published": True}
    ]
    analytics = tenant.found("get_content_analytics", experienceId=tenant.experience)
    assert (analytics["contents"], analytics["timeZone"]) == ([], "UTC")


def test_guests_of_today_are_counted_in_each_project(tenant: Tenant) -> None:
    db, now = tenant.db, now_ms()
    midnight = now - now % 86_400_000
    earlier = db.document("projects", tenant.project, "guests", a_guest(db, tenant.project))
    earlier.update({"createdAt": midnight - 1})
    first = db.document("projects", tenant.project, "guests", a_guest(db, tenant.project))
    first.update({"createdAt": midnight})
    empty = a_project(db, tenant.id)
    gone = a_project(db, tenant.id, status="deleted")
    a_guest(db, gone)
    event = an_event(db, tenant.id)
    for collection, names in (("eventGuests", ("a", "b", "c")), ("sessions", ("one", "two"))):
        for name in names:
            visited = db.document("events", event, collection, name)
            visited.set({"id": name, "shard": 0, "createdAt": midnight - (name == "c")})
    found = tenant.found("count_guests_today")
    assert (found["newGuests"], found["sessions"], found["timeZone"]) == (4, 3, "UTC")
    assert found["events"] == [
        {"id": event, "name": "Opening night", "newGuests": 2, "sessions": 2}
    ]
    assert {each["id"]: each["newGuests"] for each in found["projects"]} == {
        tenant.project: 2, empty: 0,
    }  # fmt: skip
    for named in (empty, "summer night"):
        assert tenant.found("count_guests_today", project=named)["newGuests"] == 0
    assert tenant.found("count_guests_today", project=gone)["error"] == "project_not_found"


def test_a_change_is_only_proposed_with_ids_and_a_summary_of_what_is_stored(
    tenant: Tenant,
) -> None:
    before = tenant.stored()
    cases: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
        ("create_campaign", {"name": "New  one"},
         {"name": "New one", "templateId": "spin_wheel"},
         "Create the campaign \u201cNew one\u201d as a draft."),
        ("generate_campaign", {"campaign": "SUMMER"},
         {"campaignId": tenant.campaign, "expectedVersion": 1},
         "Build the campaign \u201cSummer\u201d (draft, version 1). It then goes live."),
        ("archive_campaign", {"campaign": tenant.live},
         {"campaignId": tenant.live, "expectedVersion": 2},
         "Archive the campaign \u201cSummer live\u201d (live, version 2)."),
        ("cancel_run", {"runId": tenant.running}, {"runId": tenant.running},
         f"Cancel the run {tenant.running} of campaign.build, which is queued."),
    ]  # fmt: skip
    for tool, arguments, resolved, words in cases:
        outcome = tenant.call(tool, tenant.editor, **arguments)
        assert outcome.proposal is not None
        assert (outcome.proposal.tool, outcome.proposal.arguments) == (tool, resolved)
        assert outcome.proposal.summary.startswith(words)
        assert 590_000 < outcome.proposal.expires_at - now_ms() <= 600_000
        shown = fenced([Message(MessageRole.TOOL, outcome.content)], tool)
        assert shown["proposal"]["summary"] == outcome.proposal.summary
        assert tenant.found(tool, **arguments)["error"] == "role_required", (
            "viewers propose nothing"
        )
    for tool, named, reason in [
        ("generate_campaign", "summer building", "campaign_generating"),
        ("archive_campaign", "Summer", "campaign_status"),
        ("archive_campaign", "Winter", "campaign_not_found"),
    ]:
        assert tenant.found(tool, tenant.editor, campaign=named)["error"] == reason
    assert tenant.found("cancel_run", tenant.editor, runId=tenant.failed)["error"] == "run_ended"
    assert tenant.stored() == before


def test_no_tool_shows_or_proposes_anything_of_another_workspace(
    tenant: Tenant, quiet_db: Database
) -> None:
    theirs = a_tenant(quiet_db, "Theirs")
    names = ("campaign", "live", "running", "failed", "project", "experience", "guest")
    ids = [str(getattr(theirs, each)) for each in names]
    for tool in TOOLS:
        arguments = arguments_naming(tool, theirs)
        by_name = {
            name: "Theirs" if name in ("campaign", "project") else value
            for name, value in arguments.items()
        }
        for given in (arguments, by_name):
            outcome = tenant.call(tool.name, tenant.editor, **given)
            answer = outcome.content.replace("\u201cMine\u201d", "")
            assert "Theirs" not in answer, tool.name
            assert not [each for each in ids if each in answer], tool.name
            if outcome.proposal:
                assert tool.name == "create_campaign"
                assert outcome.proposal.arguments == {"name": "Mine", "templateId": "spin_wheel"}
        from_outside = theirs.call(tool.name, tenant.editor, **arguments)
        assert from_outside.proposal is None, tool.name
        assert '"error"' in from_outside.content, tool.name
        assert "_not_found" in from_outside.content, tool.name
        inside = theirs.call(tool.name, theirs.editor, **arguments)
        assert "_not_found" not in inside.content, "their own members find it"


def test_no_tool_shows_what_is_for_the_server_alone(tenant: Tenant) -> None:
    shown = json.dumps(
        [
            tenant.call(each.name, tenant.editor, **arguments_naming(each, tenant)).content
            for each in TOOLS
        ]
        + [tenant.call("get_run", runId=tenant.failed).content]
    )
    for each in (HIDDEN, tenant.guest, tenant.editor.uid, tenant.viewer.uid, "claim", "weight"):
        assert each not in shown

"""The tools that read. Each calls the use cases of its domain as the caller.

What the caller may not see does not exist here either. Results have named fields alone: no uids, no
codes, no claims, no payloads.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from experience import clients
from experience.assistant import store
from experience.assistant.models.tools import (
    MAX_LISTED_ITEMS,
    CampaignDays,
    CampaignsWanted,
    Data,
    ExperienceDays,
    GuestsWanted,
    Nothing,
    OneCampaign,
    OneRun,
    RunsWanted,
    shown_time,
)
from experience.assistant.usecases.tools.named import find_campaign, find_project
from experience.campaigns.models.playing.requests import GetCampaignFunnel
from experience.campaigns.models.requests import ListCampaigns
from experience.campaigns.usecases import read as campaigns
from experience.campaigns.usecases.playing import read as plays
from experience.events.models.event import Event
from experience.events.models.requests import ListEvents
from experience.events.usecases.read import list_events
from experience.guests import store as guest_store
from experience.journeys import store as journey_store
from experience.players.models.analytics import GetContentAnalytics
from experience.players.store import count_of
from experience.players.usecases import analytics
from experience.progress.calendar import day_of
from experience.projects.models import ListProjects, Project, ProjectStatus
from experience.projects.usecases import read as projects
from experience.sessions import store as session_store
from experience.store import in_all_shards
from experience.workflows.runs.requests import GetRun, ListRuns
from experience.workflows.usecases import read as runs
from experience.workspaces.models import ListExperiences
from experience.workspaces.usecases import read as experiences

DAY_MS = 86_400_000

MAX_CONCURRENT_COUNTS = 16


def list_campaigns(uid: str, workspace_id: str, wanted: CampaignsWanted, _now: int) -> Data:
    """The newest campaigns. At most 22 reads."""
    request = ListCampaigns(
        workspace_id=workspace_id,
        status=wanted.status,
        name_prefix=wanted.name_prefix,
        page_size=MAX_LISTED_ITEMS,
    )
    page = campaigns.list_campaigns(uid, request)
    items = [
        {
            "id": each.id,
            "name": each.name,
            "status": each.status.value,
            "updatedAt": shown_time(each.updated_at),
        }
        for each in page.items
    ]
    return _listed("campaigns", items, page.next_page_token)


def get_campaign(uid: str, workspace_id: str, wanted: OneCampaign, _now: int) -> Data:
    """A campaign with its prizes. As `find_campaign`."""
    campaign = find_campaign(uid, workspace_id, wanted.campaign)
    game = campaign.config.game
    fields = {
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status.value,
        "version": campaign.version,
        "deleted": campaign.deleted or None,
        "createdAt": shown_time(campaign.created_at),
        "updatedAt": shown_time(campaign.updated_at),
        "closedAt": shown_time(campaign.closed_at),
        "opensAt": shown_time(game.window.opens_at) if game.window else None,
        "closesAt": shown_time(game.window.closes_at) if game.window else None,
        "buildingRun": campaign.pending_run_id,
        "lastRun": campaign.latest_run_id,
        "prizes": [
            {"name": each.name, "kind": each.kind.value, "stock": each.stock}
            for each in game.prizes
        ],
    }
    return _without_none(fields)


def get_campaign_funnel(uid: str, workspace_id: str, wanted: CampaignDays, _now: int) -> Data:
    """What became of a campaign's plays. As `find_campaign` and `getCampaignFunnel`."""
    campaign = find_campaign(uid, workspace_id, wanted.campaign)
    request = GetCampaignFunnel(
        workspace_id=workspace_id, campaign_id=campaign.id, days=wanted.days
    )
    funnel = plays.get_campaign_funnel(uid, request)
    names = {each.id: each.name for each in campaign.config.game.prizes}
    return {
        "id": campaign.id,
        "name": campaign.name,
        "days": wanted.days,
        **_counts(funnel, "played", "won", "redeemed", "voided"),
        "prizes": [
            {
                "name": names.get(each.prize_id, each.prize_id),
                **_counts(each, "won", "redeemed", "voided"),
            }
            for each in funnel.prizes
        ],
        "byDay": [
            {"day": each.day, **_counts(each, "played", "won")} for each in reversed(funnel.days)
        ],
    }


def list_runs(uid: str, workspace_id: str, wanted: RunsWanted, _now: int) -> Data:
    """The newest runs. At most 22 reads."""
    request = ListRuns(workspace_id=workspace_id, status=wanted.status, page_size=MAX_LISTED_ITEMS)
    page = runs.list_runs(uid, request)
    items = [
        {
            "id": each.id,
            "workflow": each.workflow_name,
            "status": each.status.value,
            "createdAt": shown_time(each.created_at),
        }
        for each in page.items
    ]
    return _listed("runs", items, page.next_page_token)


def get_run(uid: str, workspace_id: str, wanted: OneRun, _now: int) -> Data:
    """A run and how far its steps are, without payloads and outputs. As `getRun`."""
    view = runs.get_run(uid, GetRun(workspace_id=workspace_id, run_id=wanted.run_id))
    run = view.run
    fields = {
        "id": run.id,
        "workflow": run.workflow_name,
        "status": run.status.value,
        "createdAt": shown_time(run.created_at),
        "completedAt": shown_time(run.completed_at),
        "seconds": None if run.duration_ms is None else round(run.duration_ms / 1000),
        "costUsd": run.cost_usd,
        "failure": _without_none(
            {
                "code": run.error.code,
                "message": run.error.message,
                "step": run.error.failed_step_id,
            }
        )
        if run.error
        else None,
        "steps": [
            _without_none(
                {
                    "step": each.step_id,
                    "status": each.status.value,
                    "percentage": each.progress.percentage if each.progress else None,
                }
            )
            for each in view.steps
        ],
    }
    return _without_none(fields)


def list_projects(uid: str, workspace_id: str, _wanted: Nothing, _now: int) -> Data:
    """The newest projects. At most 22 reads."""
    found, token = _projects(uid, workspace_id)
    items = [{"id": each.id, "name": each.name, "status": each.status.value} for each in found]
    return _listed("projects", items, token)


def list_experiences(uid: str, workspace_id: str, _wanted: Nothing, _now: int) -> Data:
    """The newest experiences. At most 22 reads."""
    request = ListExperiences(
        workspace_id=workspace_id, status="active", page_size=MAX_LISTED_ITEMS
    )
    page = experiences.list_experiences(uid, request)
    items = [
        {"id": each.id, "name": each.name, "published": each.published is not None}
        for each in page.items
    ]
    return _listed("experiences", items, page.next_page_token)


def get_content_analytics(uid: str, workspace_id: str, wanted: ExperienceDays, _now: int) -> Data:
    """What players visited in an experience. As `getContentAnalytics`."""
    request = GetContentAnalytics(
        workspace_id=workspace_id, experience_id=wanted.experience_id, days=wanted.days
    )
    found = analytics.get_content_analytics(uid, request)
    return {
        "experienceId": found.experience_id,
        "firstDay": found.first_day,
        "lastDay": found.last_day,
        "timeZone": found.time_zone,
        "events": [
            {"type": each, "count": found.events[each]}
            for each in sorted(found.events, key=lambda each: -found.events[each])
        ],
        "contents": [
            _without_none(
                {
                    "content": each.content_id,
                    "visits": each.visits,
                    "averageSeconds": each.average_seconds,
                    "uniqueVisitors": each.unique_visitors,
                }
            )
            for each in found.contents
        ],
    }


def count_guests_today(uid: str, workspace_id: str, wanted: GuestsWanted, now: int) -> Data:
    """How many guests came for the first time, and how many sessions began, since midnight in UTC.

    Neither projects nor events have a time zone. Sessions are counted with previews. Of one project
    as `find_project`, otherwise of the newest 20 projects and 20 events, at most 44 reads; and two
    reads for each of them, or one for each thousand guests or sessions of its day.
    """
    client, midnight = clients.firestore(), now - now % DAY_MS
    found: list[Project] = []
    events: list[Event] = []
    token = events_token = None
    if wanted.project is None:
        found, token = _projects(uid, workspace_id)
        events, events_token = _events(uid, workspace_id)
    else:
        found = [find_project(uid, workspace_id, wanted.project)]
    created: list[Any] = [
        *(guest_store.guests_ref(client, each.id) for each in found),
        *(journey_store.event_guests_ref(client, each.id) for each in events),
        *(in_all_shards(session_store.sessions_ref(client, each.id)) for each in found),
        *(in_all_shards(journey_store.event_sessions_ref(client, each.id)) for each in events),
    ]
    with ThreadPoolExecutor(MAX_CONCURRENT_COUNTS) as pool:
        counts = list(pool.map(lambda each: count_of(store.query_since(each, midnight)), created))
    visited: list[Project | Event] = [*found, *events]
    half = len(visited)
    items = [
        {"id": each.id, "name": each.name, "newGuests": new, "sessions": begun}
        for each, new, begun in zip(visited, counts[:half], counts[half:], strict=True)
    ]
    return {
        "day": day_of(now, "UTC"),
        "timeZone": "UTC",
        "newGuests": sum(counts[:half]),
        "sessions": sum(counts[half:]),
        **_listed("projects", items[: len(found)], token),
        **_listed("events", items[len(found) :], events_token),
    }


def _events(uid: str, workspace_id: str) -> tuple[list[Event], str | None]:
    """The newest events, and a token where there are more."""
    request = ListEvents(workspace_id=workspace_id, page_size=MAX_LISTED_ITEMS)
    page = list_events(uid, request)
    return page.items, page.next_page_token


def _projects(uid: str, workspace_id: str) -> tuple[list[Project], str | None]:
    """The newest projects that were not deleted, and a token where there are more."""
    request = ListProjects(workspace_id=workspace_id, page_size=MAX_LISTED_ITEMS)
    page = projects.list_projects(uid, request)
    found = [each for each in page.items if each.status is not ProjectStatus.DELETED]
    return found, page.next_page_token


def _listed(name: str, items: list[Any], next_page_token: str | None) -> Data:
    return {name: items, **({"more": True} if next_page_token else {})}


def _counts(figures: Any, *names: str) -> Data:
    return {name: getattr(figures, name) for name in names}


def _without_none(fields: Data) -> Data:
    return {name: value for name, value in fields.items() if value is not None}

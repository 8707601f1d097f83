"""Everything that is stored, read once, for the invariants to look at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from google.cloud.firestore import Client
from pydantic import ValidationError

from experience.ai_generations.models import AiGeneration
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.campaigns.models.campaign import Campaign, PublicCampaign
from experience.campaigns.models.playing.play import Play
from experience.campaigns.models.playing.stock import StockShard
from experience.checkpoints.models import BlobFields, CheckpointFields, Thread, WriteFields
from experience.documents import Document
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.guests.models import Guest
from experience.journeys.models.guest import EventGuest
from experience.journeys.models.session import EventSession
from experience.mails.models.mail import Mail
from experience.players.models.leaderboard import Board
from experience.players.models.lifecycle.erasure import PlayerTombstone
from experience.players.models.lifecycle.own import SavedState
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ExperienceProgress
from experience.projects.models import Project
from experience.sessions.models.session import Session
from experience.shares.models.share import Share
from experience.steps import Step, parse_step
from experience.transforms.models.job import Job, JobInternals
from experience.workflows.generations.models import GenerationJob, GenerationPermit
from experience.workflows.runs.models import Run, RunStep
from experience.workspaces.models import (
    Experience,
    ExperienceConfig,
    ExperienceVersion,
    Member,
    TokenUsage,
    Workspace,
)
from operations.checks import player_data
from operations.checks.player_data import LoggedEvent, Rollup, Visitor
from operations.schema_changes import catalog, state
from operations.schema_changes.declaration import Migration
from operations.schema_changes.state import MigrationState


@dataclass(frozen=True)
class Data:
    """The documents by their paths. `objects` is None where no bucket was looked into."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    experiences: dict[str, Experience] = field(default_factory=dict)
    versions: dict[str, ExperienceVersion] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    event_sessions: dict[str, EventSession] = field(default_factory=dict)
    event_guests: dict[str, EventGuest] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    internals: dict[str, JobInternals] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    steps: dict[str, RunStep] = field(default_factory=dict)
    generations: dict[str, GenerationJob] = field(default_factory=dict)
    permits: dict[str, GenerationPermit] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    event_steps: dict[str, Step] = field(default_factory=dict)
    event_experiences: dict[str, EventExperience] = field(default_factory=dict)
    players: dict[str, PlayerProfile] = field(default_factory=dict)
    progress: dict[str, ExperienceProgress] = field(default_factory=dict)
    progress_events: dict[str, LoggedEvent] = field(default_factory=dict)
    saves: dict[str, SavedState] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    boards: dict[str, Board] = field(default_factory=dict)
    rollups: dict[str, Rollup] = field(default_factory=dict)
    tombstones: dict[str, PlayerTombstone] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    ai_generations: dict[str, AiGeneration] = field(default_factory=dict)
    token_usage: dict[str, TokenUsage] = field(default_factory=dict)
    chat_sessions: dict[str, ChatSession] = field(default_factory=dict)
    chat_messages: dict[str, ChatMessage] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    checkpoints: dict[str, CheckpointFields] = field(default_factory=dict)
    checkpoint_blobs: dict[str, BlobFields] = field(default_factory=dict)
    checkpoint_writes: dict[str, WriteFields] = field(default_factory=dict)
    public: dict[str, PublicCampaign] = field(default_factory=dict)
    plays: dict[str, Play] = field(default_factory=dict)
    stock: dict[str, StockShard] = field(default_factory=dict)
    objects: frozenset[str] | None = None
    unreadable: dict[str, str] = field(default_factory=dict)
    migrations: dict[str, MigrationState] = field(default_factory=dict)
    outdated: dict[str, str] = field(default_factory=dict)
    """Documents in the shape from before a migration that is done, with the id of the first."""

    def session(self, project_id: str, session_id: str | None) -> Session | None:
        """A session by its ids."""
        return self.sessions.get(f"projects/{project_id}/sessions/{session_id}")

    def session_of(
        self, project_id: str | None, event_id: str | None, session_id: str
    ) -> Session | EventSession | None:
        """A session of a project or of an event."""
        if event_id is None:
            return self.session(str(project_id), session_id)
        return self.event_sessions.get(f"events/{event_id}/sessions/{session_id}")

    def guest_of(self, session: Session) -> Guest | None:
        """Whose session it is."""
        return self.guests.get(f"projects/{session.project_id}/guests/{session.created_by}")

    def event_guest_of(self, session: EventSession) -> EventGuest | None:
        """Whose session of an event it is."""
        return self.event_guests.get(f"events/{session.event_id}/eventGuests/{session.created_by}")

    def was_deleted(self, project_id: str) -> bool:
        """Whether a project or its workspace was deleted."""
        project = self.projects.get(f"projects/{project_id}")
        workspace = self.workspaces.get(f"workspaces/{project.workspace_id}") if project else None
        return "deleted" in {each.status for each in (project, workspace) if each}

    def config(self, session: Session) -> ExperienceConfig | None:
        """The published config that a session is pinned to; None for a draft's."""
        if session.config_source == "draft":
            return None
        experience = f"workspaces/{session.workspace_id}/experiences/{session.experience_id}"
        return self.versions.get(f"{experience}/experienceVersions/{session.experience_version}")


def read(client: Client, bucket: str | None = None, project_id: str | None = None) -> Data:
    """Everything, or one project with its workspace; with `bucket` the names of its objects too.

    Players are of no project: they are read with everything alone.
    """
    inside = ["workspaces/", "projects/", "events/", "experiences/", "players/"]
    inside += ["playerTombstones/", "publicCampaigns/", "shares/", "mail/"]
    media = ["projects/", "captures/", "results/", "exports/players/", "erasures/"]
    if project_id:
        project = client.document("projects", project_id).get().to_dict() or {}
        inside = [f"workspaces/{project.get('workspaceId')}/", f"projects/{project_id}/"]
        media = inside[1:]
    objects = frozenset(_objects(client, bucket, media)) if bucket else None
    data = Data(objects=objects)
    kinds = _kinds(data) if project_id else _kinds(data) | _kinds_of_players(data)
    data.migrations.update(_migrations(client))
    done = [each for each in catalog.read() if _is_done(data, each)]
    for name in dict.fromkeys(collection.rpartition("/")[2] for collection in kinds):
        for snapshot in client.collection_group(name).stream():
            path = snapshot.reference.path
            # Other things have collections of the same name: an event has sessions too.
            collection = "/".join(path.split("/")[::2])
            if collection not in kinds or not f"{path}/".startswith(tuple(inside)):
                continue
            parse, into = kinds[collection]
            for migration in done:
                if migration.query.collection == collection and migration.would_change(snapshot):
                    data.outdated.setdefault(path, migration.id)
            try:
                into[path] = parse(snapshot.to_dict() or {})
            except ValidationError as error:
                places = (".".join(map(str, each["loc"])) for each in error.errors())
                data.unreadable[path] = ", ".join(dict.fromkeys(places))
    for path, progress in data.progress.items():
        if not progress.experience_id:  # it was taken over
            known = {"experience_id": path.rpartition("~")[2]}
            data.progress[path] = progress.model_copy(update=known)
    return data


def _migrations(client: Client) -> dict[str, MigrationState]:
    """What is remembered of the migrations, by the path. One read for each."""
    found = state.find_states(client, catalog.read())
    return {f"migrations/{name}": each.value for name, each in found.items()}


def _is_done(data: Data, migration: Migration) -> bool:
    stored = data.migrations.get(f"migrations/{migration.id}")
    return stored is not None and stored.is_done


def _kinds(data: Data) -> dict[str, tuple[Callable[[dict[str, Any]], Document], dict[str, Any]]]:
    """How the documents of each collection are read, and where they go."""
    workspace, project, threads = "workspaces", "projects", "workspaces/lgThreads"
    return {
        workspace: (Workspace.load, data.workspaces),
        f"{workspace}/members": (Member.load, data.members),
        f"{workspace}/experiences": (Experience.load, data.experiences),
        f"{workspace}/experiences/experienceVersions": (ExperienceVersion.load, data.versions),
        f"{workspace}/aiGenerations": (AiGeneration.load, data.ai_generations),
        f"{workspace}/tokenUsage": (TokenUsage.load, data.token_usage),
        f"{workspace}/chatSessions": (ChatSession.load, data.chat_sessions),
        f"{workspace}/chatSessions/chatMessages": (ChatMessage.load, data.chat_messages),
        threads: (Thread.load, data.threads),
        f"{threads}/lgCheckpoints": (
            _without_bytes(CheckpointFields),
            data.checkpoints,
        ),
        f"{threads}/lgBlobs": (_without_bytes(BlobFields), data.checkpoint_blobs),
        f"{threads}/lgWrites": (_without_bytes(WriteFields), data.checkpoint_writes),
        project: (Project.load, data.projects),
        f"{project}/guests": (Guest.load, data.guests),
        f"{project}/sessions": (Session.load, data.sessions),
        f"{project}/jobs": (Job.load, data.jobs),
        f"{project}/jobs/jobInternals": (JobInternals.load, data.internals),
        "shares": (Share.load, data.shares),
        "mail": (Mail.load, data.mails),
        f"{workspace}/runs": (Run.load, data.runs),
        f"{workspace}/runs/runSteps": (RunStep.load, data.steps),
        f"{workspace}/generationJobs": (GenerationJob.load, data.generations),
        f"{workspace}/generationPermits": (GenerationPermit.load, data.permits),
        "events": (Event.load, data.events),
        "events/sessions": (EventSession.load, data.event_sessions),
        "events/eventGuests": (EventGuest.load, data.event_guests),
        "events/journeys": (Journey.load, data.journeys),
        "events/steps": (parse_step, data.event_steps),
        "experiences": (EventExperience.load, data.event_experiences),
        f"{workspace}/campaigns": (Campaign.load, data.campaigns),
        f"{workspace}/campaigns/plays": (Play.load, data.plays),
        f"{workspace}/campaigns/stockShards": (StockShard.load, data.stock),
        "publicCampaigns": (PublicCampaign.load, data.public),
    }


def _without_bytes(model: type[Document]) -> Callable[[dict[str, Any]], Document]:
    """How a document is read of which only what is around its bytes is checked."""
    return lambda fields: model.load({**fields, "data": None})


def _kinds_of_players(
    data: Data,
) -> dict[str, tuple[Callable[[dict[str, Any]], Document], dict[str, Any]]]:
    """The same of players, and of what workspaces keep of them."""
    progress = "players/experienceProgress"
    return {
        "players": (PlayerProfile.load, data.players),
        progress: (player_data.progress, data.progress),
        f"{progress}/progressEvents": (player_data.event, data.progress_events),
        f"{progress}/saves": (player_data.save, data.saves),
        "workspaces/contentVisitors/visitors": (Visitor.load, data.visitors),
        "workspaces/boards": (Board.load, data.boards),
        "workspaces/contentRollups": (Rollup.load, data.rollups),
        "playerTombstones": (PlayerTombstone.load, data.tombstones),
    }


def _objects(client: Client, bucket: str, prefixes: Iterable[str]) -> Iterator[str]:
    from google.cloud import storage

    source = storage.Client(project=client.project)
    for prefix in prefixes:
        for blob in source.list_blobs(bucket, prefix=prefix):
            yield blob.name

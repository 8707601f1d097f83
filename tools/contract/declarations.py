"""What the deployed functions declare for web clients, read from `functions/main.py`."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import main
from experience import DOMAINS, reasons
from experience.ai_generations.models import AiGeneration
from experience.assistant.models.chat import ChatMessage, ChatSession
from experience.documents import Document, Request
from experience.errors import Reason
from experience.events.models.event import Event
from experience.events.models.experience import EventExperience
from experience.events.models.journey import Journey
from experience.firebase.callables import DECLARATION, Declaration
from experience.guests.models import Guest
from experience.journeys.models.session import EventSession
from experience.projects.models import Project
from experience.reasons import ai_generations, assistant, campaigns
from experience.sessions.models.session import Session
from experience.steps import Step
from experience.transforms.models.job import Job
from experience.workspaces.models import (
    Experience,
    ExperienceVersion,
    Member,
    Workspace,
)


@dataclass(frozen=True)
class DeclaredCallable:
    """A deployed callable with everything that it declares."""

    declaration: Declaration[Any]

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def request(self) -> type[Request]:
        model: type[Request] = self.declaration.request
        return model

    @cached_property
    def response(self) -> type[Document]:
        """The model in the return annotation of the function."""
        model: type[Document] = typing.get_type_hints(self.declaration.function)["return"]
        return model

    @property
    def chunk(self) -> type[Document] | None:
        """The model of what it streams before its response, if it does."""
        return self.declaration.streams

    @property
    def consumes_token(self) -> bool:
        """Whether it uses up its App Check token, if the deployment says so."""
        return self.declaration.consumes_token

    @property
    def refuses(self) -> tuple[Reason, ...]:
        """The reasons for which it may refuse, in addition to those that all callables share."""
        return self.declaration.refuses

    @property
    def purpose(self) -> str:
        """What it does, in one sentence."""
        return (self.declaration.function.__doc__ or "").strip()

    @property
    def domain(self) -> str:
        return str(self.declaration.function.__module__.split(".")[1])


@dataclass(frozen=True)
class ListenedDocument:
    """A document that clients listen to, at a path in Firestore."""

    name: str
    model: type[Document]
    path: str
    readers: str

    @property
    def ids(self) -> list[str]:
        """`projectId` and `sessionId` of `projects/{projectId}/sessions/{sessionId}`."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


MEMBERS = "members of the workspace"
OF_A_LIVE_EVENT = "anybody who is signed in while the event is live, and " + MEMBERS
DOCUMENTS = (
    ListenedDocument(
        "guest", Guest, "projects/{projectId}/guests/{guestId}", "the guest, and " + MEMBERS
    ),
    ListenedDocument(
        "session", Session, "projects/{projectId}/sessions/{sessionId}", "its guest, and " + MEMBERS
    ),
    ListenedDocument(
        "eventSession",
        EventSession,
        "events/{eventId}/sessions/{sessionId}",
        "its guest, and " + MEMBERS,
    ),
    ListenedDocument("job", Job, "projects/{projectId}/jobs/{jobId}", "its guest, and " + MEMBERS),
    ListenedDocument("project", Project, "projects/{projectId}", MEMBERS),
    ListenedDocument("workspace", Workspace, "workspaces/{workspaceId}", MEMBERS),
    ListenedDocument("member", Member, "workspaces/{workspaceId}/members/{uid}", MEMBERS),
    ListenedDocument(
        "experience", Experience, "workspaces/{workspaceId}/experiences/{experienceId}", MEMBERS
    ),
    ListenedDocument(
        "experienceVersion",
        ExperienceVersion,
        "workspaces/{workspaceId}/experiences/{experienceId}/experienceVersions/{version}",
        MEMBERS,
    ),
    ListenedDocument(
        "aiGeneration",
        AiGeneration,
        "workspaces/{workspaceId}/aiGenerations/{generationId}",
        MEMBERS,
    ),
    ListenedDocument(
        "chatSession",
        ChatSession,
        "workspaces/{workspaceId}/chatSessions/{chatSessionId}",
        "its user, while they are a member; a query names `userId` and `deletedAt == null`",
    ),
    ListenedDocument(
        "chatMessage",
        ChatMessage,
        "workspaces/{workspaceId}/chatSessions/{chatSessionId}/chatMessages/{messageId}",
        "the user of its session, while they are a member",
    ),
    ListenedDocument("event", Event, "events/{eventId}", OF_A_LIVE_EVENT),
    ListenedDocument("journey", Journey, "events/{eventId}/journeys/{journeyId}", OF_A_LIVE_EVENT),
    ListenedDocument("step", Step, "events/{eventId}/steps/{stepId}", OF_A_LIVE_EVENT),
    ListenedDocument("eventExperience", EventExperience, "experiences/{experienceId}", MEMBERS),
)


def callables() -> list[DeclaredCallable]:
    """All callables, by domain and then in the order of the domain's endpoints."""
    found = [
        DeclaredCallable(declaration)
        for handler in vars(main).values()
        if (declaration := getattr(handler, DECLARATION, None))
    ]
    return sorted(
        found,
        key=lambda each: (
            DOMAINS.index(each.domain),
            each.declaration.function.__module__,
            each.declaration.function.__code__.co_firstlineno,
        ),
    )


def all_reasons() -> Iterator[Reason]:
    """Every reason, in the order of `experience/reasons/`."""
    for module in (reasons, campaigns, ai_generations, assistant):
        for value in vars(module).values():
            if isinstance(value, Reason):
                yield value

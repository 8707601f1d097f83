"""What is deployed for web clients, read from `functions/main.py`."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import main
from experience import DOMAINS, reasons
from experience.documents import Document, Request
from experience.firebase.callables import DECLARATION, Declaration
from experience.guests.models import Guest
from experience.projects.models import Project
from experience.reasons import Reason
from experience.sessions.models.session import Session
from experience.transforms.models.job import Job
from experience.workspaces.models import Experience, ExperienceVersion, Member, Workspace


@dataclass(frozen=True)
class Callable:
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
    def answer(self) -> type[Document]:
        """The model that the function is annotated to return."""
        model: type[Document] = typing.get_type_hints(self.declaration.function)["return"]
        return model

    @property
    def refuses(self) -> tuple[Reason, ...]:
        """Beside the reasons that all callables share."""
        return self.declaration.refuses

    @property
    def purpose(self) -> str:
        """What it does, in a sentence."""
        return (self.declaration.function.__doc__ or "").strip()

    @property
    def domain(self) -> str:
        return str(self.declaration.function.__module__.split(".")[1])


@dataclass(frozen=True)
class Listened:
    """A document that clients listen to, at a path of Firestore."""

    name: str
    model: type[Document]
    path: str
    who: str

    @property
    def ids(self) -> list[str]:
        """`projectId` and `sessionId` of `projects/{projectId}/sessions/{sessionId}`."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


MEMBERS = "members of the workspace"
DOCUMENTS = (
    Listened("guest", Guest, "projects/{projectId}/guests/{guestId}", "the guest, and " + MEMBERS),
    Listened(
        "session", Session, "projects/{projectId}/sessions/{sessionId}", "its guest, and " + MEMBERS
    ),
    Listened("job", Job, "projects/{projectId}/jobs/{jobId}", "its guest, and " + MEMBERS),
    Listened("project", Project, "projects/{projectId}", MEMBERS),
    Listened("workspace", Workspace, "workspaces/{workspaceId}", MEMBERS),
    Listened("member", Member, "workspaces/{workspaceId}/members/{uid}", MEMBERS),
    Listened(
        "experience", Experience, "workspaces/{workspaceId}/experiences/{experienceId}", MEMBERS
    ),
    Listened(
        "experienceVersion",
        ExperienceVersion,
        "workspaces/{workspaceId}/experiences/{experienceId}/experienceVersions/{version}",
        MEMBERS,
    ),
)


def callables() -> list[Callable]:
    """All of them: by domain, in each as its `endpoints.py` has them."""
    found = [
        Callable(declaration)
        for handler in vars(main).values()
        if (declaration := getattr(handler, DECLARATION, None))
    ]
    return sorted(
        found,
        key=lambda each: (
            DOMAINS.index(each.domain),
            each.declaration.function.__code__.co_firstlineno,
        ),
    )


def all_reasons() -> Iterator[Reason]:
    """Every reason that there is, in the order of `experience/reasons.py`."""
    for value in vars(reasons).values():
        if isinstance(value, Reason):
            yield value

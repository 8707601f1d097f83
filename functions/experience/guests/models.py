"""Guests (`/projects/{p}/guests/{uid}`) and the rules of the four phases."""

import math
from collections.abc import Collection
from enum import StrEnum

from pydantic import Field

from experience.documents import Document, Request
from experience.errors import ResourceExhausted
from experience.ids import DocumentId
from experience.projects.models import ExperienceRef, ExperiencesConfig


class CompletedExperience(Document):
    """One completed session. `completed_at` is in Unix milliseconds."""

    experience_id: str
    completed_at: int
    session_id: str


class GuestConsent(Document):
    """The version of the project's consent that the guest accepted, and when."""

    version: str
    accepted_at: int


class ActiveSession(Document):
    """The guest's one active session of an experience."""

    session_id: str
    main_session_id: str | None = None


class Rate(Document):
    """How often a guest did something since `since` (Unix milliseconds)."""

    since: int
    count: int


class JoinedRequest(Document):
    """A request id whose call was answered with a session that was active already."""

    session_id: str
    fingerprint: str
    at: int


class Guest(Document):
    """`/projects/{projectId}/guests/{id}`, the id being the uid of the anonymous sign-in."""

    id: str
    project_id: str
    auth_uid: str
    created_at: int
    completed_experiences: list[CompletedExperience] = []
    consent: GuestConsent | None = None
    active_sessions: dict[str, ActiveSession] = {}
    rates: dict[str, Rate] = {}
    requests: dict[str, JoinedRequest] = {}

    def completed(self, experience_id: str) -> CompletedExperience | None:
        """The newest completion of an experience, if there is one."""
        entries = [e for e in self.completed_experiences if e.experience_id == experience_id]
        return max(entries, key=lambda entry: entry.completed_at, default=None)

    def needs(self, reference: ExperienceRef | None) -> bool:
        """Whether a pregate or preshare is enabled and was not completed yet."""
        return bool(
            reference and reference.enabled and self.completed(reference.experience_id) is None
        )


REMEMBERED_REQUESTS = 20


def remembered(
    requests: dict[str, JoinedRequest], request_id: str, joined: JoinedRequest
) -> dict[str, JoinedRequest]:
    """The requests with one more, the newest ones: retries come within minutes, not days."""
    newest = sorted(requests.items(), key=lambda item: -item[1].at)[: REMEMBERED_REQUESTS - 1]
    return {**dict(newest), request_id: joined}


WINDOW_MS = 3_600_000


def counted(rate: Rate | None, limit: int, now: int) -> Rate:
    """The rate with one more. Raises ResourceExhausted when an hour's worth is used up."""
    if rate is None or now - rate.since >= WINDOW_MS:
        rate = Rate(since=now, count=0)
    if rate.count >= limit:
        seconds = math.ceil((rate.since + WINDOW_MS - now) / 1000)
        raise ResourceExhausted(
            "rate_limited", "Too often in this hour.", retryAfterSeconds=seconds, limit=limit
        )
    return rate.model_copy(update={"count": rate.count + 1})


class EnsureGuest(Request):
    """A visitor at the door. `consent_version` is the version of the text that they accepted."""

    project_id: DocumentId
    consent_version: str | None = None


class GetGuest(Request):
    """The caller as a guest of a project."""

    project_id: DocumentId


class ListGuests(Request):
    """The guests of a project, the newest first."""

    project_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)


class GetNextPhase(Request):
    """Where to go: to a main experience (`experience_id`), or on from a completed main session."""

    project_id: DocumentId
    experience_id: DocumentId | None = None
    main_session_id: DocumentId | None = None


class VisitPhase(StrEnum):
    """What a guest's page shows."""

    WELCOME = "welcome"
    PREGATE = "pregate"
    MAIN = "main"
    PRESHARE = "preshare"
    SHARE = "share"


class NextPhase(Document):
    """Where a guest goes next. `params` are what the page's address carries along.

    `replace`: whether the move replaces the page in the browser's history, as every move between
    phases does, so that going back leads to the welcome.
    """

    phase: VisitPhase
    experience_id: str | None = None
    params: dict[str, str] = {}
    replace: bool


def welcome(*, replace: bool) -> NextPhase:
    """Nothing is chosen, or what was chosen does not lead anywhere."""
    return NextPhase(phase=VisitPhase.WELCOME, replace=replace)


def before_main(
    guest: Guest,
    experiences: ExperiencesConfig,
    chosen: str | None,
    playable: Collection[str],
    *,
    replace: bool,
) -> NextPhase:
    """To the chosen main experience, or first to the pregate that it needs.

    `playable` are the ids of those experiences, among the pregate and the chosen one, that a
    guest can be led into. An unplayable pregate is passed over, an unplayable choice is none.
    """
    mains = {ref.experience_id for ref in experiences.main if ref.enabled}
    if chosen not in mains or chosen not in playable:
        return welcome(replace=replace)
    pregate = experiences.pregate
    if pregate and pregate.experience_id in playable and guest.needs(pregate):
        return NextPhase(
            phase=VisitPhase.PREGATE,
            experience_id=pregate.experience_id,
            params={"experience": chosen},
            replace=replace,
        )
    entry = guest.completed(pregate.experience_id) if pregate and pregate.enabled else None
    return NextPhase(
        phase=VisitPhase.MAIN,
        experience_id=chosen,
        params={"pregate": entry.session_id} if entry else {},
        replace=replace,
    )


def after_main(
    guest: Guest, experiences: ExperiencesConfig, main_session_id: str, playable: Collection[str]
) -> NextPhase:
    """From a completed main session to the preshare that it needs, or to the share page."""
    preshare = experiences.preshare
    params = {"session": main_session_id}
    if preshare and preshare.experience_id in playable and guest.needs(preshare):
        return NextPhase(
            phase=VisitPhase.PRESHARE,
            experience_id=preshare.experience_id,
            params=params,
            replace=True,
        )
    return NextPhase(phase=VisitPhase.SHARE, params=params, replace=True)

"""Guests (`/projects/{p}/guests/{uid}`) and the rules of the four phases."""

import math
import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from experience.documents import Document, Request, Sparse
from experience.errors import FailedPrecondition, ResourceExhausted
from experience.ids import DocumentId
from experience.projects.models import ExperienceRef

MAX_LOCALE_LENGTH = 35
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,7}")


def _locale(value: str) -> str:
    if len(value) > MAX_LOCALE_LENGTH or not _LOCALE.fullmatch(value):
        raise ValueError("must be a language tag, such as de or pt-BR")
    return value


Locale = Annotated[
    str,
    AfterValidator(_locale),
    WithJsonSchema(
        {"type": "string", "maxLength": MAX_LOCALE_LENGTH, "pattern": f"^{_LOCALE.pattern}$"}
    ),
]
"""A language as BCP 47 names it. Nobody looks up whether there is such a one."""


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
    locale: Sparse[str] = None
    """The language that the guest reads, as BCP 47 has it."""
    has_email: Annotated[SkipJsonSchema[bool], Field(exclude_if=lambda given: not given)] = False
    """Whether an e-mail address is among their answers. Only true is stored."""

    HIDDEN = {"has_email"}

    def completed(self, experience_id: str) -> CompletedExperience | None:
        """The newest completion of an experience, if there is one."""
        entries = [e for e in self.completed_experiences if e.experience_id == experience_id]
        return max(entries, key=lambda entry: entry.completed_at, default=None)

    def needs(self, reference: ExperienceRef | None) -> bool:
        """Whether a pregate or preshare is enabled and was not completed yet."""
        return bool(
            reference and reference.enabled and self.completed(reference.experience_id) is None
        )


MAX_REMEMBERED_REQUESTS = 20


def with_request(
    requests: dict[str, JoinedRequest], request_id: str, joined: JoinedRequest
) -> dict[str, JoinedRequest]:
    """The requests with one more, the newest ones: retries come within minutes, not days."""
    newest = sorted(requests.items(), key=lambda item: -item[1].at)[: MAX_REMEMBERED_REQUESTS - 1]
    return {**dict(newest), request_id: joined}


def with_consent(
    held: GuestConsent | None, asked_version: str | None, accepted_version: str | None, now: int
) -> GuestConsent | None:
    """What a guest's consent is to be, given what is asked for and what was sent.

    Raises FailedPrecondition `consent_required` where the version asked for was neither accepted
    now nor before.
    """
    if asked_version is None or (held and held.version == asked_version):
        return held
    if accepted_version != asked_version:
        raise FailedPrecondition(
            "consent_required",
            "The guest must accept the current consent first.",
            version=asked_version,
        )
    return GuestConsent(version=asked_version, accepted_at=now)


WINDOW_MS = 3_600_000


def next_rate(rate: Rate | None, limit: int, now: int) -> Rate:
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
    """A visitor at the door. `consent_version` is the version of the text that they accepted.

    `locale` is the language that they read, such as `de-AT`.
    """

    project_id: DocumentId
    consent_version: str | None = None
    locale: Locale | None = None


class GetGuest(Request):
    """The caller as a guest of a project."""

    project_id: DocumentId


class ListGuests(Request):
    """The guests of a project, the newest first."""

    project_id: DocumentId
    page_size: int = Field(default=50, ge=1, le=100)
    page_token: str | None = Field(default=None, max_length=1000)

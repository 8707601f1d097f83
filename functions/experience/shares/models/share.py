"""The short address of a picture, what callers send about it, and when it ends."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from experience.documents import Document, Request, Sparse
from experience.events.models.event import Event
from experience.ids import DocumentId
from experience.journeys.models.session import EventSession, SessionState
from experience.locales.translations import translated
from experience.projects.models import Project, ProjectTranslation
from experience.sessions.models.session import Session

KEPT = timedelta(days=90)
"""How long a short address works, if nothing ends it before."""

ID_BYTES = 16

_ID = re.compile(r"[a-z2-7]{26}")


class Share(Document):
    """`/shares/{id}`: the picture of a session has the short address `/s/{id}`.

    The session is of a project or of an event. A TTL policy deletes the share at `expire_at`.
    """

    project_id: Sparse[str] = None
    event_id: Sparse[str] = None
    session_id: str
    created_at: int
    expire_at: datetime

    def is_over(self, now: int) -> bool:
        """Whether it shows nothing any more, even if the TTL policy has yet to delete it."""
        return self.expire_at.timestamp() * 1000 <= now


class ShareView(Document):
    """A short address as its guest sees it; `path` is below the site. Times in Unix ms."""

    id: str
    path: str
    project_id: Sparse[str] = None
    event_id: Sparse[str] = None
    session_id: str
    created_at: int
    expires_at: int

    @classmethod
    def of(cls, share_id: str, share: Share) -> "ShareView":
        """The view of what is stored."""
        return cls(
            id=share_id,
            path=f"/s/{share_id}",
            project_id=share.project_id,
            event_id=share.event_id,
            session_id=share.session_id,
            created_at=share.created_at,
            expires_at=int(share.expire_at.timestamp() * 1000),
        )


@dataclass(frozen=True)
class SharedPicture:
    """What everybody who has a share's address may see: the picture, and the look of its event.

    `url` is the picture's download URL. `width` and `height` are in pixels, where they are known.
    `guest_id`: whose picture it is, which nobody sees.
    """

    name: str
    url: str
    width: int | None
    height: int | None
    theme: Mapping[str, object]
    guest_id: str | None = None
    locales: Sequence[str] = ()
    translations: Mapping[str, ProjectTranslation] = field(default_factory=dict)

    def name_in(self, locale: str) -> str:
        """The name of the event in the language, as far as it is translated."""
        return translated(self.name, self.translations, locale, "title")

    @classmethod
    def of(cls, session: Session, project: Project) -> "SharedPicture":
        """The picture of a main session, which has one."""
        result = session.result_media
        assert result is not None
        shown = session.outputs.get(result.step_id)
        config = project.published_config or project.draft_config
        return cls(
            name=project.name,
            url=result.url,
            width=shown.width if shown else None,
            height=shown.height if shown else None,
            theme=dict(config.theme or {}),
            guest_id=session.created_by,
            locales=config.locales,
            translations=config.translations,
        )

    @classmethod
    def of_event(cls, session: EventSession, event: Event) -> "SharedPicture":
        """The picture of an event's session, which has one."""
        theme = event.theme.dump() if event.theme else {}
        url = str(session.result_image_path)
        return cls(
            event.name, url, None, None, theme, guest_id=session.created_by,
            locales=event.locales or (), translations=event.translations or {},
        )  # fmt: skip


class RevokeShare(Request):
    """The session whose picture gets a new address; every earlier one ends."""

    project_id: DocumentId
    session_id: DocumentId


class RevokeEventShare(Request):
    """The session of an event whose picture gets a new address; every earlier one ends."""

    event_id: DocumentId
    session_id: DocumentId


class CreateShare(Request):
    """The session whose picture gets a short address, of a project or of an event."""

    project_id: DocumentId | None = None
    event_id: DocumentId | None = None
    session_id: DocumentId


class GetShare(Request):
    """The id in a short address."""

    share_id: DocumentId


def share_of(session_id: str, now: int, **parent: str) -> Share:
    """A new share (Unix ms); `parent` is the session's project or its event."""
    expire_at = datetime.fromtimestamp(now / 1000, UTC) + KEPT
    return Share(session_id=session_id, created_at=now, expire_at=expire_at, **parent)


def share_id_of(session: Session) -> str | None:
    """The id of the share of a session's picture, None where it has none.

    It derives from the picture's download URL, whose token nobody can guess. So asking again gives
    the same id, and one of a URL that has ended is the id of nothing. Small letters and digits: a
    messenger would leave a dash at the end out of the link.
    """
    if session.result_media is None:
        return None
    return _derived_id(session.project_id, session.id, session.result_media.url)


def share_id_of_event(session: EventSession) -> str | None:
    """The id of the share of a picture of an event's session, None where it has none.

    As `share_id_of`. A session of an earlier server may name its picture by a path, which anybody
    could guess.
    """
    url = session.result_image_path or ""
    if session.state is not SessionState.READY or "token=" not in url:
        return None
    return _derived_id("events", session.event_id, session.id, url)


def _derived_id(*parts: str) -> str:
    digest = hashlib.sha256("\n".join(("share", *parts)).encode()).digest()
    return base64.b32encode(digest[:ID_BYTES]).decode().rstrip("=").lower()


def is_share_id(text: str) -> bool:
    """Whether a share can have this id."""
    return _ID.fullmatch(text) is not None

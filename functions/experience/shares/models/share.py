"""The short address of a picture, what callers send about it, and when it ends."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from experience.documents import Document, Request
from experience.ids import DocumentId
from experience.sessions.models.session import Session

KEPT = timedelta(days=90)
"""How long a short address works, if nothing ends it before."""

ID_BYTES = 16

_ID = re.compile(r"[a-z2-7]{26}")


class Share(Document):
    """`/shares/{id}`: the picture of a session has the short address `/s/{id}`.

    A TTL policy deletes it at `expire_at`.
    """

    project_id: str
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
    project_id: str
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
            session_id=share.session_id,
            created_at=share.created_at,
            expires_at=int(share.expire_at.timestamp() * 1000),
        )


@dataclass(frozen=True)
class SharedPicture:
    """What everybody who has a share's address may see: the picture, and the look of its event.

    `url` is the picture's download URL. `width` and `height` are in pixels, where they are known.
    """

    name: str
    url: str
    width: int | None
    height: int | None
    theme: Mapping[str, object]


class RevokeShare(Request):
    """The session whose picture gets a new address; every earlier one ends."""

    project_id: DocumentId
    session_id: DocumentId


class CreateShare(Request):
    """The session whose picture gets a short address."""

    project_id: DocumentId
    session_id: DocumentId


class GetShare(Request):
    """The id in a short address."""

    share_id: DocumentId


def share_of(project_id: str, session_id: str, now: int) -> Share:
    """A new share (Unix ms)."""
    expire_at = datetime.fromtimestamp(now / 1000, UTC) + KEPT
    return Share(project_id=project_id, session_id=session_id, created_at=now, expire_at=expire_at)


def share_id_of(session: Session) -> str | None:
    """The id of the share of a session's picture, None where it has none.

    It derives from the picture's download URL, whose token nobody can guess. So asking again gives
    the same id, and one of a URL that has ended is the id of nothing. Small letters and digits: a
    messenger would leave a dash at the end out of the link.
    """
    if session.result_media is None:
        return None
    parts = (session.project_id, session.id, session.result_media.url)
    digest = hashlib.sha256("\n".join(("share", *parts)).encode()).digest()
    return base64.b32encode(digest[:ID_BYTES]).decode().rstrip("=").lower()


def is_share_id(text: str) -> bool:
    """Whether a share can have this id."""
    return _ID.fullmatch(text) is not None

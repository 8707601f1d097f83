"""Signed URLs of a session's files."""

from experience import clients
from experience.errors import NotFound
from experience.media.models import Download, GetDownloadUrl, path_in
from experience.media.store import objects
from experience.sessions import store as session_store
from experience.sessions.models.session import Session
from experience.sessions.usecases.access import require_reader


def get_download_url(uid: str, request: GetDownloadUrl) -> Download:
    """A signed URL of a capture or the result. One read, one more for an operator."""
    client = clients.firestore()
    session = session_store.get_session(client, request.project_id, request.session_id)
    require_reader(client, session, uid)
    url, expires_at = objects.signed_download(_path_of(session, request.asset_id))
    return Download(url=url, expires_at=expires_at)


def _path_of(session: Session, asset_id: str) -> str:
    """Where the session's asset of this id lies. Raises NotFound for any other."""
    for each in session.captured_media:
        if each.asset_id == asset_id:
            return objects.input_path(session.project_id, session.id, each.step_id, asset_id)
    result = session.result_media
    if result and result.asset_id == asset_id:
        return path_in(result.url)
    raise NotFound("asset")

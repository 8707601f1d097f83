"""A campaign's plays as a file."""

import csv
import io
import tempfile
from typing import IO

from google.cloud.firestore import Client

from experience import clients, clock, config, storage, sweeps
from experience.campaigns import store
from experience.campaigns.models.playing.play import Play
from experience.campaigns.models.playing.requests import ExportPlays, PlaysExport
from experience.campaigns.models.playing.views import PlayView
from experience.ids import new_id
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_BYTES_IN_MEMORY = 4_000_000
EXPORT_KEPT_MS = 24 * 3_600_000
COLUMNS = tuple(str(each.alias) for each in PlayView.model_fields.values())
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes what begins like this."""


def export_plays(uid: str, request: ExportPlays) -> PlaysExport:
    """A signed URL of all plays as CSV; editors. One read for each play, and two more.

    Codes are not in it, only their hashes. The file goes after a day. Raises NotFound.
    """
    client = clients.firestore()
    workspace, campaign_id = request.workspace_id, request.campaign_id
    require_role(client, workspace, uid, Role.EDITOR, what="workspace")
    store.get_campaign(client, workspace, campaign_id)
    path = f"{_folder(workspace, campaign_id)}{new_id()}.csv"
    with tempfile.SpooledTemporaryFile(MAX_BYTES_IN_MEMORY) as file:
        count = _write(file, client, workspace, campaign_id)
        file.seek(0)
        storage.bucket().blob(path).upload_from_file(
            file, content_type="text/csv", if_generation_match=0, retry=storage.retry()
        )
    seconds = config.DOWNLOAD_URL_SECONDS.value
    url = storage.signed_url(path, "GET", seconds)
    return PlaysExport(url=url, expires_at=clock.now_ms() + seconds * 1000, plays=count)


def _write(file: "IO[bytes]", client: Client, workspace_id: str, campaign_id: str) -> int:
    """A line for each play, in the order of their ids; how many."""
    count = 0
    file.write(_line(COLUMNS))
    plays = store.plays_ref(client, workspace_id, campaign_id).order_by("__name__")
    for page in sweeps.query_pages(plays):
        for snapshot in page:
            shown = PlayView.of(Play.load(snapshot.to_dict() or {})).shown()
            file.write(_line(tuple(_cell(shown[name]) for name in COLUMNS)))
            count += 1
    return count


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _line(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _folder(workspace_id: str, campaign_id: str) -> str:
    return f"exports/plays/{workspace_id}/{campaign_id}/"


def delete_old_exports(now: int | None = None) -> int:
    """Delete the files that are older than a day; how many. One request for a thousand."""
    before = (clock.now_ms() if now is None else now) - EXPORT_KEPT_MS
    return storage.delete_older("exports/plays/", before)

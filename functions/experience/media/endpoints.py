"""Callables about media, and what follows for it when a project or an event is closed or opened."""

from firebase_functions import options

from experience import reasons
from experience.events.models import event as events
from experience.firebase.callables import Caller, callable_function
from experience.firebase.events import DocumentEvent, on_updated
from experience.firebase.tasks import task_function
from experience.media.models import (
    ConfirmUpload,
    CreateUpload,
    Download,
    GetDownloadUrl,
    UpdateDownloadUrls,
    Upload,
    opened,
)
from experience.media.usecases import download, upload
from experience.media.usecases import update_download_urls as update
from experience.projects import models as projects
from experience.sessions.models.views import SessionView


@callable_function(
    CreateUpload,
    consumes_token=True,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.SESSION_NOT_ACTIVE,
        reasons.UNSUPPORTED_MEDIA,
        reasons.RATE_LIMITED,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def create_upload(caller: Caller, request: CreateUpload) -> Upload:
    """An address to which one file of a declared type and size can be uploaded, once."""
    return upload.create_upload(caller.uid, request, caller.origin)


@callable_function(
    ConfirmUpload,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.SESSION_NOT_ACTIVE,
        reasons.UPLOAD_MISSING,
        reasons.UNSUPPORTED_MEDIA,
        reasons.UPLOAD_TOO_LARGE,
        reasons.UPLOAD_TYPE_MISMATCH,
        reasons.UPLOAD_DAMAGED,
        reasons.UPLOAD_TOO_MANY_PIXELS,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
        reasons.CONTENTION,
    ],
)
def confirm_upload(caller: Caller, request: ConfirmUpload) -> SessionView:
    """Put an uploaded file into the session, if it is what it says."""
    return upload.confirm_upload(caller.uid, request)


@callable_function(
    GetDownloadUrl,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.ASSET_NOT_FOUND,
        reasons.PROJECT_NOT_FOUND,
        reasons.PROJECT_NOT_LIVE,
    ],
)
def get_download_url(caller: Caller, request: GetDownloadUrl) -> Download:
    """A signed address of one of the session's files."""
    return download.get_download_url(caller.uid, request)


@on_updated(document="projects/{projectId}")
def on_project_updated(event: DocumentEvent) -> None:
    """Suspend the download URLs of a project that was closed, restore those of one that opened."""
    is_open = opened(event.before, event.after, projects.CLOSED)
    if is_open is not None:
        parent = f"projects/{event.params['projectId']}"
        update.enqueue_for_parent(parent, str(event.written_at), is_open=is_open)


@on_updated(document="events/{eventId}")
def on_event_updated(event: DocumentEvent) -> None:
    """The same for an event."""
    is_open = opened(event.before, event.after, events.CLOSED)
    if is_open is not None:
        parent = f"events/{event.params['eventId']}"
        update.enqueue_for_parent(parent, str(event.written_at), is_open=is_open)


@on_updated(document="workspaces/{workspaceId}")
def on_workspace_updated(event: DocumentEvent) -> None:
    """The same for each project and event of a workspace that was deleted or restored."""
    is_open = opened(event.before, event.after, {"deleted"})
    if is_open is not None:
        workspace_id = event.params["workspaceId"]
        update.enqueue_for_workspace(workspace_id, str(event.written_at), is_open=is_open)


@task_function(
    UpdateDownloadUrls,
    memory=options.MemoryOption.MB_512,
    timeout_seconds=300,
    # For crashes, a database or a storage that fails, and objects that others keep writing to.
    retry=options.RetryConfig(
        max_attempts=20, min_backoff_seconds=2, max_backoff_seconds=60, max_doublings=5
    ),
    rate=options.RateLimits(max_concurrent_dispatches=10, max_dispatches_per_second=10),
)
def update_download_urls(task: UpdateDownloadUrls) -> None:
    """Let the download URLs of a project or an event work if it is open, and only then."""
    update.update_download_urls(task)

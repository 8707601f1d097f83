"""Callables about media."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.media.models import ConfirmUpload, CreateUpload, Download, GetDownloadUrl, Upload
from experience.media.usecases import download, upload
from experience.sessions.models.views import SessionView


@callable_function(
    CreateUpload,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.GUEST_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.SESSION_NOT_ACTIVE,
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
        reasons.UPLOAD_TOO_LARGE,
        reasons.UPLOAD_TYPE_MISMATCH,
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

"""Callables about media."""

from typing import Any

from experience.calls import Caller, callable_function
from experience.media import usecases
from experience.media.models import ConfirmUpload, CreateUpload, Download, GetDownloadUrl, Upload


@callable_function(CreateUpload)
def create_upload(caller: Caller, request: CreateUpload) -> Upload:
    """An address to which one file of a declared type and size can be uploaded, once."""
    return usecases.create_upload(caller.uid, request, caller.origin)


@callable_function(ConfirmUpload)
def confirm_upload(caller: Caller, request: ConfirmUpload) -> dict[str, Any]:
    """Put an uploaded file into the session, if it is what it says."""
    return usecases.confirm_upload(caller.uid, request).view()


@callable_function(GetDownloadUrl)
def get_download_url(caller: Caller, request: GetDownloadUrl) -> Download:
    """A signed address of one of the session's files."""
    return usecases.get_download_url(caller.uid, request)

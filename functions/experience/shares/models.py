"""What callers send about the addresses of a picture."""

from experience.documents import Request
from experience.ids import DocumentId


class RevokeShare(Request):
    """The session whose picture gets a new address; every earlier one ends."""

    project_id: DocumentId
    session_id: DocumentId

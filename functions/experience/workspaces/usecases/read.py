"""Listing experiences."""

from experience import clients, pages
from experience.workspaces import store
from experience.workspaces.models import Experience, ListExperiences, Role
from experience.workspaces.usecases.access import require_role


def list_experiences(uid: str, request: ListExperiences) -> pages.Page[Experience]:
    """A page of the workspace's experiences, for its members."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    return pages.newest_first(
        store.experiences_ref(client, request.workspace_id),
        {"status": request.status},
        request.page_size,
        request.page_token,
        Experience,
    )

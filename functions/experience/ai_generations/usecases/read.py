"""Reading generations."""

from experience import clients, pages
from experience.ai_generations import store
from experience.ai_generations.models import AiGenerationView, GetAiGeneration, ListAiGenerations
from experience.ai_generations.usecases import images
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def get_ai_generation(uid: str, request: GetAiGeneration) -> AiGenerationView:
    """A generation, with the address of its picture; viewers. Two reads. NotFound."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    generation = store.get_generation(client, request.workspace_id, request.generation_id)
    return AiGenerationView.of(generation, images.image_url(generation))


def list_ai_generations(uid: str, request: ListAiGenerations) -> pages.Page[AiGenerationView]:
    """A page of the workspace's generations, the newest first; viewers."""
    client = clients.firestore()
    require_role(client, request.workspace_id, uid, Role.VIEWER, what="workspace")
    return pages.newest_first(
        store.generations_ref(client, request.workspace_id),
        {"campaignId": request.campaign_id, "status": request.status},
        request.page_size,
        request.page_token,
        AiGenerationView,
    )

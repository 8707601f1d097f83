"""Reading runs and what they made."""

from experience import clients, transactions
from experience.errors import NotFound
from experience.pages import Page, newest_first
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.models import Artifact, ArtifactUrl, GetArtifactUrl
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.generations import store as generation_store
from experience.workflows.generations.costs import CostedRunView, with_costs
from experience.workflows.runs import store
from experience.workflows.runs.models import Run, RunSummary
from experience.workflows.runs.requests import GetRun, ListRuns
from experience.workflows.runs.views import view_of
from experience.workspaces.models import Role


def get_run(uid: str, request: GetRun) -> CostedRunView:
    """A run with its steps, what they cost, and what happened when; viewers.

    Two reads, one for each step, and one for each generation of the run (one where it has none).
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.VIEWER, "run")
    stored, steps = store.get_run_with_steps(tenant, request.run_id)
    return with_costs(
        view_of(stored.value, steps), generation_store.find_costs(tenant, request.run_id)
    )


def list_runs(uid: str, request: ListRuns) -> Page[RunSummary]:
    """The workspace's runs, the newest first; viewers. One read each, and two more.

    Without their payloads and contexts, of which a hundred would be too much for one answer.
    """
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.VIEWER, "workspace"
    )
    wanted = {"status": request.status, "workflowName": request.workflow_name}
    runs = tenant.collection("runs")
    page = newest_first(runs, dict(wanted), request.page_size, request.page_token, Run)
    left_out = {"trigger_payload": None, "context": None}
    shown = [RunSummary.of(each).model_copy(update=left_out) for each in page.items]
    return Page[RunSummary](items=shown, next_page_token=page.next_page_token)


def get_artifact_url(uid: str, request: GetArtifactUrl) -> ArtifactUrl:
    """An address for an artifact's bytes. Two reads, and a look at the object; viewers."""
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.VIEWER, "artifact"
    )
    [found] = transactions.read(tenant.client, [tenant.artifact_ref(request.artifact_id)])
    data = transactions.fields(found)
    url = artifact_store.signed_url(tenant, Artifact.load(data)) if data else None
    if url is None:
        raise NotFound("artifact")
    return url

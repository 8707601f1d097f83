"""Reading runs and their artifacts."""

from experience import clients
from experience.pages import Page, newest_first
from experience.store import get, require
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
    """A run with its steps, their costs, and its timeline; viewers.

    Two reads, one for each step, and one for each generation of the run (one where it has none).
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.VIEWER, "run")
    stored, steps = store.get_run_with_steps(tenant, request.run_id)
    return with_costs(
        view_of(stored.value, steps), generation_store.find_costs(tenant, request.run_id)
    )


def list_runs(uid: str, request: ListRuns) -> Page[RunSummary]:
    """The workspace's runs, newest first; viewers. One read each, and two more.

    Without payloads and contexts: those of a hundred runs are too large for one response.
    """
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.VIEWER, "workspace"
    )
    filters = {"status": request.status, "workflowName": request.workflow_name}
    runs = tenant.collection("runs")
    page = newest_first(
        runs, dict(filters), request.page_size, request.page_token, Run, is_sharded=True
    )
    omitted = {"trigger_payload": None, "context": None}
    items = [RunSummary.of(each).model_copy(update=omitted) for each in page.items]
    return Page[RunSummary](items=items, next_page_token=page.next_page_token)


def get_artifact_url(uid: str, request: GetArtifactUrl) -> ArtifactUrl:
    """A URL for an artifact's bytes; viewers. Two reads, and one of the object. NotFound."""
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.VIEWER, "artifact"
    )
    reference = tenant.artifact_ref(request.artifact_id)
    artifact = get(tenant.client, reference, Artifact, what="artifact")
    return require(artifact_store.signed_url(tenant, artifact), what="artifact")

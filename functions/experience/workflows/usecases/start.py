"""Starting a workflow."""

from experience import clients
from experience.errors import NotFound
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.runs.creation import start_workflow
from experience.workflows.runs.requests import StartRun
from experience.workflows.runs.views import RunView
from experience.workspaces.models import Role


def start_run(uid: str, request: StartRun) -> RunView:
    """Start a workflow; editors. One read, one write for the run and one for each step.

    A requestId costs two reads more, and a repeated call with it returns the run of the first call.
    An update reads the base run and its steps. AlreadyExists `request_id_reused`.
    """
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.EDITOR, "workspace"
    )
    workflow = DEFINITIONS.workflows.get(request.workflow_name)
    if workflow is None:
        raise NotFound("workflow")
    return start_workflow(tenant, workflow, request, uid)

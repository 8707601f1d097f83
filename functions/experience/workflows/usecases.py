"""Starting runs, and looking at them and at what they made."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Transaction

from experience import clients, clock, transactions
from experience.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from experience.ids import derived_id, fingerprint, new_id
from experience.pages import Page, newest_first
from experience.workflows import artifacts, closing, paths, payloads, planning, store
from experience.workflows.costs import CostedRunView, costed
from experience.workflows.definitions import Workflow
from experience.workflows.models import (
    Artifact,
    ArtifactUrl,
    Belonging,
    Changes,
    GetArtifactUrl,
    GetRun,
    ListRuns,
    Queue,
    Run,
    RunStep,
    RunSummary,
    RunView,
    StartRun,
    StepSummary,
    StepTask,
)
from experience.workflows.tenant import Tenant
from experience.workflows.yamls import DEFINITIONS
from experience.workspaces.models import Role

LARGEST_PAYLOAD_BYTES = 5 * 1024 * 1024
LARGEST_COMMIT_BYTES = 3 * 1024 * 1024


def start_run(uid: str, request: StartRun) -> RunView:
    """Start a workflow. One read, one write for the run and one for each step; editors.

    A requestId costs two reads more, and a repeat with it answers with the run of the first call;
    an update reads the base run and its steps. Raises AlreadyExists `request_id_reused`.
    """
    tenant = Tenant.of_member(
        clients.firestore(), uid, request.workspace_id, Role.EDITOR, "workspace"
    )
    workflow = DEFINITIONS.workflows.get(request.workflow_name)
    if workflow is None:
        raise NotFound("workflow")
    return start(tenant, workflow, request, uid)


def start(tenant: Tenant, workflow: Workflow, request: StartRun, uid: str | None) -> RunView:
    """Start a checked workflow in a workspace, once for each caller and requestId."""
    now = clock.now_ms()
    run_id = derived_id("run", tenant.id, uid, request.request_id) if request.request_id else None
    body = request.model_dump(mode="json", exclude={"request_id"})
    run = Run(
        id=run_id or new_id(),
        tenant_id=tenant.id,
        workflow_name=workflow.workflow_name,
        workflow_version=workflow.version,
        trigger_type="update" if request.base_run_id else "initial",
        base_run_id=request.base_run_id,
        definition=workflow.to_json(),
        remaining_sinks=0,
        created_by=uid,
        request=fingerprint(body),
        created_at=now,
        updated_at=now,
    )
    if run_id and (known := _known(tenant, run)):
        return known
    base, reasons, payload = _plan(tenant, workflow, request)
    if len(payloads.encode(payload)) > LARGEST_PAYLOAD_BYTES:
        raise InvalidArgument(("payload", f"must be at most {LARGEST_PAYLOAD_BYTES} bytes of JSON"))
    new = _new(tenant, workflow, run, payload, base, reasons)
    run, steps = new.run, new.steps

    def create(transaction: Transaction) -> bool:
        if run_id:
            [found] = transactions.read(tenant.client, [tenant.run_ref(run_id)], transaction)
            if found.exists:
                return False
        new.create(tenant, transaction)
        return True

    if not transactions.run_optimistic(tenant.client, create) and (known := _known(tenant, run)):
        return known
    dispatch_ready(steps)
    if not run.remaining_sinks:  # an update that changes nothing
        closing.end_run(tenant, run.id)
        run = store.load_run(tenant, run.id)
    return view(run, steps)


def order(
    tenant: Tenant,
    workflow_name: str,
    run_id: str,
    payload: dict[str, Any],
    queue: Queue,
    belongs_to: Belonging,
    now: int,
) -> "NewRun":
    """A run that a domain has done for documents of its own, to be created with those."""
    workflow = DEFINITIONS.workflows[workflow_name]
    run = Run(
        id=run_id,
        tenant_id=tenant.id,
        workflow_name=workflow.workflow_name,
        workflow_version=workflow.version,
        definition=workflow.to_json(),
        remaining_sinks=0,
        queue=queue,
        belongs_to=belongs_to,
        created_at=now,
        updated_at=now,
    )
    return _new(tenant, workflow, run, payload)


@dataclass(frozen=True)
class NewRun:
    """A run with its steps and what was too large for them, not written yet."""

    run: Run
    steps: list[RunStep]
    documents: list[Artifact]

    def create(self, tenant: Tenant, transaction: Transaction) -> None:
        """One write for the run and one for each step."""
        transaction.create(tenant.run_ref(self.run.id), self.run.dump())
        for step in self.steps:
            transaction.create(tenant.step_ref(self.run.id, step.id), step.dump())
        for document in self.documents:
            transaction.set(tenant.artifact_ref(document.id), document.dump())


def _new(
    tenant: Tenant,
    workflow: Workflow,
    run: Run,
    payload: Any,
    base: dict[str, RunStep] | None = None,
    reasons: dict[str, str] | None = None,
) -> NewRun:
    now = run.created_at
    packed = payloads.pack(tenant, run.id, "payload", payload, now)
    steps = planning.new_steps(workflow, run, now, base, reasons)
    steps, moved = _lightened(tenant, run, steps, now)
    run = run.model_copy(
        update={
            "trigger_payload": packed.value,
            "trigger_payload_uri": packed.uri,
            "remaining_sinks": planning.open_sinks(workflow, steps),
        }
    )
    return NewRun(run, steps, [*([packed.document] if packed.document else []), *moved])


def dispatch_first(tenant: Tenant, workflow_name: str, run_id: str, queue: Queue) -> None:
    """The tasks of a new run, by what is known of it without reading."""
    for step in DEFINITIONS.workflows[workflow_name].steps:
        if not step.depends_on:
            task = StepTask(workspace_id=tenant.id, run_id=run_id, step_id=step.step_id, attempt=1)
            store.dispatch(task, queue)


def dispatch_ready(steps: list[RunStep]) -> None:
    """A task for each step that waits for nothing; one that has its task already keeps it."""
    for step in steps:
        if step.is_ready:
            store.dispatch_next(step)


def _known(tenant: Tenant, run: Run) -> RunView | None:
    """The run of the first call with this requestId. Whoever made it may have died just then."""
    [found] = transactions.read(tenant.client, [tenant.run_ref(run.id)])
    if not found.exists:
        return None
    if found.get("request") != run.request:
        raise AlreadyExists("request_id_reused", "This requestId belongs to another request.")
    stored, steps = store.load_whole(tenant, run.id)
    if stored.run.is_going and stored.run.started_at is None:
        dispatch_ready(steps)
    return view(stored.run, steps)


def _plan(
    tenant: Tenant, workflow: Workflow, request: StartRun
) -> tuple[dict[str, RunStep] | None, dict[str, str] | None, Any]:
    """The base run's steps, what of an update runs again and why, and the run's payload."""
    changes = request.changes or Changes()
    if request.base_run_id is None:
        if request.changes:
            raise InvalidArgument(("changes", "needs a baseRunId"))
        return None, None, request.payload
    _check_changes(workflow, changes)
    stored, steps = store.load_whole(tenant, request.base_run_id)
    base = stored.run
    if base.belongs_to:  # what it made is let go, and its guest may have to be forgotten
        raise NotFound("run")
    if base.workflow_name != workflow.workflow_name:
        raise FailedPrecondition(
            "other_workflow", "The base run is of another workflow.", workflow=base.workflow_name
        )
    if base.is_going:
        raise FailedPrecondition("run_not_ended", "The base run is not over.", status=base.status)
    before = payloads.unpack(tenant, base.trigger_payload, base.trigger_payload_uri) or {}
    after = {**before, **request.payload}
    by_id = {step.id: step for step in steps}
    reasons = planning.affected(workflow, base.workflow(), by_id, (before, after), changes)
    return by_id, reasons, after


def _check_changes(workflow: Workflow, changes: Changes) -> None:
    """Refuse what no step of this workflow knows: it would change nothing, in silence."""
    issues = [
        (f"changes.steps[{number}]", f"there is no step {each}")
        for number, each in enumerate(changes.steps)
        if each not in workflow.by_id
    ]
    selectors = [selector for step in workflow.steps for _, selector in step.selectors()]
    read = [selector.path for selector in selectors if selector.source == "trigger"]
    for number, each in enumerate(changes.inputs):
        try:
            known = any(paths.overlap(each, path) for path in read)
        except ValueError as error:
            issues.append((f"changes.inputs[{number}]", str(error)))
            continue
        if not known:
            issues.append((f"changes.inputs[{number}]", f"no step reads {each}"))
    if issues:
        raise InvalidArgument(*issues)


def _lightened(
    tenant: Tenant, run: Run, steps: list[RunStep], now: int
) -> tuple[list[RunStep], list[Artifact]]:
    """The steps with their largest outputs moved to the bucket, until all fit into one commit."""
    sizes = {step.id: len(step.model_dump_json()) for step in steps}
    total, moved = sum(sizes.values()), []
    light = {step.id: step for step in steps}
    for step in sorted(steps, key=lambda step: -sizes[step.id]):
        if total <= LARGEST_COMMIT_BYTES:
            break
        if step.output is not None:
            data = payloads.encode(step.output)
            packed = payloads.store(tenant, run.id, step.id, data, now)
            light[step.id] = step.model_copy(update={"output": None, "output_uri": packed.uri})
            moved += [packed.document] if packed.document else []
            total -= len(data)
    return list(light.values()), moved


def get_run(uid: str, request: GetRun) -> CostedRunView:
    """A run with its steps, what they cost, and what happened when; viewers.

    Two reads, one for each step, and one for each generation of the run (one where it has none).
    """
    tenant = Tenant.of_member(clients.firestore(), uid, request.workspace_id, Role.VIEWER, "run")
    stored, steps = store.load_whole(tenant, request.run_id)
    return costed(view(stored.run, steps), store.generations_of(tenant, request.run_id))


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
    url = artifacts.signed(tenant, Artifact.load(data)) if data else None
    if url is None:
        raise NotFound("artifact")
    return url


def view(run: Run, steps: list[RunStep]) -> RunView:
    """A run as callables answer it."""
    return RunView(
        run=RunSummary.of(run),
        steps=[StepSummary.of(step) for step in steps],
        timeline=planning.timeline(run, steps),
    )

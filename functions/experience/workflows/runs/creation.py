"""Creating a run with its steps, once for each request."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Transaction

from experience import clock, transactions
from experience.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from experience.ids import derived_id, fingerprint, new_id
from experience.workflows.artifacts import payloads
from experience.workflows.artifacts.models import Artifact
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions import json_path
from experience.workflows.definitions.declared_input import payload_issues
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.definitions.models import Workflow
from experience.workflows.runs import finalization, planning, store
from experience.workflows.runs.dispatch import try_enqueue_ready
from experience.workflows.runs.models import (
    OwnerReference,
    Queue,
    Run,
    RunStep,
)
from experience.workflows.runs.requests import Changes, StartRun
from experience.workflows.runs.views import RunView, view_of

MAX_PAYLOAD_BYTES = 5 * 1024 * 1024
MAX_COMMIT_BYTES = 3 * 1024 * 1024


def start_workflow(
    tenant: Tenant, workflow: Workflow, request: StartRun, uid: str | None
) -> RunView:
    """Start a valid workflow in a workspace, once for each caller and requestId.

    Once it is committed, the run is the response, even if its queue takes no task now.
    """
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
    if run_id and (existing := _find_existing(tenant, run)):
        return existing
    base, reasons, payload = _plan(tenant, workflow, request)
    if issues := list(dict(payload_issues(workflow, DEFINITIONS.registry, payload)).items()):
        raise InvalidArgument(*issues)
    if len(payloads.encode(payload)) > MAX_PAYLOAD_BYTES:
        raise InvalidArgument(("payload", f"must be at most {MAX_PAYLOAD_BYTES} bytes of JSON"))
    new = _new_run(tenant, workflow, run, payload, base, reasons)
    run, steps = new.run, new.steps

    def create(transaction: Transaction) -> bool:
        if run_id:
            [found] = transactions.read(tenant.client, [tenant.run_ref(run_id)], transaction)
            if found.exists:
                return False
        new.create(tenant, transaction)
        return True

    if not transactions.run_optimistic(tenant.client, create) and (
        existing := _find_existing(tenant, run)
    ):
        return existing
    try_enqueue_ready(run.id, steps)
    if not run.remaining_sinks:  # an update that changes nothing
        finalization.finalize_run(tenant, run.id)
        run = store.get_run(tenant, run.id)
    return view_of(run, steps)


def new_owned_run(
    tenant: Tenant,
    workflow_name: str,
    run_id: str,
    payload: dict[str, Any],
    queue: Queue,
    owner_reference: OwnerReference,
    now: int,
    deadline_at: int | None = None,
    base_run_id: str | None = None,
    created_by: str | None = None,
) -> "NewRun":
    """A new run for documents of another domain, which creates it together with those.

    With `base_run_id` it is an update of that run, if that can still be updated: it runs again what
    its payload changes. One read for the base run and for each of its steps.
    """
    workflow = DEFINITIONS.workflows[workflow_name]
    base, reasons = None, None
    if base_run_id:
        base, reasons = _find_base(tenant, workflow, base_run_id, payload)
    run = Run(
        id=run_id,
        tenant_id=tenant.id,
        workflow_name=workflow.workflow_name,
        workflow_version=workflow.version,
        definition=workflow.to_json(),
        trigger_type="update" if base else "initial",
        base_run_id=base_run_id if base else None,
        created_by=created_by,
        remaining_sinks=0,
        queue=queue,
        owner_reference=owner_reference,
        deadline_at=deadline_at,
        created_at=now,
        updated_at=now,
    )
    return _new_run(tenant, workflow, run, payload, base, reasons)


@dataclass(frozen=True)
class NewRun:
    """A run with its steps, and the artifacts of values too large for them. Not written yet."""

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


def _new_run(
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
    steps, offloaded = _offload_outputs(tenant, run, steps, now)
    run = run.model_copy(
        update={
            "trigger_payload": packed.value,
            "trigger_payload_uri": packed.uri,
            "remaining_sinks": planning.open_sinks(workflow, steps),
        }
    )
    return NewRun(run, steps, [*([packed.document] if packed.document else []), *offloaded])


def _find_existing(tenant: Tenant, run: Run) -> RunView | None:
    """The run of the first call with this requestId, whose tasks may not be enqueued yet."""
    [found] = transactions.read(tenant.client, [tenant.run_ref(run.id)])
    if not found.exists:
        return None
    if found.get("request") != run.request:
        raise AlreadyExists("request_id_reused", "This requestId belongs to another request.")
    stored, steps = store.get_run_with_steps(tenant, run.id)
    if stored.value.is_active and stored.value.started_at is None:
        try_enqueue_ready(run.id, steps)
    return view_of(stored.value, steps)


def _plan(
    tenant: Tenant, workflow: Workflow, request: StartRun
) -> tuple[dict[str, RunStep] | None, dict[str, str] | None, Any]:
    """The base run's steps, the reasons of those that an update runs again, and the payload."""
    changes = request.changes or Changes()
    if request.base_run_id is None:
        if request.changes:
            raise InvalidArgument(("changes", "needs a baseRunId"))
        return None, None, request.payload
    _check_changes(workflow, changes)
    stored, steps = store.get_run_with_steps(tenant, request.base_run_id)
    base = stored.value
    if not base.keeps_artifacts:  # they are deleted, and its guest may be erased
        raise NotFound("run")
    if base.workflow_name != workflow.workflow_name:
        raise FailedPrecondition(
            "other_workflow", "The base run is of another workflow.", workflow=base.workflow_name
        )
    if base.is_active:
        raise FailedPrecondition("run_not_ended", "The base run is not over.", status=base.status)
    before = payloads.unpack(tenant, base.trigger_payload, base.trigger_payload_uri) or {}
    after = {**before, **request.payload}
    by_id = {step.id: step for step in steps}
    reasons = planning.affected_steps(workflow, base.workflow(), by_id, (before, after), changes)
    return by_id, reasons, after


def _find_base(
    tenant: Tenant, workflow: Workflow, base_run_id: str, payload: Any
) -> tuple[dict[str, RunStep] | None, dict[str, str] | None]:
    """The base run's steps, and the reasons of those that run again; None where it is gone."""
    try:
        stored, steps = store.get_run_with_steps(tenant, base_run_id)
    except NotFound:
        return None, None
    base = stored.value
    before = payloads.unpack(tenant, base.trigger_payload, base.trigger_payload_uri)
    by_id = {step.id: step for step in steps}
    if base.is_active:
        return None, None
    reasons = planning.affected_steps(
        workflow, base.workflow(), by_id, (before, payload), Changes()
    )
    return by_id, reasons


def _check_changes(workflow: Workflow, changes: Changes) -> None:
    """Reject changes that no step would notice. InvalidArgument."""
    issues = [
        (f"changes.steps[{number}]", f"there is no step {each}")
        for number, each in enumerate(changes.steps)
        if each not in workflow.by_id
    ]
    selectors = [selector for step in workflow.steps for _, selector in step.selectors()]
    read = [selector.path for selector in selectors if selector.source == "trigger"]
    for number, each in enumerate(changes.inputs):
        try:
            known = any(json_path.overlap(each, path) for path in read)
        except ValueError as error:
            issues.append((f"changes.inputs[{number}]", str(error)))
            continue
        if not known:
            issues.append((f"changes.inputs[{number}]", f"no step reads {each}"))
    if issues:
        raise InvalidArgument(*issues)


def _offload_outputs(
    tenant: Tenant, run: Run, steps: list[RunStep], now: int
) -> tuple[list[RunStep], list[Artifact]]:
    """The steps, with the largest outputs offloaded to the bucket until all fit into one commit."""
    sizes = {step.id: len(step.model_dump_json()) for step in steps}
    total, offloaded = sum(sizes.values()), []
    light = {step.id: step for step in steps}
    for step in sorted(steps, key=lambda step: -sizes[step.id]):
        if total <= MAX_COMMIT_BYTES:
            break
        if step.output is not None:
            data = payloads.encode(step.output)
            packed = payloads.store(tenant, run.id, step.id, data, now)
            light[step.id] = step.model_copy(update={"output": None, "output_uri": packed.uri})
            offloaded += [packed.document] if packed.document else []
            total -= len(data)
    return list(light.values()), offloaded

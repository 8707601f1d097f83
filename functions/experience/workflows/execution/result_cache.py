"""Results of steps, to be found again by equal inputs: of one workspace, and never of another."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud.firestore import DocumentReference

from experience import transactions
from experience.store import parse_or_log
from experience.workflows.artifacts import fingerprints
from experience.workflows.artifacts import store as artifacts
from experience.workflows.artifacts.payloads import Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.models import StepDefinition
from experience.workflows.runs.models import Run, StepCache
from experience.workflows.skills import ArtifactRef

KEPT = timedelta(days=30)


def reference(tenant: Tenant, run: Run, step: StepDefinition, input_hash: str) -> DocumentReference:
    """Where the result of these inputs is kept, by the step's scope."""
    key = fingerprints.cache_key(run.workflow_name, step.step_id, input_hash)
    own = step.cache_policy.scope == "run_only"
    return tenant.cache_ref(key, run.id if own else None)


def find(
    tenant: Tenant, run: Run, step: StepDefinition, input_hash: str, now: int
) -> StepCache | None:
    """The result that these inputs had before, if all of it is still there.

    One read; of a hit one more for each artifact, and a look at its object.
    """
    [found] = transactions.read(tenant.client, [reference(tenant, run, step, input_hash)])
    entry = parse_or_log(StepCache, found)
    if entry is None or entry.tenant_id != tenant.id or entry.input_hash != input_hash:
        return None
    if entry.expire_at.timestamp() * 1000 <= now:  # the TTL policy takes it within a day or so
        return None
    if entry.data_uri and not artifacts.exists(tenant, entry.data_uri):
        return None
    documents = [tenant.artifact_ref(each.id) for each in entry.artifacts.values()]
    if documents and not all(each.exists for each in transactions.read(tenant.client, documents)):
        return None
    there = all(artifacts.exists(tenant, each.uri) for each in entry.artifacts.values())
    return entry if there else None


def entry(
    tenant: Tenant,
    run: Run,
    step: StepDefinition,
    input_hash: str,
    output: Packed,
    made: Mapping[str, ArtifactRef],
    now: int,
) -> tuple[DocumentReference, StepCache]:
    """What is written beside a step's end, so that it is found the next time."""
    where = reference(tenant, run, step, input_hash)
    written: dict[str, Any] = {
        "id": where.id,
        "cache_key": where.id,
        "tenant_id": tenant.id,
        "workflow_name": run.workflow_name,
        "step_id": step.step_id,
        "input_hash": input_hash,
        "artifact_ids": [each.id for each in made.values()],
        "artifacts": dict(made),
        "data": output.value,
        "data_uri": output.uri,
        "scope": step.cache_policy.scope,
        "created_at": now,
        "updated_at": now,
        "expire_at": datetime.fromtimestamp(now / 1000, UTC) + KEPT,
    }
    return where, StepCache.model_validate(written)

"""The cached results of steps by their inputs. Workspaces share none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud.firestore import DocumentReference

from experience import transactions
from experience.store import parse_or_log
from experience.workflows.artifacts import fingerprints
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.payloads import Packed
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.models import StepDefinition
from experience.workflows.runs.models import Run, StepCache
from experience.workflows.skills import ArtifactRef

MAX_AGE = timedelta(days=30)


def _reference(
    tenant: Tenant, run: Run, step: StepDefinition, input_hash: str
) -> DocumentReference:
    """Where the result of these inputs is cached, by the step's scope."""
    key = fingerprints.cache_key(run.workflow_name, step.step_id, input_hash)
    own = step.cache_policy.scope == "run_only"
    return tenant.cache_ref(key, run.id if own else None)


def find(
    tenant: Tenant, run: Run, step: StepDefinition, input_hash: str, now: int
) -> StepCache | None:
    """The cached result of these inputs, if its artifacts still exist.

    One read; for a hit, two more for each artifact: of its document and of its object.
    """
    [found] = transactions.read(tenant.client, [_reference(tenant, run, step, input_hash)])
    entry = parse_or_log(found, StepCache)
    if entry is None or entry.tenant_id != tenant.id or entry.input_hash != input_hash:
        return None
    if entry.expire_at.timestamp() * 1000 <= now:  # the TTL policy deletes it within a day or so
        return None
    if entry.data_uri and not artifact_store.exists(tenant, entry.data_uri):
        return None
    documents = [tenant.artifact_ref(each.id) for each in entry.artifacts.values()]
    if documents and not all(each.exists for each in transactions.read(tenant.client, documents)):
        return None
    exist = all(artifact_store.exists(tenant, each.uri) for each in entry.artifacts.values())
    return entry if exist else None


def new_entry(
    tenant: Tenant,
    run: Run,
    step: StepDefinition,
    input_hash: str,
    output: Packed,
    artifacts: Mapping[str, ArtifactRef],
    now: int,
) -> tuple[DocumentReference, StepCache]:
    """The cache entry that is written when a step completes, and its reference."""
    reference = _reference(tenant, run, step, input_hash)
    fields: dict[str, Any] = {
        "id": reference.id,
        "cache_key": reference.id,
        "tenant_id": tenant.id,
        "workflow_name": run.workflow_name,
        "step_id": step.step_id,
        "input_hash": input_hash,
        "artifact_ids": [each.id for each in artifacts.values()],
        "artifacts": dict(artifacts),
        "data": output.value,
        "data_uri": output.uri,
        "scope": step.cache_policy.scope,
        "created_at": now,
        "updated_at": now,
        "expire_at": datetime.fromtimestamp(now / 1000, UTC) + MAX_AGE,
    }
    return reference, StepCache.model_validate(fields)

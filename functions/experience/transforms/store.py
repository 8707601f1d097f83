"""Where jobs live."""

from typing import Any

from google.cloud.firestore import Client, DocumentReference, FieldFilter, Transaction

from experience import transactions
from experience.errors import NotFound
from experience.projects.store import project_ref
from experience.sessions.models import JobStatus
from experience.transforms.models import Job, JobInternals


def job_ref(client: Client, project_id: str, job_id: str) -> DocumentReference:
    """`/projects/{p}/jobs/{j}`"""
    reference: DocumentReference = (
        project_ref(client, project_id).collection("jobs").document(job_id)
    )
    return reference


def internals_ref(client: Client, project_id: str, job_id: str) -> DocumentReference:
    """`/projects/{p}/jobs/{j}/jobInternals/state`"""
    reference: DocumentReference = (
        job_ref(client, project_id, job_id).collection("jobInternals").document("state")
    )
    return reference


def sweep_ref(client: Client, name: str) -> DocumentReference:
    """`/sweeps/{name}`: how far a sweep over all projects has come."""
    return client.document("sweeps", name)


def stuck(client: Client, status: JobStatus, before: int) -> Any:
    """Query: jobs of all projects in this status that were last written before this (Unix ms)."""
    return (
        client.collection_group("jobs")
        .where(filter=FieldFilter("status", "==", status.value))
        .where(filter=FieldFilter("updatedAt", "<=", before))
        .order_by("updatedAt")
    )


def load_job(client: Client, project_id: str, job_id: str) -> Job:
    """One job, whoever's it is. One read. NotFound."""
    [snapshot] = transactions.read(client, [job_ref(client, project_id, job_id)])
    data = transactions.fields(snapshot)
    if data is None:
        raise NotFound("job")
    return Job.load(data)


def load_state(
    client: Client, project_id: str, job_id: str, transaction: Transaction | None = None
) -> tuple[Job, JobInternals] | None:
    """A job with its internals, None where it is gone. Two reads."""
    references = [
        job_ref(client, project_id, job_id),
        internals_ref(client, project_id, job_id),
    ]
    snapshots = transactions.read(client, references, transaction)
    job, internals = (transactions.fields(snapshot) for snapshot in snapshots)
    return (Job.load(job), JobInternals.load(internals)) if job and internals else None

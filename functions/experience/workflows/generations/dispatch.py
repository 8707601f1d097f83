"""Enqueueing polls of generation jobs."""

from experience import clients
from experience.ids import fingerprint
from experience.workflows.generations.models import GenerationJob, PollTask


def enqueue_poll(job: GenerationJob, delay_ms: float) -> None:
    """Enqueue the next poll of a job, once."""
    task = PollTask.next_of(job)
    payload = task.model_dump(mode="json", by_alias=True)
    name = fingerprint("pollGeneration", *payload.values())
    clients.enqueue("pollGeneration", payload, task_id=name, delay_seconds=delay_ms / 1000)

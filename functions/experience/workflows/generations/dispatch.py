"""How polls of generation jobs are handed to their queue."""

from experience import clients
from experience.ids import fingerprint
from experience.workflows.generations.models import GenerationJob, PollTask


def enqueue_poll(job: GenerationJob, delay_ms: float) -> None:
    """Put the next look at a job into the queue, once."""
    task = PollTask.next_of(job)
    payload = task.model_dump(mode="json", by_alias=True)
    name = fingerprint("pollGeneration", *payload.values())
    clients.enqueue("pollGeneration", payload, task_id=name, delay_seconds=delay_ms / 1000)

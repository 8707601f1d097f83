"""The engine and its generations in the test's own process, on a clock that the queue moves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.cloud.firestore import Client

from experience import clock
from experience.firebase.tasks import TryLater
from experience.workflows.execution import skill_runtime
from experience.workflows.generations import polling
from experience.workflows.generations.models import GenerationJob, PollTask
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import StepTask
from experience.workflows.usecases import cancel, execute, retry
from tests.support.workflows.workflow_bench import Killed, Queue, WorkflowBench, run_here

REPLICATE: dict[str, Any] = {
    "providerId": "replicate",
    "params": {"model": "acme/cartoonist", "input": {"prompt": "as a knight"}},
}
GEMINI: dict[str, Any] = {"providerId": "gemini", "params": {"prompt": "as a knight"}}


@dataclass
class Sent:
    """A task in the queue, and when it is due (Unix ms)."""

    name: str
    function: str
    data: dict[str, Any]
    due_at: float
    retries: int = 0


@dataclass
class TimedQueue:
    """Tasks by their names, which are taken once; the earliest comes first."""

    waiting: list[Sent] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    lock: Any = field(default_factory=threading.Lock)
    lost: bool = False
    """Whether tasks get lost on their way into the queue."""

    def enqueue(
        self, function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0
    ) -> None:
        if self.lost or task_id in self.names:
            return
        self.names.add(task_id)
        due_at = clock.now_ms() + delay_seconds * 1000
        self.waiting.append(Sent(task_id, function, data, due_at))


class GenerationBench(WorkflowBench):
    """A workspace with providers. Time goes on only as tasks become due."""

    def __init__(self, client: Client, monkeypatch: pytest.MonkeyPatch, workspace: str) -> None:
        super().__init__(client, Queue(), workspace)
        self.now = float(clock.now_ms())
        self.timed = TimedQueue()
        monkeypatch.setattr("experience.clients.enqueue", self.timed.enqueue)
        monkeypatch.setattr("experience.clock.now_ms", lambda: int(self.now))
        monkeypatch.setattr("experience.providers.http.FIRST_PAUSE_SECONDS", 0)
        monkeypatch.setattr(skill_runtime, "run_skill", run_here)

    def ask(
        self,
        request: dict[str, Any],
        request_id: str | None = None,
        **payload: Any,
    ) -> str:
        """A run that asks for this."""
        more = {"requestId": request_id} if request_id else {}
        return self.start("test.generate", {"request": request, **payload}, **more)

    def cancel(self, run_id: str) -> None:
        cancel.cancel_by_id(self.tenant, run_id)

    def retry(self, run_id: str) -> None:
        retry.retry_by_id(self.tenant, run_id)

    def step(self) -> Sent:
        """The next task, once; again later if it fails or its worker is killed."""
        with self.timed.lock:
            sent = min(self.timed.waiting, key=lambda each: each.due_at)
            self.timed.waiting.remove(sent)
        self.now = max(self.now, sent.due_at) + 1
        try:
            if sent.function == "runStep":
                task = StepTask.model_validate(sent.data)
                execute.run_step(task, Delivery(sent.name, sent.retries))
            else:
                polling.poll_generation(PollTask.model_validate(sent.data))
        except (TryLater, Killed) as fault:
            sent.retries += 1
            sent.due_at = self.now + 1000
            self.timed.waiting.append(sent)
            if isinstance(fault, Killed):
                raise
        return sent

    def work(self, *, twice: bool = False) -> None:
        """All tasks, until there are none; each of them twice, if asked."""
        while self.timed.waiting:
            sent = self.step()
            if twice and sent not in self.timed.waiting:
                self.timed.waiting.append(sent)
                self.step()

    def work_until(self, function: str) -> None:
        """Tasks up to the first one for this function, which stays in the queue."""
        while min(self.timed.waiting, key=lambda each: each.due_at).function != function:
            self.step()

    def work_until_ended(self, run_id: str) -> GenerationJob:
        """Tasks until a run's first job has ended."""
        while not any(job.is_ended for job in self.jobs(run_id)):
            self.step()
        return self.jobs(run_id)[0]

    def jobs(self, run_id: str | None = None) -> list[GenerationJob]:
        """The workspace's generation jobs, or those of a run; the oldest first."""
        stored = self.tenant.collection("generationJobs").stream()
        jobs = [GenerationJob.load(each.to_dict() or {}) for each in stored]
        mine = [job for job in jobs if run_id in (None, job.run_id)]
        return sorted(mine, key=lambda job: (job.created_at, job.id))

    def job(self, run_id: str) -> GenerationJob:
        """The one job of a run."""
        [job] = self.jobs(run_id)
        return job

    def held_permits(self) -> list[str]:
        """The permits that jobs hold."""
        permits = self.tenant.collection("generationPermits").stream()
        return sorted(each.id for each in permits if each.get("jobId"))

    @contextmanager
    def lost_tasks(self) -> Iterator[None]:
        """Meanwhile nothing reaches the queue."""
        self.timed.lost = True
        yield
        self.timed.lost = False

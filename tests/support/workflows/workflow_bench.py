"""The engine in the test's own process, on a database and a bucket of the suite.

The queue is a list: tasks are delivered when the test says so, in the order that it wants, twice
if it likes, and again after a crash, as Cloud Tasks does.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client, Query

from experience.firebase.batch_get import BatchGet
from experience.firebase.tasks import TryLater
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.execution import skill_runtime
from experience.workflows.runs import creation, store
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import Queue as QueueName
from experience.workflows.runs.models import Run, RunStatus, RunStep, StepTask
from experience.workflows.runs.requests import StartRun
from experience.workflows.usecases import execute
from experience.workspaces.models import Role
from tests.support.workflows.commits import Send, intercepted
from tests.support.workflows.sample import skills

EDITOR = "ed"


class Killed(BaseException):
    """The process is gone: nothing catches this, and nothing is tidied up."""


@dataclass
class Queue:
    """Tasks by their names: a name is taken once."""

    waiting: list[tuple[str, StepTask, int]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    delays: dict[str, float] = field(default_factory=dict)
    functions: set[QueueName] = field(default_factory=set)

    def enqueue(
        self, function: str, data: dict[str, Any], *, task_id: str, delay_seconds: float = 0
    ) -> None:
        if task_id in self.names:
            return
        self.names.add(task_id)
        self.functions.add(QueueName(function))
        task = StepTask.model_validate(data)
        self.delays[task.step_id] = delay_seconds
        self.waiting.append((task_id, task, 0))


class WorkflowBench:
    """A workspace, its runs, and the queue."""

    def __init__(self, client: Client, queue: Queue, workspace: str) -> None:
        self.client = client
        self.workspace = workspace
        self.queue = queue
        client.document("workspaces", workspace, "members", EDITOR).set(
            {"uid": EDITOR, "role": "editor", "createdAt": 1}
        )
        self.tenant = self.same_tenant()

    def same_tenant(self) -> Tenant:
        """The workspace as another task or call has it."""
        return Tenant.of_member(self.client, EDITOR, self.workspace, Role.EDITOR, "workspace")

    def start(self, workflow: str, payload: dict[str, Any] | None = None, **more: Any) -> str:
        """Start a run; its id."""
        request = StartRun.model_validate(
            {"workspaceId": self.workspace, "workflowName": workflow, "payload": payload or {}}
            | more
        )
        found = creation.start_workflow(
            self.tenant, DEFINITIONS.workflows[workflow], request, EDITOR
        )
        return found.run.id

    def deliver(self, index: int = 0) -> None:
        """One task, once; again later if it fails or its worker is killed."""
        name, task, retries = self.queue.waiting.pop(index)
        try:
            execute.run_step(task, Delivery(name, retries))
        except TryLater:
            self.queue.waiting.append((name, task, retries + 1))
        except Killed:
            self.queue.waiting.append((name, task, retries + 1))
            raise

    def drain(self, pick: Callable[[int], int] = lambda count: 0, *, twice: bool = False) -> None:
        """All tasks, until there are none; `pick` chooses among so many."""
        while self.queue.waiting:
            index = pick(len(self.queue.waiting))
            again = self.queue.waiting[index]
            self.deliver(index)
            if twice:
                self.queue.waiting.append(again)
                self.deliver(len(self.queue.waiting) - 1)

    def run(self, run_id: str) -> Run:
        return store.get_run(self.tenant, run_id)

    def steps(self, run_id: str) -> dict[str, RunStep]:
        return {step.id: step for step in store.get_run_with_steps(self.tenant, run_id)[1]}

    def statuses(self, run_id: str) -> dict[str, str]:
        return {step.id: step.status.value for step in self.steps(run_id).values()}

    def output(self, run_id: str, step_id: str) -> Any:
        return self.steps(run_id)[step_id].output

    def executions(self, run_id: str) -> list[str]:
        """The steps whose skills were begun, in order, once for each time."""
        return [line["step"] for line in skills.recorded() if line["run"] == run_id]

    def make(self, name: str) -> None:
        """The file that a skill waits for."""
        (skills.world() / name).touch()

    def expire(self, run_id: str, step_id: str) -> None:
        """Let a step's lease run out."""
        self.tenant.step_ref(run_id, step_id).update({"lease.expiresAt": 1})

    @contextmanager
    def working(self) -> Iterator[None]:
        """Meanwhile a worker of its own works the queue off; it must get through in the end."""
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(self.drain)
            yield
            done.result(timeout=skills.DEADLINE_SECONDS)

    @staticmethod
    def wait_until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + skills.DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.01)

    @contextmanager
    def killed_at(self, number: int, when: str) -> Iterator[list[int]]:
        """The process dies at its n-th commit, before it is sent or before the answer is read."""
        sent = [0]

        def around(_: list[Any], send: Send) -> Any:
            sent[0] += 1
            if sent[0] == number and when == "before":
                raise Killed
            answer = send()
            if sent[0] == number:
                raise Killed
            return answer

        with intercepted(around):
            yield sent


def run_here(
    skill: Any, inputs: Any, work: Any, of: Run, seconds: float, made: skill_runtime.Generate
) -> skill_runtime.SkillOutcome:
    """As `running.run`, in this thread: in one of its own nobody dies for the whole process."""
    runtime = skill_runtime.SkillRuntime(work, of, made)
    outcome = skill_runtime._call(skill, inputs, runtime)
    runtime.close()
    return outcome


def unfinished(bench: WorkflowBench, run_id: str) -> list[str]:
    """What a run has left unfinished; nothing once it has ended."""
    run, steps = bench.run(run_id), bench.steps(run_id).values()
    wrong = [f"{step.id} is {step.status}" for step in steps if not step.is_ended]
    wrong += [f"{step.id} has a lease" for step in steps if step.lease]
    if run.status in (RunStatus.COMPLETED, RunStatus.FAILED):
        left = [step.id for step in steps if step.remaining_dependencies != 0]
        wrong += [f"{each} waits for something" for each in left]
        wrong += ["the last steps are not counted down"] * (run.remaining_sinks != 0)
    wrong += ["the run is active"] * run.is_active
    return wrong + ["tasks wait"] * bool(bench.queue.waiting)


@contextmanager
def firestore_reads() -> Iterator[list[str]]:
    """The collections that are read or queried meanwhile, once for each document asked for."""
    asked: list[str] = []
    get_all, batch_get, stream = Client.get_all, BatchGet.__call__, Query.stream

    def read(client: Any, references: Any, *arguments: Any, **options: Any) -> Any:
        wanted = list(references)
        asked.extend(each.parent.id for each in wanted)
        if isinstance(client, BatchGet):
            return batch_get(client, wanted)
        return get_all(client, wanted, *arguments, **options)

    def queried(query: Any, *arguments: Any, **options: Any) -> Any:
        asked.append(query._parent.id)
        return stream(query, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "get_all", read)
        patch.setattr(BatchGet, "__call__", read)
        patch.setattr(Query, "stream", queried)
        yield asked


@contextmanager
def storage_requests() -> Iterator[Counter[str]]:
    """What the storage is asked meanwhile, by method."""
    asked: Counter[str] = Counter()
    send = requests.Session.send

    def counted(session: Any, request: Any, **options: Any) -> Any:
        answer = send(session, request, **options)
        asked[request.method] += "X-Emulator-Operation" in answer.headers
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", counted)
        yield asked


def paid(run_id: str) -> set[str]:
    """What the world was paid for in a run."""
    return {file.name for file in skills.world().glob(f"*~{run_id}~*")}


def through(bench: WorkflowBench, workflow: str, payload: dict[str, Any], request_id: str) -> str:
    """A run from its start to its end, by callers and queues that come again after a crash.

    A task whose worker died comes again after the one that is next.
    """
    while True:
        try:
            run_id = bench.start(workflow, payload, requestId=request_id)
            break
        except Killed:
            continue
    while bench.queue.waiting:
        try:
            bench.deliver()
        except Killed:
            bench.queue.waiting.insert(1, bench.queue.waiting.pop())
    return run_id


def came_to(bench: WorkflowBench, run_id: str) -> dict[str, Any]:
    assert unfinished(bench, run_id) == []
    assert bench.run(run_id).status is RunStatus.COMPLETED
    return {step.id: step.output for step in bench.steps(run_id).values()}

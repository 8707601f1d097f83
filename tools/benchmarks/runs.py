"""What the workflow engine adds to a step: runs of steps that do nothing, in this process.

The documents that such a run reads and writes are taken down first, round trip by round trip; the
bare transaction then makes the same ones, and nothing else.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from google.cloud.firestore import Client, Query
from google.cloud.firestore_v1.batch import WriteBatch

from emulator.demo import seed
from experience import clients
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.definitions.loader import parse
from experience.workflows.execution import worker
from experience.workflows.runs import creation
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import RunStatus, StepTask
from experience.workflows.runs.requests import StartRun
from experience.workflows.runs.store import get_run
from experience.workflows.skills import REGISTRY, Context, Data, skill
from experience.workspaces.models import Role
from tools.benchmarks.bare import Bare
from tools.benchmarks.bench import Bench
from tools.benchmarks.timing import Samples, seconds_of

STEPS = 5
CONCURRENCIES = (1, 4, 8)
NAME = "bench.nothing"


class Nothing(Data):
    """What a step that does nothing takes and gives."""


@skill(NAME, input_type=Nothing, output_type=Nothing, version="1", max_runtime_seconds=60)
def do_nothing(_given: Nothing, _context: Context) -> Nothing:
    """Nothing."""
    return Nothing()


@dataclass(frozen=True)
class Part:
    """A part of a run: its round trips, and how long they take bare and within the engine."""

    name: str
    shape: str
    bare: Samples
    engine: Samples

    @property
    def ratio(self) -> float:
        return self.engine.median / self.bare.median

    def documents(self, kind: str) -> int:
        """How many are read, or written."""
        trips = (each.split() for each in self.shape.split(", ") if " " in each)
        return sum(int(count) for what, count in trips if what == kind)


@dataclass(frozen=True)
class Result:
    """A run's start, its steps, and for so many workers at once how many runs a second end."""

    steps: int
    start: Part
    work: Part
    a_second: dict[int, float]


class Engine:
    """The engine on the suite's database, with a queue of its own for each thread."""

    def __init__(self, bench: Bench, steps: int = STEPS) -> None:
        self.tenant = Tenant.of_member(
            bench.db, seed.OPERATOR, seed.WORKSPACE, Role.EDITOR, "workspace"
        )
        self.workflow = parse(_chain(steps), "nothing.yaml", REGISTRY)
        self._queues = threading.local()
        self._db = bench.db

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Meanwhile the engine in this process has that database and these queues.

        What it logs is written nowhere.
        """
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),
            mock.patch.object(clients, "firestore", return_value=self._db),
            mock.patch.object(clients, "enqueue", self._enqueue),
        ):
            yield

    def start(self) -> str:
        """A new run; its id."""
        self._queues.waiting = []
        asked = {"workspaceId": self.tenant.id, "workflowName": NAME}
        request = StartRun.model_validate(asked)
        return creation.start_workflow(self.tenant, self.workflow, request, seed.OPERATOR).run.id

    def work(self) -> None:
        """The run that this thread has started, to its end."""
        while self._queues.waiting:
            name, task = self._queues.waiting.pop()
            worker.run_step(StepTask.model_validate(task), Delivery(name, 0))

    def require_completed(self, run_id: str) -> None:
        """Raises RuntimeError: a time of something else would mean nothing."""
        if get_run(self.tenant, run_id).status is not RunStatus.COMPLETED:
            raise RuntimeError(f"the run {run_id} was not completed")

    def _enqueue(self, _function: str, data: Any, *, task_id: str, **_options: Any) -> None:
        self._queues.waiting.append((task_id, data))


def measure(
    bench: Bench,
    rounds: int,
    seconds: float,
    warm: int = 2,
    concurrencies: tuple[int, ...] = CONCURRENCIES,
) -> Result:
    """Runs one after the other, in turn with their bare transactions; and then many at once."""
    bench.settle()
    engine, bare = Engine(bench), Bare(bench.db)
    times: list[list[float]] = [[], [], [], []]
    with engine.connected():
        with _recorded() as starting:
            run_id = engine.start()
        with _recorded() as working:
            engine.work()
        engine.require_completed(run_id)
        shapes = ", ".join(starting), ", ".join(working)
        for sample in range(warm + rounds):
            taken = [
                seconds_of(engine.start),
                seconds_of(bare.run, shapes[0]),
                seconds_of(engine.work),
                seconds_of(bare.run, shapes[1]),
            ]
            if sample >= warm:
                for each, took in zip(times, taken, strict=True):
                    each.append(took)
        a_second = {workers: _rate(engine, workers, seconds) for workers in concurrencies}
    samples = [Samples(each) for each in times]
    start = Part("the start", shapes[0], samples[1], samples[0])
    work = Part(f"its {STEPS} steps", shapes[1], samples[3], samples[2])
    return Result(STEPS, start, work, a_second)


def _rate(engine: Engine, workers: int, seconds: float) -> float:
    """Runs a second, by workers each of whom starts one and works it off, again and again."""
    barrier = threading.Barrier(workers)

    def run() -> int:
        barrier.wait()
        ended, until = 0, time.perf_counter() + seconds
        while not ended or time.perf_counter() < until:
            run_id = engine.start()
            engine.work()
            ended += 1
        engine.require_completed(run_id)
        return ended

    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        ended = sum(each.result() for each in [pool.submit(run) for _ in range(workers)])
    return ended / (time.perf_counter() - began)


@contextmanager
def _recorded() -> Iterator[list[str]]:
    """The round trips to the database meanwhile, as `Bare` makes them."""
    trips: list[str] = []

    def reading(original: Callable[..., Any]) -> Callable[..., Any]:
        def read(self: Any, references: Any, *arguments: Any, **options: Any) -> Any:
            wanted = list(references)
            trips.append(f"read {len(wanted)}")
            return original(self, wanted, *arguments, **options)

        return read

    def writing(original: Callable[..., Any]) -> Callable[..., Any]:
        def commit(self: Any, *arguments: Any, **options: Any) -> Any:
            trips.append(f"write {len(self)}")
            return original(self, *arguments, **options)

        return commit

    def refused(*_arguments: Any, **_options: Any) -> Any:
        raise RuntimeError("a run is worked off without queries and locks")

    with ExitStack() as stack:
        for owner, name, replaced in (
            (Client, "get_all", reading(Client.get_all)),
            (WriteBatch, "commit", writing(WriteBatch.commit)),
            (Client, "transaction", refused),
            (Query, "stream", refused),
        ):
            stack.enter_context(mock.patch.object(owner, name, replaced))
        yield trips


def _chain(steps: int) -> str:
    lines = [f"workflow_name: {NAME}", "version: 1.0.0", "steps:"]
    for number in range(steps):
        lines += [f"  - step_id: step{number}", f"    skill_id: {NAME}"]
        lines += [f"    depends_on: [step{number - 1}]"] if number else []
    return "\n".join(lines)

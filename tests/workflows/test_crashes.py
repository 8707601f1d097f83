"""A process that dies between any two writes leaves a run that finishes by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore import Transaction
from google.cloud.firestore_v1.batch import WriteBatch

from experience.workflows import sweeping
from experience.workflows.models import RunStatus
from tests.workflows.bench import Bench, Killed, at_rest, paid

MOST_COMMITS = 60


def through(bench: Bench, workflow: str, payload: dict[str, Any], request_id: str) -> str:
    """A run from its start to its end, by callers and queues that come again after a crash."""
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
            continue
    return run_id


def came_to(bench: Bench, run_id: str) -> dict[str, Any]:
    assert at_rest(bench, run_id) == []
    assert bench.run(run_id).status is RunStatus.COMPLETED
    return {step.id: step.output for step in bench.steps(run_id).values()}


class TestKilledAtEveryCommit:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize(
        ("workflow", "payload", "count"),
        [
            ("test.build", {"word": "hi"}, 18),
            ("test.chain", {}, 3),
            ("test.tree", {"plan": {"root": {"failures": 1}}}, 7),
        ],
        ids=["the build", "a chain", "a retry"],
    )
    def test_it_ends_the_same_and_pays_nothing_twice(
        self, bench: Bench, workflow: str, payload: dict[str, Any], count: int, when: str
    ) -> None:
        expected = came_to(bench, through(bench, workflow, payload, "calm"))
        for number in range(1, MOST_COMMITS):
            with bench.killed_at(number, when) as sent:
                run_id = through(bench, workflow, payload, f"killed-{number}")
            assert came_to(bench, run_id) == expected
            executed = bench.executions(run_id)
            assert len(expected) <= len(executed) <= count + 1, f"killed {when} commit {number}"
            if workflow == "test.build":
                assert len(paid(run_id)) == count
            if sent[0] < number:
                break
        else:
            pytest.fail("there are more commits than expected")
        assert number > count


class Lost(Aborted):
    """The commit was carried out, and its answer was lost on the way."""

    def __init__(self) -> None:
        super().__init__("the answer was lost")  # type: ignore[no-untyped-call]


@contextmanager
def lost_answer(number: int) -> Iterator[list[int]]:
    sent = [0]

    def lossy(original: Callable[..., Any]) -> Callable[..., Any]:
        def commit(self: Any, *arguments: Any, **options: Any) -> Any:
            sent[0] += 1
            mine = sent[0]
            answer = original(self, *arguments, **options)
            if mine == number:
                raise Lost
            return answer

        return commit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experience.transactions.FIRST_PAUSE_SECONDS", 0)
        patch.setattr(WriteBatch, "commit", lossy(WriteBatch.commit))
        patch.setattr(Transaction, "_commit", lossy(Transaction._commit))
        yield sent


class TestLostAnswers:
    @pytest.mark.parametrize("workflow", ["test.tree", "test.chain"])
    def test_a_commit_whose_answer_is_lost_strands_nothing(
        self, bench: Bench, workflow: str
    ) -> None:
        payload = {"plan": {"root": {"failures": 1}, "two": {"failures": 1}}}
        expected = came_to(bench, through(bench, workflow, payload, "calm"))
        for number in range(1, MOST_COMMITS):
            with lost_answer(number) as sent:
                run_id = through(bench, workflow, payload, f"lost-{number}")
            assert came_to(bench, run_id) == expected, number
            assert len(bench.executions(run_id)) == len(expected) + 1
            if sent[0] < number:
                break


class TestSweeps:
    def test_a_run_whose_creator_died_is_found(self, bench: Bench) -> None:
        with bench.killed_at(1, "after"), pytest.raises(Killed):
            bench.start("test.chain", requestId="left")
        assert bench.queue.waiting == []
        assert sweeping.sweep_runs()["forgotten"] == 1
        bench.drain()
        [found] = bench.tenant.collection("runs").stream()
        assert came_to(bench, found.id)

    def test_a_step_whose_lease_ran_out_is_taken_over(self, bench: Bench) -> None:
        run_id = bench.start("test.chain")
        with bench.killed_at(2, "before"), pytest.raises(Killed):
            bench.deliver()
        bench.queue.waiting.clear()  # even the queue has forgotten it
        assert sweeping.sweep_runs()["lost"] == 0
        bench.expire(run_id, "one")
        assert sweeping.sweep_runs()["lost"] == 1
        bench.drain()
        assert came_to(bench, run_id)
        assert bench.steps(run_id)["one"].losses == 1

    def test_a_ready_step_that_was_never_enqueued_is_found(self, bench: Bench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.queue.waiting.clear()
        assert sweeping.sweep_runs()["forgotten"] == 1
        bench.drain()
        assert came_to(bench, run_id)

    def test_a_run_that_nobody_ended_is_ended(self, bench: Bench) -> None:
        run_id = bench.start("test.chain")
        with bench.killed_at(5, "before") as sent, pytest.raises(Killed):
            bench.deliver()
        assert sent == [5]
        bench.queue.waiting.clear()
        assert set(bench.statuses(run_id).values()) == {"completed"}
        assert bench.run(run_id).status is RunStatus.RUNNING
        assert sweeping.sweep_runs()["unended"] == 1
        assert came_to(bench, run_id)

    def test_a_sweep_that_finds_nothing_changes_nothing(self, bench: Bench) -> None:
        run_id = bench.start("test.build", {"word": "hi"})
        bench.drain()
        before = bench.steps(run_id), bench.run(run_id)
        assert not any(sweeping.sweep_runs().values())
        assert (bench.steps(run_id), bench.run(run_id)) == before

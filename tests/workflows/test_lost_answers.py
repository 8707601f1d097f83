"""Commits that were carried out, and of which nobody heard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore import Transaction
from google.cloud.firestore_v1.batch import WriteBatch

from tests.workflows.bench import MOST_COMMITS, Bench, came_to, through


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

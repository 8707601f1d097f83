"""Reading, deciding and writing where others write the same documents at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import transactions
from experience.errors import FailedPrecondition
from experience.ids import new_id
from tests.support.calling import at_once
from tests.support.workflows.workflow_bench import firestore_reads

Body = Callable[[Transaction], Any]
Run = Callable[[Client, Body], Any]


@pytest.fixture
def counter(db: Client) -> DocumentReference:
    reference: DocumentReference = db.document("counters", new_id())
    reference.set({"count": 0})
    return reference


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "FIRST_PAUSE_SECONDS", 0)


class TestOptimistic:
    def test_increments_at_once_are_all_counted(
        self, db: Client, counter: DocumentReference
    ) -> None:
        def increment(transaction: Transaction) -> None:
            [snapshot] = transactions.read(db, [counter], transaction)
            transaction.update(counter, {"count": snapshot.get("count") + 1})

        at_once(5, lambda _: transactions.run_optimistic(db, increment))

        assert counter.get().get("count") == 5

    @pytest.mark.usefixtures("no_pauses")
    def test_what_changed_since_it_was_read_is_read_again(
        self, db: Client, counter: DocumentReference
    ) -> None:
        seen: list[int] = []

        def body(transaction: Transaction) -> None:
            [snapshot] = transactions.read(db, [counter], transaction)
            seen.append(snapshot.get("count"))
            if len(seen) == 1:
                counter.update({"count": 10})
            transaction.update(counter, {"count": seen[-1] + 1})

        transactions.run_optimistic(db, body)

        assert seen == [0, 10]
        assert counter.get().get("count") == 11

    @pytest.mark.usefixtures("no_pauses")
    def test_of_several_writes_all_happen_or_none(
        self, db: Client, counter: DocumentReference
    ) -> None:
        other = db.document("counters", new_id())
        attempts: list[bool] = []

        def body(transaction: Transaction) -> None:
            counted, made = transactions.read(db, [counter, other], transaction)
            attempts.append(made.exists)
            if made.exists:
                return
            transaction.create(other, {"count": 1})
            transaction.update(counter, {"count": counted.get("count") + 1})
            other.set({"count": 7})  # somebody else was quicker

        transactions.run_optimistic(db, body)

        assert attempts == [False, True]
        assert counter.get().get("count") == 0
        assert other.get().get("count") == 7

    @pytest.mark.usefixtures("no_pauses")
    def test_what_was_deleted_meanwhile_is_not_written_anew(
        self, db: Client, counter: DocumentReference
    ) -> None:
        def body(transaction: Transaction) -> bool:
            [snapshot] = transactions.read(db, [counter], transaction)
            if snapshot.exists:
                counter.delete()
                transaction.update(counter, {"count": 1})
            return snapshot.exists

        assert transactions.run_optimistic(db, body) is False
        assert not counter.get().exists

    @pytest.mark.usefixtures("no_pauses")
    def test_a_refusal_for_what_was_never_so_at_one_moment_is_no_answer(
        self, db: Client, counter: DocumentReference
    ) -> None:
        """A free id is taken by the very process that searches for one, between two reads."""
        thing = db.document("counters", new_id())
        thing.set({"has": False})
        seen: list[bool] = []

        def body(transaction: Transaction) -> str:
            [snapshot] = transactions.read(db, [thing], transaction)
            seen.append(snapshot.get("has"))
            if snapshot.get("has"):
                return "has its place"
            thing.update({"has": True})
            counter.update({"count": 1})
            [counted] = transactions.read(db, [counter], transaction)
            if counted.get("count"):
                raise FailedPrecondition("full", "No place is left.")
            return "takes the place"

        assert transactions.run_optimistic(db, body) == "has its place"
        assert seen == [False, True]

    @pytest.mark.parametrize(("count", "documents"), [(1, 1), (2, 3)])
    def test_a_refusal_is_checked_only_after_a_second_look(
        self, db: Client, counter: DocumentReference, count: int, documents: int
    ) -> None:
        references = [counter, db.document("counters", new_id())][:count]

        def body(transaction: Transaction) -> None:
            for each in references:
                transactions.read(db, [each], transaction)
            raise FailedPrecondition("no", "Not now.")

        with firestore_reads() as reads, pytest.raises(FailedPrecondition):
            transactions.run_optimistic(db, body)

        assert len(reads) == documents


class TestBoth:
    @pytest.mark.parametrize("run", [transactions.run, transactions.run_optimistic])
    def test_what_the_body_raises_ends_it_without_effect(
        self, db: Client, counter: DocumentReference, run: Run
    ) -> None:
        calls: list[int] = []

        def body(transaction: Transaction) -> None:
            transactions.read(db, [counter], transaction)
            transaction.update(counter, {"count": 9})
            calls.append(1)
            raise LookupError("no")

        with pytest.raises(LookupError):
            run(db, body)

        assert counter.get().get("count") == 0
        assert len(calls) == 1

    @pytest.mark.parametrize("run", [transactions.run, transactions.run_optimistic])
    def test_documents_come_in_the_order_in_which_they_are_asked_for(
        self, db: Client, counter: DocumentReference, run: Run
    ) -> None:
        missing = db.document("counters", "missing")

        def body(transaction: Transaction) -> list[bool]:
            found = transactions.read(db, [missing, counter, missing], transaction)
            return [snapshot.exists for snapshot in found]

        assert run(db, body) == [False, True, False]

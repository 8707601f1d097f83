"""Recording commits by what they write, and injecting one mishap at each of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from google.api_core.exceptions import Aborted
from google.cloud.firestore import Transaction
from google.cloud.firestore_v1.batch import WriteBatch

MAX_RUNS = 40
"""More than any of these tests needs."""

ALONE = 1000
"""The stride of mishaps of which there is one in each run."""

Paths = list[str]
Send = Callable[[], Any]


class ResponseLost(Aborted):
    """The commit was carried out, and its response was lost."""

    def __init__(self) -> None:
        super().__init__("the response was lost")  # type: ignore[no-untyped-call]


SHARED = "generationPermits"
"""Any run may create it or change it, so the kind of the write is left out."""


class RecordedWrite(NamedTuple):
    """What is written of a document, whichever run or session it belongs to, and whenever.

    A time that is the same as before is not in an update, so times do not count.
    """

    document: str
    kind: str
    status: str
    fields: tuple[str, ...]

    @classmethod
    def of(cls, pb: Any) -> "RecordedWrite":
        *_, collection, name = path_of(pb).split("/")
        if collection == SHARED:
            return cls(collection, "write", "", ())
        document = f"{collection}/{name}" if collection == "runSteps" else collection
        if pb.delete:
            return cls(document, "delete", "", ())
        changed = {*pb.update_mask.field_paths, *(each.field_path for each in pb.update_transforms)}
        fields = {each for each in changed if not each.endswith(("At", "Ms"))}
        status = pb.update.fields.get("status")
        kind = "update" if changed else "set"
        return cls(document, kind, status.string_value if status else "", tuple(sorted(fields)))

    def __str__(self) -> str:
        return f"{self.kind} {self.document} {self.status or ' '.join(self.fields)}".strip()


Writes = tuple[RecordedWrite, ...]


class RecordedCommit(NamedTuple):
    """All that is written at once, after what, and which time it was that a run did so.

    What it follows is part of it: a worker that goes on with a step leaves something else behind
    if it dies than one whose task the step has just come from. After a crash it follows nothing.
    """

    writes: Writes
    follows: Writes
    occurrence: int

    def __str__(self) -> str:
        again = f", for the {self.occurrence}. time" if self.occurrence > 1 else ""
        return ", ".join(map(str, self.writes)) + again


class Course:
    """The commits of one run, as they come."""

    def __init__(self, reference: Sequence[RecordedCommit] = ()) -> None:
        self.reference = {each.writes for each in reference}
        self.often = Counter((each.writes, each.follows) for each in reference)
        self.latest: Writes = ()
        self.sent: Counter[tuple[Writes, Writes]] = Counter()

    def next(self, pbs: list[Any]) -> RecordedCommit:
        """What is about to be sent; what no reference run writes is the same in any place."""
        writes = tuple(sorted(map(RecordedWrite.of, pbs)))
        if self.reference and writes not in self.reference:
            return RecordedCommit(writes, (), 1)
        key = writes, self.latest
        again = self.sent[key] + 1
        return RecordedCommit(*key, min(again, self.often[key] or 1) if self.reference else again)

    def send(self, commit: RecordedCommit) -> None:
        self.sent[commit.writes, self.latest] += 1
        self.latest = commit.writes


def path_of(pb: Any) -> str:
    """The document that is written, below the database."""
    path: str = pb.delete or pb.update.name
    return path.split("/documents/")[1]


@contextmanager
def intercepted(around: Callable[[list[Any], Send], Any]) -> Iterator[None]:
    """Meanwhile each commit goes through `around`, which sends it and returns its response."""

    def through(original: Callable[..., Any]) -> Callable[..., Any]:
        def commit(self: Any, *arguments: Any, **options: Any) -> Any:
            return around(list(self._write_pbs), lambda: original(self, *arguments, **options))

        return commit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WriteBatch, "commit", through(WriteBatch.commit))
        patch.setattr(Transaction, "_commit", through(Transaction._commit))
        yield


class Mishaps:
    """Injects one mishap at each commit of a reference run, spread over as few runs as possible.

    At least `stride` commits pass between two mishaps, so that the worker that resumes makes
    progress. `may_strike` gets the paths that are about to be written, and can delay a mishap
    further. Commits of a recovery have their mishaps too.
    """

    def __init__(
        self,
        mishap: type[BaseException],
        when: str,
        *,
        stride: int,
        may_strike: Callable[[Paths], bool] = lambda _: True,
    ) -> None:
        self.mishap = mishap
        self.when = when
        self.stride = stride
        self.may_strike = may_strike
        self.reference: list[RecordedCommit] = []
        self.struck: set[RecordedCommit] = set()
        self.skipped: set[RecordedCommit] = set()
        self._latest: list[RecordedCommit] = []

    @contextmanager
    def watching(self) -> Iterator[list[RecordedCommit]]:
        """The commits of the reference run, which is executed inside."""

        course = Course()

        def around(pbs: list[Any], send: Send) -> Any:
            self.reference.append(course.next(pbs))
            course.send(self.reference[-1])
            return send()

        with intercepted(around):
            yield self.reference

    def skip_first(self, number: int) -> None:
        """Inject no mishap at the first `number` commits."""
        self.skipped |= set(self.reference[:number])

    def runs(self) -> Iterator[int]:
        """Numbers of runs to execute while `striking`, until every commit has had its mishap."""
        assert self.reference, "a reference run that commits nothing was not watched"
        for number in range(1, MAX_RUNS):
            yield number
            missed = set(self.reference) - self.struck - self.skipped
            if not missed:
                return
            assert self._latest, f"never sent but in a reference run: {'; '.join(map(str, missed))}"
        pytest.fail("there are more runs than expected")

    @contextmanager
    def striking(self) -> Iterator[list[RecordedCommit]]:
        """The commits with a mishap so far, in the run that is executed inside.

        They are noted on every error that it raises.
        """
        self._latest = []
        course = Course(self.reference)
        sent = self.stride

        def around(pbs: list[Any], send: Send) -> Any:
            nonlocal sent
            commit = course.next(pbs)
            is_new = commit not in self.struck | self.skipped
            sent += 1
            strikes = is_new and sent > self.stride
            if strikes and self._latest:
                strikes = self.may_strike(list(map(path_of, pbs)))
            if strikes:
                sent = 0
                self.struck.add(commit)
                self._latest.append(commit)
                if self.when == "before":
                    course.latest = ()
                    raise self.mishap
            course.send(commit)
            response = send()
            if strikes:
                course.latest = ()
                raise self.mishap
            return response

        try:
            with intercepted(around):
                yield self._latest
        except BaseException as error:
            for each in self._latest:
                error.add_note(f"{self.mishap.__name__} {self.when} the commit: {each}")
            raise

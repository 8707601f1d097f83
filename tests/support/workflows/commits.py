"""Commits by what they write, and what goes wrong at each of them once."""

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


class Lost(Aborted):
    """The commit was carried out, and its answer was lost on the way."""

    def __init__(self) -> None:
        super().__init__("the answer was lost")  # type: ignore[no-untyped-call]


SHARED = "generationPermits"
"""Who writes it may be the first to do so: whether it is created or changed says nothing."""


class Write(NamedTuple):
    """What is written of a document, whichever run or session it belongs to, and whenever.

    A time that is the same as before is not in an update, so times do not count.
    """

    document: str
    kind: str
    status: str
    fields: tuple[str, ...]

    @classmethod
    def of(cls, pb: Any) -> "Write":
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


Writes = tuple[Write, ...]


class Commit(NamedTuple):
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

    def __init__(self, calm: Sequence[Commit] = ()) -> None:
        self.calm = {each.writes for each in calm}
        self.often = Counter((each.writes, each.follows) for each in calm)
        self.latest: Writes = ()
        self.sent: Counter[tuple[Writes, Writes]] = Counter()

    def next(self, pbs: list[Any]) -> Commit:
        """What is about to be sent; what no calm run writes is the same in any place."""
        writes = tuple(sorted(map(Write.of, pbs)))
        if self.calm and writes not in self.calm:
            return Commit(writes, (), 1)
        key = writes, self.latest
        again = self.sent[key] + 1
        return Commit(*key, min(again, self.often[key] or 1) if self.calm else again)

    def send(self, commit: Commit) -> None:
        self.sent[commit.writes, self.latest] += 1
        self.latest = commit.writes


def path_of(pb: Any) -> str:
    """The document that is written, below the database."""
    path: str = pb.delete or pb.update.name
    return path.split("/documents/")[1]


@contextmanager
def intercepted(around: Callable[[list[Any], Send], Any]) -> Iterator[None]:
    """Meanwhile each commit goes through `around`, which sends it and hands its answer on."""

    def through(original: Callable[..., Any]) -> Callable[..., Any]:
        def commit(self: Any, *arguments: Any, **options: Any) -> Any:
            return around(list(self._write_pbs), lambda: original(self, *arguments, **options))

        return commit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WriteBatch, "commit", through(WriteBatch.commit))
        patch.setattr(Transaction, "_commit", through(Transaction._commit))
        yield


class Mishaps:
    """At every commit that runs make something goes wrong once, as a rule at several in each run.

    Between two of them at least `stride` commits are sent, so that who comes again after the
    first one gets on; `may_strike`, asked with the paths that are about to be written, can have
    it wait for longer. Recoveries are struck as well, where that is not too soon. It is over when
    each commit of the calm run had its own.
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
        self.calm: list[Commit] = []
        self.struck: set[Commit] = set()
        self.spared: set[Commit] = set()
        self._latest: list[Commit] = []

    @contextmanager
    def watching(self) -> Iterator[list[Commit]]:
        """The commits of the calm run that is played meanwhile."""

        course = Course()

        def around(pbs: list[Any], send: Send) -> Any:
            self.calm.append(course.next(pbs))
            course.send(self.calm[-1])
            return send()

        with intercepted(around):
            yield self.calm

    def spare(self, number: int) -> None:
        """Let nothing go wrong at so many commits from the first one on."""
        self.spared |= set(self.calm[:number])

    def runs(self) -> Iterator[int]:
        """Numbers for runs to be played while `striking`, until all calm commits had their turn."""
        assert self.calm, "a calm run that commits nothing was not watched"
        for number in range(1, MAX_RUNS):
            yield number
            missed = set(self.calm) - self.struck - self.spared
            if not missed:
                return
            assert self._latest, f"never sent but in a calm run: {'; '.join(map(str, missed))}"
        pytest.fail("there are more runs than expected")

    @contextmanager
    def striking(self) -> Iterator[list[Commit]]:
        """At which commits something went wrong, so far, in the run that is played meanwhile.

        Whatever fails meanwhile says so as well.
        """
        self._latest = []
        course = Course(self.calm)
        sent = self.stride

        def around(pbs: list[Any], send: Send) -> Any:
            nonlocal sent
            commit = course.next(pbs)
            is_new = commit not in self.struck | self.spared
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
            answer = send()
            if strikes:
                course.latest = ()
                raise self.mishap
            return answer

        try:
            with intercepted(around):
                yield self._latest
        except BaseException as error:
            for each in self._latest:
                error.add_note(f"{self.mishap.__name__} {self.when} the commit: {each}")
            raise

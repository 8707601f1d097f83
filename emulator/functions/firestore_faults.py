"""Faults between the functions and Firestore: transactions aborted, the process killed."""

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

import grpc
from google.cloud.firestore_v1.types import RollbackRequest

from emulator.billing.meter import RefusedCallError, current_function
from emulator.faults.injector import FaultInjector
from emulator.faults.settings import Faults

KILLED_STATUS = 137  # the exit status of a container that the cloud kills
EARLY_ABORT_SHARE = 1 / 8  # of the probability of `abort`, for each call before the commit
MAX_ROLLBACK_SECONDS = 5


class Transaction(NamedTuple):
    database: str
    id: bytes  # empty outside a transaction


class FirestoreFaults:
    """A check of each call for `meter.install`.

    The emulator keeps the locks of an abandoned transaction for 60 seconds. So a fault that cuts
    a transaction short first rolls it back.
    """

    def __init__(self, address: str) -> None:
        self._injector = FaultInjector()
        self._commits = _shared_number()
        self._open: set[Transaction] = set()  # transactions that may hold locks
        self._lock = threading.RLock()
        self._address = address

    def set(self, faults: Faults) -> None:
        """Apply these faults, and count commits from here."""
        with self._lock:
            self._injector.set(faults)
            self._commits.value = 0

    def share(self) -> None:
        """Count the commits of this process and of those that it forks from now on together."""
        self._commits = _shared_number()

    @property
    def injected(self) -> Mapping[str, int]:
        """How often each fault was injected here since they were set."""
        return self._injector.injected

    def __call__(self, method: str, request: Any) -> Callable[[], None] | None:
        transaction = _transaction(request)
        with self._lock:  # nothing is sent while the process is being killed
            if method == "Rollback":
                self._open.discard(transaction)
                return None
            if transaction.id:
                self._open.add(transaction)
            self._abort(method, request, transaction)
            return self._count(transaction) if method == "Commit" else None

    def _abort(self, method: str, request: Any, transaction: Transaction) -> None:
        if not (transaction.id or method in ("Commit", "BeginTransaction")):
            return
        subject = " ".join((current_function(), method, *_documents(request)))
        if self._injector.injects("abort", subject, 1 if method == "Commit" else EARLY_ABORT_SHARE):
            self._roll_back(transaction)
            raise RefusedCallError(grpc.StatusCode.ABORTED, f"{method} was aborted, by a fault.")

    def _count(self, transaction: Transaction) -> Callable[[], None]:
        """Count a commit, and return what is to be called after its response."""
        faults = self._injector.faults
        is_counted = faults.apply_to(current_function())
        if not is_counted or faults.kill_at_commit is None:
            is_last = False
        else:
            with self._commits.get_lock():
                self._commits.value += 1
                is_last = self._commits.value == faults.kill_at_commit
        if is_last and faults.kill_when == "before":
            self._die()

        def on_response() -> None:
            with self._lock:
                self._open.discard(transaction)
                if is_last and self._injector.faults is faults:  # they may have been replaced
                    self._die()

        return on_response

    def _die(self) -> NoReturn:
        killed = self._injector.faults.kill_at_commit
        self.end()
        print(f"fault: killed at commit {killed}", file=sys.stderr, flush=True)
        os._exit(KILLED_STATUS)

    def end(self) -> None:
        """Roll back what is open, and let nothing more be sent: the process is about to end."""
        self._lock.acquire()  # for ever, so whoever waits for it sends nothing
        for transaction in list(self._open):
            self._roll_back(transaction)

    @cached_property
    def _rollback(self) -> Any:
        """Made only when needed, because a process with an open channel cannot be forked."""
        channel: Any = grpc.insecure_channel(self._address)  # type: ignore[no-untyped-call]
        return channel.unary_unary(
            "/google.firestore.v1.Firestore/Rollback", RollbackRequest.serialize
        )

    def _roll_back(self, transaction: Transaction) -> None:
        self._open.discard(transaction)
        if not transaction.id:
            return
        request = RollbackRequest(database=transaction.database, transaction=transaction.id)
        with contextlib.suppress(grpc.RpcError):  # the transaction has ended by itself
            self._rollback(
                request,
                timeout=MAX_ROLLBACK_SECONDS,
                metadata=[
                    ("authorization", "Bearer owner"),
                    ("google-cloud-resource-prefix", transaction.database),
                ],
            )


def _shared_number() -> Any:
    return multiprocessing.get_context("fork").Value("q", 0)


def _transaction(request: Any) -> Transaction:
    parent = getattr(request, "database", "") or getattr(request, "parent", "")
    return Transaction(parent.partition("/documents")[0], getattr(request, "transaction", b""))


def _documents(request: Any) -> list[str]:
    """The paths of the documents that a request reads or writes, without the project."""
    names = [*getattr(request, "documents", ())]
    for write in getattr(request, "writes", ()):
        names.append(write.update.name or write.delete or write.transform.document)
    return [name.partition("/documents/")[2] for name in names]

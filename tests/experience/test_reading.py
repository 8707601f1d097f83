"""How documents are read from Firestore."""

import contextlib
import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import MagicMock

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from emulator.suite.suite import Suite
from experience import clients
from tests.support.builders.workspaces import a_workspace

THREADS = 16


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this thread starts threads for."""
    begun: list[str] = []
    start, this = threading.Thread.start, threading.get_ident()

    def recording_start(thread: threading.Thread) -> None:
        if threading.get_ident() == this:
            begun.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", recording_start)
    return begun


READS = pytest.mark.parametrize(
    "read",
    [
        pytest.param(
            lambda db, name: db.document("workspaces", name).get().exists, id="a document"
        ),
        pytest.param(lambda db, _: len(list(db.collection("workspaces").stream())), id="a query"),
        pytest.param(
            lambda db, _: next(db.collection("workspaces").stream()).exists, id="the first of many"
        ),
        pytest.param(
            lambda db, name: any(
                each.exists for each in db.get_all([db.document("workspaces", name)] * 3)
            ),
            id="one of some",
        ),
    ],
)


def calls() -> int:
    """How many gRPC has not let go of."""
    gc.collect()
    return sum(type(each).__name__ == "_CallState" for each in gc.get_objects())


class TestStreams:
    def test_no_thread_is_started_for_one(self, quiet_db: Client, started: list[str]) -> None:
        workspaces = quiet_db.collection("workspaces")
        a_workspace(quiet_db)
        started.clear()

        assert len(list(workspaces.stream())) == 1

        assert started == []

    @READS
    def test_none_is_left_open(self, quiet_db: Client, read: Callable[[Client, str], Any]) -> None:
        name = a_workspace(quiet_db)
        a_workspace(quiet_db)
        read(quiet_db, name)
        before = calls()

        for _ in range(20):
            assert read(quiet_db, name)

        assert calls() - before < 10  # other threads may be at it

    def test_one_that_fails_says_why(self, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clients.Firestore, "_rpc_metadata", [])  # else it is the owner
        with contextlib.closing(clients.Firestore(suite.project)) as nobody:
            with pytest.raises(PermissionDenied, match="No matching allow statements"):
                nobody.document("private/x").get()
            with pytest.raises(PermissionDenied, match="No matching allow statements"):
                list(nobody.collection("private").stream())

    @READS
    def test_all_who_ask_first_and_at_once_are_answered_by_one_channel(
        self, suite: Suite, monkeypatch: pytest.MonkeyPatch, read: Callable[[Client, str], Any]
    ) -> None:
        project = f"{suite.project}-reading"
        with contextlib.closing(clients.Firestore(project)) as writer:
            name = a_workspace(writer)
        opened: list[Any] = []
        open_channel: Any = grpc.insecure_channel

        def slowly(*where: Any, **options: Any) -> Any:
            opened.append(open_channel(*where, **options))
            time.sleep(0.05)  # time enough for all the others to come
            return opened[-1]

        monkeypatch.setattr(grpc, "insecure_channel", slowly)
        with (
            contextlib.closing(clients.Firestore(project)) as fresh,
            ThreadPoolExecutor(THREADS) as pool,
        ):
            assert all(pool.map(lambda _: read(fresh, name), range(THREADS)))
        assert len(opened) == 1

    def test_the_service_s_channel_is_the_library_s_but_for_that(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[dict[str, Any]] = []

        def note(*_: Any, **options: Any) -> Any:
            asked.append(options)
            return MagicMock()

        monkeypatch.setattr(FirestoreGrpcTransport, "create_channel", note)
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        nobody = AnonymousCredentials()
        for kind in (Client, clients.Firestore):
            assert kind("demo-nowhere", nobody)._firestore_api

        theirs, ours = asked
        assert ours == {**theirs, "options": [*theirs["options"], ("SingleThreadedUnaryStream", 1)]}

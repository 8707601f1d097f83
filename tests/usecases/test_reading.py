"""How documents are read from Firestore."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import MagicMock

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport

from emulator.suite import Suite
from experience import clients
from tests.builders.workspaces import a_workspace

AT_ONCE = 16


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this thread starts threads for."""
    begun: list[str] = []
    start, this = threading.Thread.start, threading.get_ident()

    def noted(thread: threading.Thread) -> None:
        if threading.get_ident() == this:
            begun.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    return begun


READS = pytest.mark.parametrize(
    "read",
    [
        pytest.param(
            lambda client, name: client.document("workspaces", name).get().exists, id="a document"
        ),
        pytest.param(
            lambda client, _: len(list(client.collection("workspaces").stream())), id="a query"
        ),
    ],
)


class TestStreams:
    def test_no_thread_is_started_for_one(self, quiet_db: Client, started: list[str]) -> None:
        workspaces = quiet_db.collection("workspaces")
        a_workspace(quiet_db)
        started.clear()

        assert len(list(workspaces.stream())) == 1

        assert started == []

    @READS
    def test_all_who_ask_first_and_at_once_are_answered_by_one_channel(
        self, suite: Suite, monkeypatch: pytest.MonkeyPatch, read: Callable[[Client, str], Any]
    ) -> None:
        project = f"{suite.project}-reading"
        name = a_workspace(clients.Firestore(project))
        opened: list[Any] = []
        channel = clients.Firestore._emulator_channel

        def slowly(client: clients.Firestore, transport: Any) -> Any:
            opened.append(channel(client, transport))
            time.sleep(0.05)  # time enough for all the others to come
            return opened[-1]

        monkeypatch.setattr(clients.Firestore, "_emulator_channel", slowly)
        fresh: Client = clients.Firestore(project)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert all(pool.map(lambda _: read(fresh, name), range(AT_ONCE)))
        assert len(opened) == 1
        fresh.close()

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

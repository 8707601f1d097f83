"""The private names of libraries that the code uses, and what an upgrade of each has to check.

pyproject.toml pins these libraries to one version. A test here fails when another version is
installed, when a name is gone, or when it behaves differently. Whoever upgrades does what the
failure says, then changes the version in pyproject.toml and in LIBRARIES.
"""

import inspect
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any

import firebase_admin
import grpc
import pytest
import yaml
from firebase_admin import app_check, functions
from firebase_admin.exceptions import UnavailableError
from firebase_functions import https_fn
from firebase_functions.options import FirestoreOptions
from firebase_functions.private.serving import functions_as_yaml
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, DocumentSnapshot, FieldFilter, Transaction
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from emulator.suite.suite import Suite
from experience import clients, transactions
from experience.errors import Refusal
from experience.firebase import batch_get, callables, events
from experience.ids import new_id
from tests.repository.architecture import ROOT
from tests.repository.test_requirements import RUNTIME


@dataclass(frozen=True)
class Library:
    """A library that the code uses by private names, and the version in which that works."""

    name: str
    version: str
    internals: dict[str, str]
    """What to check when the library is upgraded, by private name."""

    def advice(self, problem: str) -> str:
        checks = [f"- {name}: {check}" for name, check in self.internals.items()]
        return "\n".join([f"{self.name}: {problem}. Before an upgrade, check each name:", *checks])


FIRESTORE = Library(
    "google-cloud-firestore",
    "2.34.1",
    {
        "Client._firestore_api": "clients.Firestore overrides it. Every request must still go"
        " through it. If Client accepts a channel or a transport by now, pass it and remove the"
        " override. clients.py also repeats the library's channel options: TestStreams compares"
        " them.",
        "DocumentSnapshot._data": "transactions.fields returns it. It must still hold the decoded"
        " fields. If `to_dict` makes no copy by now, call that. batch_get.Snapshot sets it, because"
        " the constructor makes a copy.",
        "FirestoreGrpcTransport._wrapped_methods": "batch_get.py repeats how often and how long the"
        " library asks for documents: TestFirestore compares them.",
    },
)
ADMIN = Library(
    "firebase-admin",
    "7.7.0",
    {
        "TaskQueue._http_client._timeout": "clients.enqueue sets it. It must still bound how long"
        " the request waits. If the app's option `httpTimeout` reaches task queues by now, pass it"
        " to initialize_app and remove the assignment.",
        "app_check._AppCheckService": "app_check._EmulatedService gives it the addresses of an"
        " emulator, and registers itself in its place. If the SDK reads a variable for one by now,"
        " set that in the suite and remove the class.",
    },
)
FUNCTIONS_SDK = Library(
    "firebase-functions",
    "0.6.0",
    {
        "__firebase_endpoint__": "events.py sets `retry` in it, and the suite's server reads it."
        " The manifest must still say `retry: true`. If the decorators accept `retry` by now, pass"
        " it.",
        "private.serving.functions_as_yaml": "The suite's server writes the manifest with it. The"
        " Firebase CLI must still get its manifest from the same function.",
    },
)
FRAMEWORK = Library(
    "functions-framework",
    "3.10.2",
    {
        "_configure_app": "The suite's server repeats create_app, but loads main.py only once."
        " Compare it with the new create_app.",
        "_function_registry": "The suite's server takes load_function_module and the names of the"
        " signature types from it.",
    },
)
LIBRARIES = (FIRESTORE, ADMIN, FUNCTIONS_SDK, FRAMEWORK)

SERVED_TWICE = """
import functions_framework
from emulator.billing.meter import Meter
from emulator.functions.index_check import IndexCheck
from emulator.functions.server import FunctionsApp, load_functions
from pathlib import Path

here = Path.cwd()
functions = load_functions(here)
assert list(functions) == ["greet"], functions
check = IndexCheck(here / "indexes.json")
ours = FunctionsApp(functions, "demo-twice", "us-central1", Meter(), check, ()).apps["greet"]
theirs = functions_framework.create_app("greet", str(here / "main.py"), "http")
assert str(ours.url_map) == str(theirs.url_map), (ours.url_map, theirs.url_map)
for path in ("/", "/any/path", "/robots.txt", "/fail"):
    mine, its = ours.test_client().get(path), theirs.test_client().get(path)
    assert (mine.status, mine.data) == (its.status, its.data), (path, mine.data, its.data)
assert ours.test_client().get("/any/path").data == b"hello /any/path"
"""
GREET = """
from firebase_functions import https_fn

@https_fn.on_request()
def greet(request):
    if request.path == "/fail":
        raise RuntimeError
    return f"hello {request.path}"
"""


class TestPins:
    @pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.name)
    def test_the_installed_version_is_the_one_that_was_checked(self, library: Library) -> None:
        installed = metadata.version(library.name)
        assert installed == library.version, library.advice(f"{installed} is installed")

    @pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.name)
    def test_pyproject_allows_that_version_alone(self, library: Library) -> None:
        [pin] = [str(each.specifier) for each in RUNTIME if each.name == library.name]
        assert pin == f"=={library.version}", library.advice(f"pyproject.toml has {pin}")


class TestFirestore:
    def test_every_request_goes_through_the_channel_that_the_client_opened(
        self, suite: Suite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problem = FIRESTORE.advice("Client._firestore_api is gone")
        assert isinstance(inspect.getattr_static(Client, "_firestore_api", None), property), problem
        opened: list[str] = []
        open_channel: Any = grpc.insecure_channel

        def recording_channel(host: str, **options: Any) -> Any:
            opened.append(host)
            return open_channel(host, **options)

        monkeypatch.setattr(grpc, "insecure_channel", recording_channel)
        client = clients.Firestore(f"demo-quiet-{new_id().lower()}")

        use_all_of(client)

        problem = FIRESTORE.advice("requests bypass Client._firestore_api")
        assert opened == [suite.addresses["firestore"]], problem

    def test_a_snapshot_has_its_fields_without_a_copy(self) -> None:
        document = Client("demo-quiet", AnonymousCredentials()).document("things/one")
        stored = {"names": ["Ada"], "counts": {"a": 1}}
        snapshot = DocumentSnapshot(document, stored, True, None, None, None)
        absent = DocumentSnapshot(document, None, False, None, None, None)

        problem = FIRESTORE.advice("DocumentSnapshot._data is gone")
        assert transactions.fields(snapshot) is transactions.fields(snapshot), problem
        assert transactions.fields(snapshot) == snapshot.to_dict() == stored, problem
        assert transactions.fields(absent) is None, problem

    def test_documents_are_asked_for_as_often_and_as_long_as_by_the_library(self) -> None:
        channel: Any = grpc.insecure_channel("127.0.0.1:9")  # type: ignore[no-untyped-call]
        transport = FirestoreGrpcTransport(channel=channel)
        call: Any = transport._wrapped_methods[transport.batch_get_documents]
        theirs, ours = call._retry, batch_get.RETRY
        problem = FIRESTORE.advice("the library retries otherwise")
        assert call._timeout == batch_get.TIMEOUT_SECONDS, problem
        for name in ("_initial", "_maximum", "_multiplier", "_timeout"):
            assert getattr(theirs, name) == getattr(ours, name), problem
        for error in (
            exceptions.Aborted,
            exceptions.DeadlineExceeded,
            exceptions.InternalServerError,
            exceptions.NotFound,
            exceptions.ResourceExhausted,
            exceptions.ServiceUnavailable,
            exceptions.Unknown,
        ):
            assert theirs._predicate(error("")) == ours._predicate(error("")), problem
        channel.close()


def use_all_of(client: Client) -> None:
    """One request of each kind that the functions send."""
    things = client.collection("things")
    one, two = things.document("one"), things.document("two")

    def add(transaction: Transaction) -> None:
        [found] = transactions.read(client, [one], transaction)
        transaction.update(one, {"count": found.get("count") + 1})

    one.create({"count": 1})
    transactions.run(client, add)
    transactions.run_optimistic(client, add)
    batch = client.batch()
    batch.set(two, {"count": 5})
    batch.commit()
    assert one.get().get("count") == 3
    larger = things.where(filter=FieldFilter("count", ">", 3))
    assert [each.id for each in larger.stream()] == ["two"]
    two.delete()


@pytest.fixture
def silent_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[functions.TaskQueue]:
    """A queue that never responds, of an app whose `httpTimeout` is 10 seconds."""
    options = {"projectId": "demo-silent", "httpTimeout": 10}
    app = firebase_admin.initialize_app(options=options, name="silent")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "127.0.0.1:{1}".format(*server.getsockname())
        monkeypatch.setenv("CLOUD_TASKS_EMULATOR_HOST", address)
        yield functions.task_queue("runTransform", app=app)
    firebase_admin.delete_app(app)


class TestTaskQueue:
    def test_an_app_has_no_option_for_how_long_it_waits(
        self, silent_queue: functions.TaskQueue
    ) -> None:
        problem = ADMIN.advice("`httpTimeout` reaches task queues")
        assert silent_queue._http_client.timeout == 120, problem

    def test_the_private_field_sets_how_long_it_waits(
        self, silent_queue: functions.TaskQueue
    ) -> None:
        silent_queue._http_client._timeout = 0.1
        problem = ADMIN.advice("_http_client._timeout sets nothing")
        assert silent_queue._http_client.timeout == 0.1, problem
        with pytest.raises(UnavailableError):
            silent_queue.enqueue({"data": {}})


class TestAppCheck:
    def test_the_service_has_the_fields_that_the_emulated_one_sets(self) -> None:
        problem = ADMIN.advice("the service of App Check has other fields")
        service = app_check._AppCheckService
        assert service._JWKS_URL.endswith("googleapis.com/v1/jwks"), problem
        assert service._VERIFY_URL_FORMAT.endswith(":verifyAppCheckToken"), problem
        assert app_check._APP_CHECK_ATTRIBUTE == "_app_check", problem
        made = inspect.getsource(service.__init__)
        assert "self._JWKS_URL" in made, problem
        assert "self._http_client = " in made, problem

    def test_the_sdk_knows_no_emulator(self) -> None:
        problem = ADMIN.advice("the SDK reads the environment")
        assert "os.environ" not in inspect.getsource(app_check), problem


class TestFunctionsSdk:
    def test_each_code_has_the_status_that_the_sdk_gives_it(self) -> None:
        theirs = {
            code: https_fn.HttpsError(https_fn.FunctionsErrorCode(code), "")._http_error_code.status
            for code in callables.STATUSES
        }
        assert theirs == callables.STATUSES, FUNCTIONS_SDK.advice("a code has another HTTP status")
        refusals = [Refusal]
        for kind in refusals:
            refusals += kind.__subclasses__()
        assert {kind.code for kind in refusals[1:]} <= callables.STATUSES.keys()

    def test_a_trigger_has_no_option_to_be_retried(self) -> None:
        options = {each.name for each in fields(FirestoreOptions)}
        assert "retry" not in options, FUNCTIONS_SDK.advice("FirestoreOptions has `retry`")

    def test_a_retried_trigger_is_retried_in_the_manifest(self) -> None:
        def on_thing(_event: events.DocumentEvent) -> None: ...

        deployed = events.on_created("things/{thing}")(on_thing)
        manifest = yaml.safe_load(functions_as_yaml({"onThing": deployed}))
        problem = FUNCTIONS_SDK.advice("`retry` does not reach the manifest")
        assert manifest["endpoints"]["onThing"]["eventTrigger"]["retry"] is True, problem


class TestFunctionsFramework:
    def test_the_suite_serves_a_function_as_the_framework_does(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text(GREET)
        (tmp_path / "indexes.json").write_text('{"indexes": [], "fieldOverrides": []}')
        done = subprocess.run(
            [sys.executable, "-c", SERVED_TWICE],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, FRAMEWORK.advice(done.stderr)

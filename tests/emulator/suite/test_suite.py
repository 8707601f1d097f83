import json
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from emulator import config
from emulator.process.errors import SuiteError
from emulator.process.http import request
from emulator.suite.folder import remove_leftovers
from emulator.suite.suite import Suite
from tests.support.chain_project import CHAIN
from tests.support.processes import descendants, is_gone
from tests.support.shared_emulator import SharingSuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def suite_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chain") / "functions.log"


@pytest.fixture(scope="module")
def chain(suite_log: Path) -> Iterator[Suite]:
    """A suite whose functions trigger one another."""
    with SharingSuite("demo-chain", root=CHAIN, free_ports=True, functions_log=suite_log) as suite:
        yield suite


@pytest.fixture(scope="module")
def client(chain: Suite) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", chain.env["FIRESTORE_EMULATOR_HOST"])
        client = Client(chain.project, AnonymousCredentials())
    yield client
    client.close()


def _control(suite: Suite, method: str, path: str) -> tuple[int, Any]:
    status, response = request(
        method, f"http://{suite.env['EMULATOR_SUITE_HOST']}{path}", timeout=60
    )
    return status, json.loads(response)


def _call(suite: Suite, name: str, data: Any) -> Any:
    url = f"http://{suite.env['FUNCTIONS_EMULATOR_HOST']}/{suite.project}/us-central1/{name}"
    return json.loads(request("POST", url, {"data": data})[1])["result"]


class TestEnvironment:
    def test_it_has_what_the_official_emulators_set_and_the_suites_own(self, chain: Suite) -> None:
        assert set(chain.env) == {
            "GCLOUD_PROJECT",
            "GOOGLE_CLOUD_PROJECT",
            "FIRESTORE_EMULATOR_HOST",
            "FIREBASE_AUTH_EMULATOR_HOST",
            "STORAGE_EMULATOR_HOST",
            "CLOUD_TASKS_EMULATOR_HOST",
            "FUNCTIONS_EMULATOR_HOST",
            "EMULATOR_SUITE_HOST",
            "FUNCTIONS_EMULATOR",
            "FIREBASE_CONFIG",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "REGION",
            "VITE_REGION",
            "CAMPAIGN_SECRET",
        }
        assert chain.env["STORAGE_EMULATOR_HOST"].startswith("http://127.0.0.1:")
        assert json.loads(chain.env["FIREBASE_CONFIG"]) == {
            "projectId": chain.project,
            "storageBucket": f"{chain.project}.appspot.com",
        }

    def test_the_signing_key_is_for_its_owner_only(self, chain: Suite) -> None:
        key = Path(chain.env["GOOGLE_APPLICATION_CREDENTIALS"])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert json.loads(key.read_text())["client_email"] == chain.service_account.email


class TestSettle:
    def test_it_waits_for_all_that_a_write_sets_off(self, chain: Suite, client: Client) -> None:
        names = [f"settle{n}" for n in range(5)]
        for name in names:
            client.document(f"first/{name}").set({})
        assert _control(chain, "POST", "/settle") == (200, None)
        assert all(client.document(f"third/{name}").get().exists for name in names)

    def test_settling_twice_is_quick_and_changes_nothing(self, chain: Suite) -> None:
        chain.settle()
        chain.settle(timeout_seconds=2)

    def test_what_does_not_settle_in_time_is_named(self, chain: Suite) -> None:
        chain.firestore.write(chain.project, "first/late")
        status, response = _control(chain, "POST", "/settle?timeout=0")
        assert status == 504
        assert response["error"].startswith("Still pending: ")
        chain.settle()

    def test_a_timeout_that_is_no_number_is_refused(self, chain: Suite) -> None:
        assert _control(chain, "POST", "/settle?timeout=soon")[0] == 400


class TestControl:
    def test_status_shows_what_runs_where(self, chain: Suite) -> None:
        status, response = _control(chain, "GET", "/status")
        assert status == 200
        assert response["project"] == chain.project
        assert response["addresses"]["firestore"] == chain.env["FIRESTORE_EMULATOR_HOST"]
        assert response["functions"] == ["finish", "onfirst", "onsecond", "remember"]
        assert response["indexErrors"] == []

    def test_reset_forgets_data_counts_and_what_the_process_remembers(
        self, chain: Suite, client: Client
    ) -> None:
        client.document("public/kept").set({})
        assert _call(chain, "remember", "a") == ["a"]
        assert _call(chain, "remember", "b") == ["a", "b"]
        assert "remember" in _control(chain, "GET", "/meter")[1]["functions"]
        assert _control(chain, "POST", "/reset") == (200, None)
        assert not client.document("public/kept").get().exists
        assert "remember" not in _control(chain, "GET", "/meter")[1]["functions"]
        assert _call(chain, "remember", "c") == ["c"]

    def test_triggers_still_come_after_a_reset(self, chain: Suite, client: Client) -> None:
        chain.reset()
        client.document("first/again").set({})
        chain.settle()
        assert client.document("third/again").get().exists

    def test_the_meter_starts_anew(self, chain: Suite) -> None:
        _call(chain, "remember", "x")
        assert _control(chain, "POST", "/meter:reset")[0] == 200
        assert "remember" not in _control(chain, "GET", "/meter")[1]["functions"]

    def test_another_project_id_gets_the_rules(self, chain: Suite) -> None:
        private = "v1/projects/demo-more/databases/(default)/documents/private/x"
        url = f"http://{chain.env['FIRESTORE_EMULATOR_HOST']}/{private}"
        assert request("GET", url)[0] == 404
        assert _control(chain, "POST", "/projects/demo-more")[0] == 200
        assert request("GET", url)[0] == 403

    def test_events_of_another_project_id_keep_nothing_from_settling(self, chain: Suite) -> None:
        assert _control(chain, "POST", "/projects/demo-more")[0] == 200
        chain.settle()
        seen = chain.gate.count
        chain.firestore.write("demo-more", "first/other")
        chain.settle(timeout_seconds=10)
        assert chain.gate.count == seen

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/nowhere"), ("POST", "/schedules/missing:run")]
    )
    def test_what_it_does_not_know_is_not_found(self, chain: Suite, method: str, path: str) -> None:
        assert _control(chain, method, path)[0] == 404

    @pytest.mark.parametrize("name", ["hub", "tasks", "eventarc"])
    @pytest.mark.parametrize(
        "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}]
    )
    def test_pages_have_no_access(self, chain: Suite, name: str, headers: dict[str, str]) -> None:
        url = f"http://{chain.addresses[name]}/reset"
        assert request("POST", url, timeout=30, **headers)[0] == 403


class TestLive:
    @pytest.fixture
    def live(self, project: Path, suite_log: Path) -> Iterator[Suite]:
        """A suite that reloads what is edited in its project."""
        with SharingSuite(
            "demo-live", root=project, free_ports=True, live=True, functions_log=suite_log
        ) as suite:
            yield suite

    def _read(self, suite: Suite, project: str) -> int:
        path = f"v1/projects/{project}/databases/(default)/documents/private/x"
        return request("GET", f"http://{suite.env['FIRESTORE_EMULATOR_HOST']}/{path}")[0]

    def test_edited_rules_come_into_force_and_broken_ones_do_not(
        self, live: Suite, caplog: pytest.LogCaptureFixture
    ) -> None:
        rules = live.root / "firestore.rules"
        before = rules.read_text()
        projects = (live.project, f"{live.project}-more")
        live.add_project(projects[1])
        assert [self._read(live, each) for each in projects] == [403, 403]
        rules.write_text(before.replace("/public/", "/private/"))
        eventually(lambda: [self._read(live, each) for each in projects] == [404, 404])
        rules.write_text(before.replace("if true", "if ("))
        eventually(lambda: "firestore.rules: " in caplog.text)
        assert self._read(live, live.project) == 404
        edited = rules.with_suffix(".new")
        edited.write_text(before)
        edited.replace(rules)
        eventually(lambda: self._read(live, live.project) == 403)

    @pytest.mark.exhaustive
    def test_edited_indexes_are_read_and_broken_ones_are_reported(self, live: Suite) -> None:
        indexes = live.root / "firestore.indexes.json"

        def response() -> str:
            url = f"{live.functions.url}/{live.project}/us-central1/remember"
            headers = {"Content-Type": "application/json"}
            try:
                return live.functions.post(url, b'{"data": 1}', headers, 60).text
            except requests.ConnectionError:  # the reload ended the process in the middle of it
                return ""

        before = indexes.read_text()
        assert '"result"' in response()
        indexes.write_text("{")
        eventually(lambda: "firestore.indexes.json cannot be read" in response())
        indexes.write_text(before)
        eventually(lambda: '"result"' in response())


class TestStartAndStop:
    @pytest.mark.exhaustive
    def test_two_suites_run_side_by_side(self, chain: Suite, suite_log: Path) -> None:
        project = chain.project
        with Suite(project, root=CHAIN, free_ports=True, functions_log=suite_log) as second:
            assert set(second.addresses.values()).isdisjoint(chain.addresses.values())
            second.firestore.write(project, "first/second-suite")
            second.settle()
            assert self._exists(second, "third/second-suite")
            assert not self._exists(chain, "first/second-suite")

    def _exists(self, suite: Suite, path: str) -> bool:
        documents = f"v1/projects/{suite.project}/databases/(default)/documents"
        url = f"http://{suite.env['FIRESTORE_EMULATOR_HOST']}/{documents}/{path}"
        return request("GET", url, Authorization="Bearer owner")[0] == 200

    def test_stopping_leaves_no_process_thread_or_file(self, suite_log: Path) -> None:
        threads = set(threading.enumerate())
        suite = Suite("demo-chain", root=CHAIN, free_ports=True, functions_log=suite_log)
        suite.start()
        command = suite.functions._fork_server._process
        assert command
        assert suite.firestore.child
        processes = descendants(command.pid) | {command.pid, suite.functions._fork_server.pid}
        processes |= descendants(suite.firestore.child.pid) | {suite.firestore.child.pid}
        suite.stop()
        suite.stop()
        eventually(lambda: all(map(is_gone, processes)))
        eventually(lambda: set(threading.enumerate()) <= threads)
        assert not suite.folder.exists()

    def test_a_taken_port_is_named_with_the_emulator_that_wants_it(self, project: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            file = project / "firebase.json"
            file.write_text(file.read_text().replace("28080", str(port)))
            with pytest.raises(
                SuiteError, match=rf"{port}.* firestore .*emulators\.firestore\.port"
            ):
                Suite(root=project).start()

    @pytest.mark.exhaustive
    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the loopback has one address")
    def test_hosts_of_firebase_json_are_listened_at(
        self, project: Path, suite_log: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read(*arguments: Any, **options: Any) -> config.Config:
            """The hosts of firebase.json, on free ports."""
            settings = read_all(*arguments, **options)
            hosts = dict.fromkeys(settings.addresses, ("127.0.0.1", 0))
            hosts |= {"functions": ("0.0.0.0", 0), "storage": ("127.0.0.3", 0)}
            return replace(settings, addresses=hosts)

        read_all = config.read
        monkeypatch.setattr(config, "read", read)
        with SharingSuite("demo-hosts", root=project, functions_log=suite_log) as suite:
            assert suite.addresses["functions"].startswith("0.0.0.0:")
            assert suite.env["FUNCTIONS_EMULATOR_HOST"].startswith("127.0.0.1:")
            assert suite.env["STORAGE_EMULATOR_HOST"].startswith("http://127.0.0.3:")
            assert _call(suite, "remember", "a") == ["a"]
            elsewhere = f"127.0.0.3:{suite.functions.port}/{suite.project}/us-central1/remember"
            assert request("POST", f"http://{elsewhere}", {"data": "b"})[0] == 200

    def test_what_firebase_json_lacks_is_named(self, project: Path) -> None:
        (project / "firebase.json").write_text('{"functions": [{"source": "functions"}]}')
        with pytest.raises(SuiteError, match=r"firebase\.json says nothing of 'firestore'"):
            Suite(root=project, free_ports=True).start()

    def test_a_broken_main_is_shown_with_its_traceback(
        self, project: Path, suite_log: Path
    ) -> None:
        (project / "functions" / "main.py").write_text("import no_such_module\n")
        suite = SharingSuite(root=project, free_ports=True, functions_log=suite_log)
        with pytest.raises(SuiteError, match=r"line 1(?s:.*)No module named 'no_such_module'"):
            suite.start()
        assert not suite.folder.exists()

    def test_rules_that_do_not_compile_are_shown_with_their_line(
        self, project: Path, suite_log: Path
    ) -> None:
        (project / "firestore.rules").write_text("rules_version = '2';\nservice {")
        suite = SharingSuite(root=project, free_ports=True, functions_log=suite_log)
        with pytest.raises(SuiteError, match=r"firestore\.rules: (?s:.*)L2:"):
            suite.start()

    @pytest.mark.exhaustive
    def test_a_firestore_that_already_runs_is_used_and_left_running(
        self, chain: Suite, suite_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        running = chain.env["FIRESTORE_EMULATOR_HOST"]
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", running)
        monkeypatch.delenv("EMULATOR_SUITE_HOST", raising=False)
        guest = Suite("demo-second", root=CHAIN, free_ports=True, functions_log=suite_log)
        with guest:
            assert guest.env["FIRESTORE_EMULATOR_HOST"] == running
            assert "--functions_emulator" in capsys.readouterr().out
            with pytest.raises(TimeoutError, match="was not started to deliver them"):
                guest.settle(timeout_seconds=0.2)
        chain.settle()

    def test_the_folder_of_a_killed_suite_goes_and_that_of_a_running_one_stays(
        self, chain: Suite
    ) -> None:
        left = chain.folder.with_name("emulator-999999999-left")
        left.mkdir()
        remove_leftovers()
        assert not left.exists()
        assert chain.folder.exists()

"""The suite: all emulators that the runtime needs, started and stopped together."""

import contextlib
import json
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from emulator import config
from emulator.delivery.eventarc import EventRouter
from emulator.delivery.scheduler import Scheduler
from emulator.delivery.tasks_api import TaskQueues
from emulator.faults.injector import FaultInjector
from emulator.faults.settings import Faults
from emulator.firestore.emulator import FirestoreEmulator
from emulator.functions.supervisor import FunctionsSupervisor
from emulator.paths import ROOT
from emulator.process import ports
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.file_watcher import FileWatcher
from emulator.process.http import request, serve
from emulator.process.pages import without_pages
from emulator.storage.exports import import_objects
from emulator.storage.faults import fail_sometimes
from emulator.storage.server import create_app
from emulator.suite import folder, service_account, settle
from emulator.suite.control import Control
from emulator.suite.environment import environment
from emulator.web.app_check import AppCheck
from emulator.web.auth import AuthEmulator
from emulator.web.dev_server import DevServer
from emulator.web.lan_address import LanAddress
from emulator.web.lan_proxy import LanProxy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


log = logging.getLogger(__name__)

MAX_STARTS = 3  # another program may take a free port before the suite does
MAX_RESET_SECONDS = 20


class Suite:
    """All emulators of one project, on the ports of firebase.json or on free ones.

    `functions_source` replaces the folder that firebase.json names. With `live`, code, rules and
    indexes are reloaded when their files change, and schedules run by the clock. `functions_log`
    gets the functions' output instead of the terminal. `data` is a Firestore export to start from.
    `faults` are injected from the start. With `auth` the Auth emulator runs too; without it only
    its address is set. With `page` the dev server of the guest page runs too, and with `lan` one
    HTTPS origin at that address for it and the emulators. All three require web/node_modules. With
    `app_check` the functions refuse callers without a token of the suite's App Check.
    """

    def __init__(
        self,
        project: str = "demo-guest",
        *,
        root: Path = ROOT,
        free_ports: bool = False,
        functions_source: str | None = None,
        live: bool = False,
        functions_log: Path | None = None,
        data: Path | None = None,
        faults: Faults | None = None,
        auth: bool = False,
        page: bool = False,
        lan: LanAddress | None = None,
        app_check: bool = False,
    ) -> None:
        self.project = project
        self.bucket = f"{project}.appspot.com"
        self.root = root
        self.free_ports = free_ports
        self.functions_source = functions_source
        self.region = config.DEFAULT_REGION
        self.live = live
        self.functions_log = functions_log
        self.data = data
        self._injector = FaultInjector(faults)
        self._with_auth = auth
        self._with_page = page
        self._lan = lan
        self.app_check = AppCheck(project) if app_check else None
        self.auth: AuthEmulator | None = None
        self.page: DevServer | None = None
        self.lan: LanProxy | None = None
        self.ready = False
        self.env: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        """host:port by the names of firebase.json."""
        self._projects_with_rules: set[str] = set()
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return once everything responds. If that fails, stop what was started."""
        for start in range(1, MAX_STARTS + 1):
            try:
                return self._start()
            except PortTakenError:
                self.stop()
                if not self.free_ports or start == MAX_STARTS:
                    raise
            except BaseException:
                self.stop()
                raise
        return None

    def stop(self) -> None:
        """End all processes and threads and remove all files of the suite. Safe to repeat."""
        self.ready = False
        self._cleanup.close()

    def _start(self) -> None:
        self.config = config.read(
            self.root,
            self.functions_source,
            self.free_ports,
            page=self._with_page,
            lan=self._lan.host if self._lan else None,
            app_check=self.app_check is not None,
        )
        config.check_free(self.config)
        self.region = config.region(self.config.functions, self.project)
        folder.remove_leftovers()
        self.folder = folder.create()
        self._cleanup.callback(folder.remove_at_end(self.folder))
        # Auth and Firestore take longest, so they start up while the functions are loaded.
        # Firestore first needs the address for its events.
        self._start_auth()
        self.gate = settle.EventGate()
        self._serve("eventarc", without_pages(self.gate))
        self.firestore = self._start_firestore(ports.connect_address(self.addresses["eventarc"]))
        self._cleanup.callback(self.firestore.stop)
        self.service_account = service_account.create(self.project, self.folder)
        # lambdas, because a reset replaces both applications
        self._serve("storage", lambda *call: self.storage(*call))  # noqa: PLW0108
        self._serve("tasks", without_pages(lambda *call: self.tasks.app(*call)))  # noqa: PLW0108
        self._serve("hub", without_pages(Control(self).app))
        if self.app_check:
            self._serve(config.APP_CHECK, self.app_check.app)
        self._take_address("functions")
        if self._with_page:
            self._take_address("hosting")
        if self._lan:
            self._take_address("https")
        self.env = environment(
            self.project,
            self.bucket,
            self.region,
            self.addresses,
            self.service_account.file,
            self.app_check.debug_token if self.app_check else None,
        )
        self._start_functions()
        self._start_page()
        self._start_lan()
        self._new_state()
        self._cleanup.callback(self._drop_state)
        self.firestore.wait_until_ready()
        if self.auth:
            self.auth.wait_until_ready()
        if self.page:
            self.page.wait_until_ready()
        if self.lan:
            self.lan.wait_until_ready()
        self._import()
        self._register(self.gate.barrier_project, settle.BARRIER_TRIGGER)
        self.add_project(self.project)
        if self.live:
            self.functions.watch(lambda: self.add_project(self.project))
            self.scheduler.start_clock()
            watcher = FileWatcher(
                {self.config.rules: self._load_rules, self.config.indexes: self.functions.reload}
            )
            self._cleanup.callback(watcher.stop)
        self.ready = True

    def add_project(self, project: str) -> None:
        """Put the rules in force for a project id, which without them is open to everybody.

        Only the suite's own project has triggers: the functions serve no other.
        """
        self.firestore.load_rules(project, self.config.rules)
        self._projects_with_rules.add(project)
        if project == self.project:
            for trigger in self.event_router.triggers(self.functions.manifest):
                self._register(project, trigger)

    def _load_rules(self) -> None:
        """Put the edited rules in force. If they are invalid, the previous rules stay in force."""
        for project in sorted(self._projects_with_rules):
            self.firestore.load_rules(project, self.config.rules)
        log.info("rules reloaded")

    def pending(self) -> dict[str, int]:
        """How much is running or due. Events come first, because their handlers create tasks."""
        return {"events": self.event_router.pending, "tasks": self.tasks.pending}

    def scheduled(self) -> int:
        """The number of tasks that wait for their time or for their next attempt."""
        return self.tasks.scheduled

    def function_names(self) -> list[str]:
        return sorted(self.functions.manifest["endpoints"])

    def settle(self, timeout_seconds: float = 120) -> None:
        """Return once the events of all earlier writes, and all due tasks, are handled."""
        settle.settle(self.firestore, self.gate, self.pending, timeout_seconds)

    def reset(self) -> None:
        """Delete all data, objects, events, tasks and counts, and restart the functions."""
        self._drop_state()
        self.firestore.clear(self.project)
        if self.auth:
            self.auth.clear(self.project)
        self.gate.wait_for_all(self.firestore, time.monotonic() + MAX_RESET_SECONDS)
        self.firestore.clear(self.gate.barrier_project)
        self.functions.restart()
        self._new_state()
        self._injector.set(self.functions.faults)

    @property
    def faults(self) -> Faults:
        return self.functions.faults

    def set_faults(self, faults: Faults) -> None:
        """Inject these faults until others are set; a reset starts them anew."""
        self._injector.set(faults)
        self.functions.set_faults(faults)

    def injected_faults(self) -> Counter[str]:
        """How often each fault was injected; failed calls only in the present process."""
        killed = self._injector.faults.kill_at_commit != self.functions.faults.kill_at_commit
        aborted: dict[str, int] = self.ask_functions("GET", "faults")
        return self._injector.injected + Counter(aborted) + Counter(killAtCommit=int(killed))

    def ask_functions(self, method: str, path: str) -> Any:
        """The response of the functions process at its control path `/__/{path}`."""
        status, response = request(method, f"{self.functions.url}/__/{path}")
        if status != 200:
            raise SuiteError(f"The functions answered {status} to {path}: {response.decode()}")
        return json.loads(response)

    def index_errors(self) -> list[Any]:
        """The entries that queries so far would have needed in firestore.indexes.json."""
        return list(self.ask_functions("GET", "index-errors"))

    def mails(self) -> dict[str, dict[str, Any]]:
        """What was written for the extension that sends mail, by id."""
        return self.firestore.documents(self.project, "mail")

    def check(self) -> None:
        """Raise SuiteError if an emulator has ended by itself."""
        if self.firestore.child and not self.firestore.child.alive:
            raise SuiteError("The Firestore emulator ended by itself.")
        if self.auth and not self.auth.child.alive:
            raise SuiteError("The Auth emulator ended by itself.")
        if self.page and not self.page.child.alive:
            raise SuiteError("The guest page's server ended by itself.")
        if self.lan and not self.lan.child.alive:
            raise SuiteError("The origin for phones ended by itself.")

    def _new_state(self) -> None:
        objects = Path(tempfile.mkdtemp(prefix="objects-", dir=self.folder))
        keys = {self.service_account.email: self.service_account.public_key}
        app = create_app(self.bucket, keys, objects, self.env.get("STORAGE_PUBLIC_URL"))
        fail_sometimes(app, self._injector)
        self.storage = app
        self.event_router = EventRouter(self.functions, injector=self._injector)
        self.tasks = TaskQueues(self.functions, injector=self._injector)
        self.gate.app = self.event_router.app

    def _drop_state(self) -> None:
        self.gate.app = None  # drop the events of earlier writes as they arrive
        self.event_router.close()
        self.tasks.close()

    def _import(self) -> None:
        """Begin with the objects and accounts of an export; Firestore has its documents by now."""
        if self.data is None:
            return
        import_objects(self.env["STORAGE_EMULATOR_HOST"], self.bucket, self.data)
        if self.auth:
            self.auth.import_accounts(self.project, self.data)

    def _start_functions(self) -> None:
        self.functions = FunctionsSupervisor(
            self.config.functions,
            self.project,
            self.region,
            self.env,
            self._port("functions"),
            self.config.indexes,
            self.functions_log,
            self.config.addresses["functions"][0],
        )
        self._cleanup.callback(self.functions.stop)
        self.functions.faults = self._injector.faults
        self.functions.start()
        self.scheduler = Scheduler(self.functions)
        self._cleanup.callback(self.scheduler.close)

    def _start_auth(self) -> None:
        address = self._take_address("auth")
        if self._with_auth:
            self.auth = AuthEmulator.start(address, self.project, self.folder)
            self._cleanup.callback(self.auth.stop)

    def _start_page(self) -> None:
        if self._with_page:
            self.page = DevServer.start(self.addresses["hosting"], self.env)
            self._cleanup.callback(self.page.stop)

    def _start_lan(self) -> None:
        if self._lan:
            self.lan = LanProxy.start(
                self._lan,
                self._port("https"),
                self.addresses,
                self.folder,
                project=self.project,
                region=self.region,
                bucket=self.bucket,
            )
            self._cleanup.callback(self.lan.stop)

    def _start_firestore(self, events: str) -> FirestoreEmulator:
        running = os.environ.get("FIRESTORE_EMULATOR_HOST")
        if running and "EMULATOR_SUITE_HOST" not in os.environ:  # else it is another suite's own
            print(
                f"Using the Firestore emulator at {running} (FIRESTORE_EMULATOR_HOST)."
                f" Triggers only run if it was started with --functions_emulator {events}."
            )
            self.addresses["firestore"] = running
            return FirestoreEmulator(running)
        address = self._take_address("firestore")
        return FirestoreEmulator.start(address, events, self.folder / "firestore.log", self.data)

    def _register(self, project: str, trigger: Mapping[str, Any]) -> None:
        self.firestore.register(project, trigger)

    def _serve(self, name: str, app: "WSGIApplication") -> None:
        host, port = self.config.addresses[name]
        server = serve(app, port, host)
        self._cleanup.callback(server.close)
        self.addresses[name] = f"{host}:{server.port}"

    def _take_address(self, name: str) -> str:
        host, port = self.config.addresses[name]
        self.addresses[name] = f"{host}:{port or ports.free_port()}"
        return self.addresses[name]

    def _port(self, name: str) -> int:
        return int(self.addresses[name].rpartition(":")[2])

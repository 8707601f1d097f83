"""The functions process: loads functions/main.py once and serves each function as in the cloud.

Each function runs in the application that functions-framework makes for it when deployed. Only the
module is loaded once for all of them. The paths are those of the Firebase CLI's emulator:

    /{project}/{region}/{name}[/path]             callables, HTTP functions, task queues, schedules
    /functions/projects/{project}/triggers/{name}            events, as CloudEvents in binary mode
    /__/functions.yaml  /__/meter  /__/meter:reset  /__/index-errors  /__/faults for the suite

The suite's own events come at a second port. A process of its own serves that one, as in the cloud,
so that no call waits for an event. What is asked of `/__/` at the first port is told of both.
"""

import argparse
import contextlib
import json
import logging
import os
import socket
import threading
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
import functions_framework
from firebase_functions.private.serving import functions_as_yaml
from functions_framework import _function_registry, execution_id
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

from emulator import config
from emulator.billing.meter import Meter, install
from emulator.faults.settings import parse
from emulator.functions.firestore_faults import FirestoreFaults
from emulator.functions.index_check import IndexCheck
from emulator.functions.provider_faults import ProviderFaults
from emulator.process.errors import SuiteError
from emulator.process.fork_server import can_fork, serve_in_forks
from emulator.process.http import request, serve
from emulator.process.pages import refusal
from emulator.process.ports import THIS_MACHINE
from emulator.process.twin import fork_twin

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


Function = Any  # a decorated function, with its `__firebase_endpoint__`
MAX_THREADS = 64


def load_environment(source: Path, project: str) -> None:
    """Read .env, .env.PROJECT and .env.local as the Firebase CLI does; set variables stay."""
    for key, value in config.parameters(source, project).items():
        os.environ.setdefault(key, value)


def load_functions(source: Path) -> dict[str, Function]:
    """Execute main.py once, as the module `main`, and return its functions by deployed name."""
    main = source / "main.py"
    if not main.exists():
        raise SuiteError(f"{main} does not exist; it is where deployed functions are imported")
    module, spec = _function_registry.load_function_module(str(main))
    with flask.Flask("main").app_context():
        spec.loader.exec_module(module)
    functions: dict[str, Function] = {}
    for attribute, function in vars(module).items():
        endpoint = getattr(function, "__firebase_endpoint__", None)
        if endpoint is None:
            continue
        if getattr(module, endpoint.entryPoint, None) is not function:
            raise SuiteError(
                f"main.py has {endpoint.entryPoint} under the name {attribute}; "
                "the cloud looks it up by its own name, so the two must agree"
            )
        functions[endpoint.entryPoint] = function
    return functions


class FunctionsApp:
    """The WSGI application of the functions process."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        project: str,
        region: str,
        meter: Meter,
        index_check: IndexCheck,
        faults: Sequence[FirestoreFaults | ProviderFaults],
    ) -> None:
        self.apps = {name: _framework_app(name, fn) for name, fn in functions.items()}
        self.project = project
        self.region = region
        self.meter = meter
        self.index_check = index_check
        self.faults = faults
        self.twin: str | None = None
        """Where the process that serves the events answers, if it is another one."""
        self.closed_to_pages = {
            name
            for name, function in functions.items()
            if function.__firebase_endpoint__.callableTrigger is None
            and function.__firebase_endpoint__.httpsTrigger is None
        }
        self.manifest = functions_as_yaml(dict(functions))

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        return self._route(environ)(environ, start_response)

    def _route(self, environ: "WSGIEnvironment") -> "WSGIApplication":
        asked = Request(environ)
        parts = asked.path.removeprefix("/").split("/")
        is_closed = parts[0] in ("__", "functions") or self.closed_to_pages & {*parts[2:3]}
        if is_closed and (message := refusal(environ)):
            return _json({"error": {"status": "PERMISSION_DENIED", "message": message}}, status=403)
        match parts:
            case ["__", control]:
                return self._control(asked, control)
            case ["functions", "projects", project, "triggers", name]:
                return self._function(environ, parts[:5], project, self.region, name)
            case [project, region, name, *_]:
                return self._function(environ, parts[:3], project, region, name)
        return _not_found(f"Functions answer at /{self.project}/{self.region}/NAME.")

    def _control(  # noqa: PLR0911 - a table of routes
        self, asked: Request, control: str
    ) -> "WSGIApplication":
        match asked.method, control:
            case "GET", "functions.yaml":
                return Response(self.manifest, mimetype="text/yaml")
            case "GET", "meter":
                return _json(self.meter.report(*self._ask_twin("GET", control)))
            case "POST", "meter:reset":
                self._ask_twin("POST", control)
                self.meter.reset()
                return _json({})
            case "GET", "index-errors":
                missing = [*self.index_check.errors, *chain(*self._ask_twin("GET", control))]
                return _json([each for n, each in enumerate(missing) if each not in missing[:n]])
            case "GET", "faults":
                injected = [
                    *(each.injected for each in self.faults),
                    *self._ask_twin("GET", control),
                ]
                return _json(sum(map(Counter, injected), Counter()))
            case "POST", "faults":
                settings = parse(asked.get_data())
                self._ask_twin("POST", control, json.loads(settings.to_json()))
                for each in self.faults:
                    each.set(settings)
                return _json({})
        return _not_found(f"There is no {asked.method} /__/{control}.")

    def _ask_twin(self, method: str, control: str, body: Any = None) -> list[Any]:
        """The answer of the process that serves the events, if it is another one."""
        if self.twin is None:
            return []
        status, answer = request(method, f"{self.twin}/__/{control}", body)
        if status != 200:
            raise SuiteError(f"the events' process answered {status}: {answer.decode()}")
        return [json.loads(answer)]

    def _function(
        self, environ: "WSGIEnvironment", prefix: list[str], project: str, region: str, name: str
    ) -> "WSGIApplication":
        if project != self.project:
            return _not_found(f"This suite serves project {self.project}, not {project}.")
        if region != self.region:
            return _not_found(f"This suite serves region {self.region}, not {region}.")
        if name not in self.apps:
            return _not_found(f"There is no function {name}, only: {', '.join(sorted(self.apps))}.")
        # a deployed function sees only the part of the path that follows its own
        environ["SCRIPT_NAME"] = "/" + "/".join(prefix)
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(environ["SCRIPT_NAME"]) or "/"

        def metered(env: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            # a response that streams is made while it is sent
            with contextlib.ExitStack() as stack:
                stack.enter_context(self.meter.invocation(name))
                body = self.apps[name](env, start_response)
                return ClosingIterator(body, stack.pop_all().close)

        return metered


def _framework_app(name: str, function: Function) -> flask.Flask:
    """The application of functions_framework.create_app, without executing main.py again."""
    app = flask.Flask(name)
    app.register_error_handler(500, functions_framework.crash_handler)
    is_event = function.__firebase_endpoint__.eventTrigger is not None
    signature = (
        _function_registry.CLOUDEVENT_SIGNATURE_TYPE
        if is_event
        else _function_registry.HTTP_SIGNATURE_TYPE
    )
    # tests/production/test_library_internals.py
    functions_framework._configure_app(app, function, signature)  # noqa: SLF001
    wsgi_app: Any = execution_id.WsgiMiddleware(app.wsgi_app)
    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    return app


def _not_found(message: str) -> Response:
    return _json({"error": {"status": "NOT_FOUND", "message": message}}, status=404)


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator.functions", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--events-port", type=int, required=True)
    parser.add_argument("--indexes", type=Path, required=True)
    parser.add_argument(
        "--control", type=int, required=True, help="the socket of process/fork_server.py"
    )
    options = parser.parse_args(arguments)

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    load_environment(options.source, options.project)
    meter, provider_faults = Meter(), ProviderFaults()
    firestore_faults = FirestoreFaults(os.environ.get("FIRESTORE_EMULATOR_HOST", ""))
    faults = (firestore_faults, provider_faults)
    app: WSGIApplication
    try:
        index_check = IndexCheck(options.indexes)
        install(meter, index_check, firestore_faults)
        provider_faults.install()
        functions = load_functions(options.source)
        app = FunctionsApp(functions, options.project, options.region, meter, index_check, faults)
    except SuiteError as error:
        app = Response(str(error), 500)
    except (Exception, SystemExit):  # noqa: BLE001 - whatever main.py raises is reported
        app = Response(traceback.format_exc(), 500)
    calls = socket.create_server((options.host, options.port))
    events = socket.create_server((THIS_MACHINE, options.events_port))

    def serve_instance(settings: str) -> None:
        firestore_faults.share()
        for each in faults:
            each.set(parse(settings))
        listeners = [calls, events]
        if can_fork():
            is_twin = fork_twin(firestore_faults.end)
            listeners.remove(calls if is_twin else events)
            if not is_twin and isinstance(app, FunctionsApp):
                app.twin = f"http://{THIS_MACHINE}:{options.events_port}"
        for listener in listeners:
            serve(app, threads=MAX_THREADS, listener=listener)
        threading.Event().wait()

    serve_in_forks(options.control, serve_instance)

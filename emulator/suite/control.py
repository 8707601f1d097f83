"""The suite's control over HTTP, at EMULATOR_SUITE_HOST.

GET  /status                 addresses, functions, schedules, what is pending, index errors
POST /settle?timeout=30      returns when all events and due tasks are handled, else 504
POST /reset                  deletes all data and replaces the functions process
GET  /meter, POST /meter:reset
GET  /faults, POST /faults   the faults that are injected; POST {} ends them
GET  /faults/struck          how often each was injected since it was set
POST /schedules/{name}:run
GET  /mail                   a page of the mails that were written
POST /projects/{id}          loads the rules for one more project id; the functions serve only the
                             events of the suite's own project
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from emulator.delivery.scheduler import Scheduler, UnknownScheduleError
from emulator.faults.settings import Faults, parse
from emulator.process.errors import SuiteError
from emulator.suite import mail_page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Controllable(Protocol):
    """What the control needs of a suite."""

    project: str
    addresses: dict[str, str]
    ready: bool
    scheduler: Scheduler

    @property
    def faults(self) -> Faults: ...
    def function_names(self) -> list[str]: ...
    def pending(self) -> Mapping[str, int]: ...
    def scheduled(self) -> int: ...
    def index_errors(self) -> list[Any]: ...
    def injected_faults(self) -> Mapping[str, int]: ...
    def ask_functions(self, method: str, path: str) -> Any: ...
    def settle(self, timeout_seconds: float) -> None: ...
    def reset(self) -> None: ...
    def mails(self) -> Mapping[str, Mapping[str, Any]]: ...
    def set_faults(self, faults: Faults) -> None: ...
    def add_project(self, project: str) -> None: ...


class NotFoundError(Exception):
    """There is no such path."""


class Html(str):
    """What is no JSON, but a page."""

    __slots__ = ()


class Control:
    def __init__(self, suite: Controllable) -> None:
        self._suite = suite

    def app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, body = self._respond(environ)
        if isinstance(body, Html):
            start_response(status, list(mail_page.HEADERS.items()))
            return [body.encode()]
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    def _respond(self, environ: "WSGIEnvironment") -> tuple[str, Any]:
        try:
            return "200 OK", self._handle(environ)
        except (NotFoundError, UnknownScheduleError) as error:
            return "404 Not Found", {"error": str(error)}
        except ValueError as error:
            return "400 Bad Request", {"error": str(error)}
        except TimeoutError as error:
            return "504 Gateway Timeout", {"error": f"Still pending: {error}."}
        except (SuiteError, OSError) as error:
            return "503 Service Unavailable", {"error": str(error)}

    def _handle(self, environ: "WSGIEnvironment") -> Any:  # noqa: PLR0911 - a table of routes
        suite = self._suite
        if not suite.ready:
            raise SuiteError("The suite is starting or stopping.")
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        match re.split(r"[ /:]+", request):
            case ["GET", "status"]:
                return self._status()
            case ["POST", "settle"]:
                query = parse_qs(environ.get("QUERY_STRING", ""))
                return suite.settle(float(query.get("timeout", ["30"])[0]))
            case ["POST", "reset"]:
                return suite.reset()
            case ["GET", "meter"]:
                return suite.ask_functions("GET", "meter")
            case ["POST", "meter", "reset"]:
                return suite.ask_functions("POST", "meter:reset")
            case ["GET", "faults"]:
                return self._faults()
            case ["GET", "faults", "struck"]:
                return suite.injected_faults()
            case ["POST", "faults"]:
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                suite.set_faults(parse(body))
                return self._faults()
            case ["POST", "schedules", name, "run"]:
                return suite.scheduler.run(name)
            case ["GET", "mail"]:
                return Html(mail_page.page(suite.project, suite.mails()))
            case ["POST", "projects", project]:
                return suite.add_project(project)
        raise NotFoundError(f"There is no {request}.")

    def _faults(self) -> dict[str, Any]:
        """The settings, in the form in which they are posted."""
        return self._suite.faults.model_dump(mode="json", by_alias=True)

    def _status(self) -> dict[str, Any]:
        suite = self._suite
        return {
            "ready": True,
            "project": suite.project,
            "addresses": suite.addresses,
            "functions": suite.function_names(),
            "schedules": list(suite.scheduler.names),
            "pending": suite.pending(),
            "scheduled": suite.scheduled(),
            "indexErrors": suite.index_errors(),
        }

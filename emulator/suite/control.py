"""The suite's own control over HTTP, at EMULATOR_SUITE_HOST.

GET  /status                 addresses, functions, schedules, what is pending, index errors
POST /settle?timeout=30      answers when all events and due tasks are handled, else 504
POST /reset                  forgets all data; the functions' process starts anew
GET  /meter, POST /meter:reset
GET  /faults, POST /faults   what goes wrong on purpose; POST {} ends it
GET  /faults/struck          how often it did since it was set
POST /schedules/{name}:run
POST /projects/{id}          rules for one more project id; events are the suite's project's alone
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from emulator.delivery.scheduler import UnknownScheduleError
from emulator.faults.settings import parse
from emulator.process.errors import SuiteError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from emulator.suite.suite import Suite


class NotFoundError(Exception):
    """Nothing answers to that name."""


class Control:
    def __init__(self, suite: "Suite") -> None:
        self._suite = suite

    def app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, answer = self._answer(environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _answer(self, environ: "WSGIEnvironment") -> tuple[str, Any]:
        try:
            return "200 OK", self._do(environ)
        except (NotFoundError, UnknownScheduleError) as error:
            return "404 Not Found", {"error": str(error)}
        except ValueError as error:
            return "400 Bad Request", {"error": str(error)}
        except TimeoutError as error:
            return "504 Gateway Timeout", {"error": f"Still pending: {error}."}
        except (SuiteError, OSError) as error:
            return "503 Service Unavailable", {"error": str(error)}

    def _do(self, environ: "WSGIEnvironment") -> Any:  # noqa: PLR0911 - a table of routes
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
            case ["POST", "projects", project]:
                return suite.add_project(project)
        raise NotFoundError(f"There is no {request}.")

    def _faults(self) -> dict[str, Any]:
        """The settings, which can be posted as they are."""
        return self._suite.faults.model_dump(mode="json", by_alias=True)

    def _status(self) -> dict[str, Any]:
        suite = self._suite
        return {
            "ready": True,
            "project": suite.project,
            "addresses": suite.addresses,
            "functions": sorted(suite.functions.manifest["endpoints"]),
            "schedules": list(suite.scheduler.names),
            "pending": suite.pending(),
            "scheduled": suite.tasks.scheduled,
            "indexErrors": suite.index_errors(),
        }

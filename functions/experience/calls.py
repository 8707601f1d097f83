"""The one adapter around callables and task functions: parse at the edge, speak wire codes here.

Protocol: https://firebase.google.com/docs/functions/callable-reference
"""

import functools
import json
import math
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar, cast

import flask
from firebase_functions import https_fn, options, tasks_fn
from flask_cors import cross_origin
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from werkzeug.exceptions import RequestEntityTooLarge

from experience import clients, config, logs
from experience.documents import Document, Request
from experience.errors import AppCheckRequired, InvalidArgument, Refusal, Unauthenticated
from experience.ids import is_uid
from experience.reasons import EVERYWHERE, Reason

R = TypeVar("R", bound=Request)
Handler = Callable[[flask.Request], flask.Response]

# The SDK takes a parameter here and writes it to the manifest, but its types do not say so.
REGION: Any = config.REGION

# What one instance serves at once. functions/.env tells the framework to keep as many threads.
CONCURRENCY = 32
# A bound on what a flood of calls can cost.
MOST_INSTANCES = 100

# Where a callable's handler holds its Declaration, beside what the SDK keeps there.
DECLARATION = "__declaration__"

LARGEST_BODY_BYTES = 1024 * 1024
LARGER_BODY_BYTES = 4 * 1024 * 1024
"""For operators' calls with a draft or a payload, written in escapes, say."""

BYTES_PER_VALUE = 100
"""A list or an object takes 240 bytes of memory, three times over, and two of a body: so a body may
hold no more values than its largest size has hundreds of bytes."""

PART_BYTES = 64 * 1024
LARGEST_INTEGER = 2**53
LONGEST_NAME_BYTES = 1500  # https://firebase.google.com/docs/firestore/quotas
DEEPEST_NESTING = 10
MOST_ISSUES = 50


@dataclass(frozen=True)
class Caller:
    """Who calls, as the verified ID token says, and the origin of the page that they call from."""

    uid: str
    origin: str | None = None


@dataclass(frozen=True)
class Declaration(Generic[R]):
    """What a callable is, as the types and pages for web developers are made from.

    Its answer is the model that `function` is annotated to return. `refuses` holds what may be
    refused beside the reasons that every callable shares.
    """

    name: str
    function: Callable[[Caller, R], Document]
    request: type[R]
    refuses: tuple[Reason, ...]

    def covers(self, refused: Refusal) -> bool:
        """Whether it says of itself that it may refuse so."""
        return any(reason.covers(refused) for reason in (*self.refuses, *EVERYWHERE))


def callable_function(
    request_model: type[R],
    *,
    refuses: Sequence[Reason] = (),
    memory: options.MemoryOption = options.MemoryOption.MB_512,
    largest_body_bytes: int = LARGEST_BODY_BYTES,
) -> Callable[[Callable[[Caller, R], Document]], Handler]:
    """Deploy a function as a callable under its name in lowerCamelCase.

    A larger body is refused before anything is made of it. The function gets the verified caller
    and the parsed request, and returns the model that its annotation names. It raises Refusal to
    say no, with one of the reasons that it declares; anything else it raises is a bug: logged with
    its traceback, and `internal` to the caller.
    """

    def decorate(function: Callable[[Caller, R], Document]) -> Handler:
        name = to_camel(function.__name__)
        declaration = Declaration(name, function, request_model, tuple(refuses))

        def handle(call: https_fn.CallableRequest[Any]) -> Any:
            return _answer(declaration, call)

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        served: Any = https_fn.on_call(
            region=REGION,
            cpu=1,
            memory=memory,
            timeout_sec=60,
            # all of them together shall fit into its memory
            concurrency=CONCURRENCY * LARGEST_BODY_BYTES // largest_body_bytes,
            max_instances=MOST_INSTANCES,
        )(handle)
        handler = _checked(served, largest_body_bytes)
        setattr(handler, DECLARATION, declaration)
        return handler

    return decorate


def task_function(
    payload_model: type[R],
    *,
    memory: options.MemoryOption,
    timeout_seconds: int,
    retry: options.RetryConfig,
    rate: options.RateLimits,
) -> Callable[[Callable[[R], None]], Handler]:
    """Deploy a function as the handler of the task queue of the same name.

    What it raises makes the queue deliver the task again. `TryLater` does so without being
    logged as a fault.
    """

    def decorate(function: Callable[[R], None]) -> Handler:
        name = to_camel(function.__name__)

        def handle(call: https_fn.CallableRequest[Any]) -> None:
            try:
                function(_parse(payload_model, call.data))
            except InvalidArgument as refused:
                # A task that cannot be read will not be readable next time: drop it, loudly.
                logs.error("task refused", function=name, issues=refused.details["issues"])
            except TryLater as later:
                raise https_fn.HttpsError(
                    https_fn.FunctionsErrorCode.UNAVAILABLE, str(later)
                ) from later
            except Exception:
                logs.error("task failed", function=name, exc=traceback.format_exc())
                raise

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        decorated: Any = tasks_fn.on_task_dispatched(
            region=REGION,
            cpu=1,
            memory=memory,
            timeout_sec=timeout_seconds,
            concurrency=1,  # a task works on its one CPU all the time
            max_instances=MOST_INSTANCES,
            retry_config=retry,
            rate_limits=rate,
        )(handle)
        return cast(Handler, decorated)

    return decorate


def delivered_task() -> tuple[str, int]:
    """The name of the task that is being handled, and how often it was delivered before.

    https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler
    """
    headers = flask.request.headers
    retries = headers.get("X-CloudTasks-TaskRetryCount", "0")
    return headers.get("X-CloudTasks-TaskName", ""), int(retries) if retries.isdecimal() else 0


class TryLater(Exception):  # noqa: N818  (the queue's ordinary way to wait)
    """The task cannot run now; the queue shall bring it again."""


def _answer(declaration: Declaration[R], call: https_fn.CallableRequest[Any]) -> Any:
    """Run one call and log one line about it."""
    name = declaration.name
    started = time.monotonic()
    uid = call.auth.uid if call.auth else None
    reason = "ok"
    try:
        if not uid or not is_uid(uid):
            raise Unauthenticated
        if config.ENFORCE_APP_CHECK.value and call.app is None:
            raise AppCheckRequired
        caller = Caller(uid, call.raw_request.headers.get("Origin"))
        return declaration.function(caller, _parse(declaration.request, call.data)).shown()
    except Refusal as refused:
        reason = refused.reason
        if not declaration.covers(refused):
            logs.error("undeclared refusal", function=name, reason=reason, code=refused.code)
        raise https_fn.HttpsError(
            https_fn.FunctionsErrorCode(refused.code), refused.message, refused.details
        ) from refused
    except Exception as bug:
        reason = "internal"
        logs.error("bug", function=name, uid=uid, exc=traceback.format_exc())
        raise https_fn.HttpsError(
            https_fn.FunctionsErrorCode.INTERNAL,
            "Something went wrong on our side.",
            {"reason": reason},
        ) from bug
    finally:
        duration_ms = round((time.monotonic() - started) * 1000)
        logs.info("call", function=name, uid=uid, reason=reason, duration_ms=duration_ms)


def _checked(served: Handler, largest_body_bytes: int) -> Handler:
    """Answer a body that is not a callable's with `invalid-argument`, where the SDK says 500."""

    @cross_origin(methods="POST", origins="*")
    def checked(request: flask.Request) -> flask.Response:
        refused = _unreadable(request, largest_body_bytes) if request.method == "POST" else None
        if refused:
            logs.info("call", function=served.__name__, uid=None, reason=refused.reason)
            error = {
                "status": "INVALID_ARGUMENT",
                "message": refused.message,
                "details": refused.details,
            }
            return flask.make_response(flask.jsonify(error=error), 400)
        clients.app()  # the SDK verifies tokens with the default app, and does not make it
        return _explained(served(request))

    @functools.wraps(served)
    def handler(request: flask.Request) -> flask.Response:
        if request.method != "POST":
            _pass_over(request)
        return cast(flask.Response, checked(request))

    return handler


def _explained(response: flask.Response) -> flask.Response:
    """The SDK's own refusals, such as of a bad token, with a reason as all others have."""
    body = response.get_json(silent=True) if response.status_code >= 400 else None
    if isinstance(body, dict) and "details" not in body.get("error", {}):
        error = body["error"]
        reason = "internal" if error.get("status") == "INTERNAL" else "unauthenticated"
        response.set_data(json.dumps({"error": {**error, "details": {"reason": reason}}}))
    return response


def _unreadable(request: flask.Request, largest_bytes: int) -> InvalidArgument | None:
    """Why the body is not a callable's, if it is not."""
    try:
        body = json.loads(_bounded(request, largest_bytes))
    except RequestEntityTooLarge as error:
        return InvalidArgument(("", str(error.description)), reason="request_too_large")
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict) and set(body) == {"data"} and request.is_json:
        return None
    message = "the body must be JSON with the one field 'data'"
    return InvalidArgument(("", message), reason="malformed_request")


def _bounded(request: flask.Request, largest_bytes: int) -> bytes:
    """The body; raises RequestEntityTooLarge for one that is too much to be parsed."""
    request.max_content_length = largest_bytes + 1  # where one that tells no length is cut off
    try:
        data = request.get_data()
        is_larger = len(data) > largest_bytes
    except RequestEntityTooLarge:
        is_larger = True
    if is_larger:
        _pass_over(request)
        raise RequestEntityTooLarge(f"the body is larger than {largest_bytes} bytes")
    most = largest_bytes // BYTES_PER_VALUE
    if data.count(b",") + data.count(b"[") + data.count(b"{") > most:
        raise RequestEntityTooLarge(f"the body has more than {most} values")
    return data


def _pass_over(request: flask.Request) -> None:
    """Read the body and keep none of it: the framework would read what is left as a whole."""
    request.max_content_length = None
    vars(request).pop("stream", None)  # it ends at the limit
    while request.stream.read(PART_BYTES):
        pass


def _parse(model: type[R], data: Any) -> R:
    """Read the request, or raise InvalidArgument with every issue and where it is."""
    data = {} if data is None else data
    unstorable = list(islice(_unstorable(data, "", 0), MOST_ISSUES))
    if unstorable:
        raise InvalidArgument(*unstorable)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        issues = _issues(error, data)
        more = len(issues) - MOST_ISSUES
        if more > 0:
            issues = [*issues[:MOST_ISSUES], ("", f"and {more} more")]
        raise InvalidArgument(*issues) from error


def _issues(error: ValidationError, data: Any) -> list[tuple[str, str]]:
    """One issue for each place, worded for the developer of a client."""
    issues: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        message = entry["msg"].removeprefix("Value error, ")
        match entry["type"]:
            case "missing":
                message = "is required"
            case "extra_forbidden":
                message = "is not a field of this request"
        path = _path(entry["loc"], data)
        if message not in issues.get(path, ""):
            issues[path] = f"{issues[path]}; {message}" if path in issues else message
    return list(issues.items())


def _path(location: tuple[int | str, ...], data: Any) -> str:
    """`answers[0].value`, without the names that pydantic adds for the branches of a union."""
    path, here = "", data
    for number, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
            here = here[part] if isinstance(here, list) and part < len(here) else None
        elif isinstance(here, dict) and (part in here or number == len(location) - 1):
            path += f".{part}" if path else part
            here = here.get(part)
    return path


def _unstorable(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """What JSON lets through and Firestore does not take."""
    if depth > DEEPEST_NESTING:
        yield path, f"is nested deeper than {DEEPEST_NESTING} levels"
    elif isinstance(value, dict):
        for key, item in value.items():
            if _is_name(key):
                yield from _unstorable(item, f"{path}.{key}" if path else key, depth + 1)
            else:
                yield path, f"has a name that is no Unicode or over {LONGEST_NAME_BYTES} bytes"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, str):
        if not _is_unicode(value):
            yield path, "is not valid Unicode"
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "must be a finite number"
    elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        yield path, "is too large a number"


def _is_name(key: str) -> bool:
    return _is_unicode(key) and len(key.encode()) <= LONGEST_NAME_BYTES


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)

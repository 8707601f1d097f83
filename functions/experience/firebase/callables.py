"""The adapter around callables: requests are parsed here, and refusals become wire codes.

Protocol: https://firebase.google.com/docs/functions/callable-reference
"""

import functools
import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, cast

import flask
from firebase_functions import https_fn, options
from flask_cors import cross_origin
from pydantic.alias_generators import to_camel

from experience import clients, config, logs
from experience.documents import Document
from experience.errors import AppCheckRequired, Reason, Refusal, Unauthenticated
from experience.firebase.deployment import CONCURRENCY, MAX_INSTANCES, REGION, Handler
from experience.firebase.request_body import MAX_BODY_BYTES, R, check_body, drain, parse
from experience.ids import is_uid
from experience.reasons import EVERYWHERE

# The attribute of a callable's handler that holds its Declaration.
DECLARATION = "__declaration__"


@dataclass(frozen=True)
class Caller:
    """Who calls, as the verified ID token says, and the origin of the page that they call from."""

    uid: str
    origin: str | None = None


@dataclass(frozen=True)
class Declaration(Generic[R]):
    """What a callable is, as the types and pages for web developers are made from.

    Its response is the model that `function` is annotated to return. `refuses` holds its own
    reasons; every callable shares some more.
    """

    name: str
    function: Callable[[Caller, R], Document]
    request: type[R]
    refuses: tuple[Reason, ...]

    def covers(self, refused: Refusal) -> bool:
        """Whether the refusal is declared."""
        return any(reason.covers(refused) for reason in (*self.refuses, *EVERYWHERE))


def callable_function(
    request_model: type[R],
    *,
    refuses: Sequence[Reason] = (),
    memory: options.MemoryOption = options.MemoryOption.MB_512,
    max_body_bytes: int = MAX_BODY_BYTES,
    timeout_seconds: int = 60,
) -> Callable[[Callable[[Caller, R], Document]], Handler]:
    """Deploy a function as a callable under its name in lowerCamelCase.

    A larger body is refused before anything is made of it. The function gets the verified caller
    and the parsed request, and returns the model that its annotation names. It refuses by
    raising a declared Refusal. Anything else it raises is a bug: logged with its traceback, and
    `internal` to the caller.
    """

    def decorate(function: Callable[[Caller, R], Document]) -> Handler:
        name = to_camel(function.__name__)
        declaration = Declaration(name, function, request_model, tuple(refuses))

        def handle(call: https_fn.CallableRequest[Any]) -> Any:
            return _respond(declaration, call)

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        served: Any = https_fn.on_call(
            region=REGION,
            cpu=1,
            memory=memory,
            timeout_sec=timeout_seconds,
            # all of them together shall fit into its memory
            concurrency=CONCURRENCY * MAX_BODY_BYTES // max_body_bytes,
            max_instances=MAX_INSTANCES,
        )(handle)
        handler = _checked(served, max_body_bytes)
        setattr(handler, DECLARATION, declaration)
        return handler

    return decorate


def _respond(declaration: Declaration[R], call: https_fn.CallableRequest[Any]) -> Any:
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
        return declaration.function(caller, parse(declaration.request, call.data)).shown()
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


def _checked(served: Handler, max_body_bytes: int) -> Handler:
    """Refuse a body that is not a callable's with `invalid-argument`; the SDK responds with 500."""

    @cross_origin(methods="POST", origins="*")
    def checked(request: flask.Request) -> flask.Response:
        refused = check_body(request, max_body_bytes) if request.method == "POST" else None
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
            drain(request)
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

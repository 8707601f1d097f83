"""The adapter around callables: requests are parsed here, and refusals become wire codes.

Protocol: https://firebase.google.com/docs/functions/callable-reference
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar, Unpack, cast, overload

import flask
from firebase_functions import https_fn, options
from flask_cors import cross_origin
from pydantic.alias_generators import to_camel

from experience import config, logs
from experience.documents import Document
from experience.errors import InvalidArgument, Reason, Refusal
from experience.firebase.app_check import require_app
from experience.firebase.deployment import CONCURRENCY, MAX_INSTANCES, REGION, Handler
from experience.firebase.id_tokens import uid_of
from experience.firebase.request_body import MAX_BODY_BYTES, R, check_body, drain, parse
from experience.firebase.streaming import (
    EVENT_STREAM,
    D,
    Emit,
    Stream,
    accepts_stream,
    drop,
    error_of,
    event,
)
from experience.reasons import APP_CHECK_CONSUMED, EVERYWHERE

T = TypeVar("T")

STATUSES = {
    "invalid-argument": 400,
    "failed-precondition": 400,
    "unauthenticated": 401,
    "permission-denied": 403,
    "not-found": 404,
    "aborted": 409,
    "already-exists": 409,
    "resource-exhausted": 429,
    "internal": 500,
    "unavailable": 503,
}
"""HTTP's status of each code that we refuse with, as the SDK has it."""

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
    reasons; every callable shares some more. `streams` is the model of its chunks, if it has any.
    """

    name: str
    function: Callable[..., Document]
    request: type[R]
    refuses: tuple[Reason, ...]
    streams: type[Document] | None = None
    consumes_token: bool = False
    """Whether it uses up its App Check token, if the deployment says so."""

    def covers(self, refused: Refusal) -> bool:
        """Whether the refusal is declared."""
        return any(reason.covers(refused) for reason in (*self.refuses, *EVERYWHERE))


class Options(TypedDict, total=False):
    """What a callable may declare, with its defaults in `callable_function`."""

    refuses: Sequence[Reason]
    memory: options.MemoryOption
    max_body_bytes: int
    timeout_seconds: int
    consumes_token: bool


@overload
def callable_function(
    request_model: type[R], **declared: Unpack[Options]
) -> Callable[[Callable[[Caller, R], Document]], Handler]: ...


@overload
def callable_function(
    request_model: type[R], *, streams: type[D], **declared: Unpack[Options]
) -> Callable[[Callable[[Caller, R, Emit[D]], Document]], Handler]: ...


def callable_function(
    request_model: type[R],
    *,
    streams: type[Document] | None = None,
    refuses: Sequence[Reason] = (),
    memory: options.MemoryOption = options.MemoryOption.MB_512,
    max_body_bytes: int = MAX_BODY_BYTES,
    timeout_seconds: int = 60,
    consumes_token: bool = False,
) -> Callable[[Callable[..., Document]], Handler]:
    """Deploy a function as a callable under its name in lowerCamelCase.

    A larger body is refused before anything is made of it. The function gets the verified caller
    and the parsed request, and returns the model that its annotation names. It refuses by
    raising a declared Refusal. Anything else it raises is a bug: logged with its traceback, and
    `internal` to the caller.

    One that `streams` gets an Emit too, for chunks of that model. It runs to its end even if the
    client goes away, and has to return the whole answer, because plain calls get no chunks.

    One that `consumes_token` costs money: where the deployment says so, no App Check token opens it
    twice.
    """
    own = (*refuses, APP_CHECK_CONSUMED) if consumes_token else tuple(refuses)

    def decorate(function: Callable[..., Document]) -> Handler:
        name = to_camel(function.__name__)
        declaration = Declaration(name, function, request_model, own, streams, consumes_token)

        def declared(call: https_fn.CallableRequest[Any]) -> Any:
            raise NotImplementedError  # it is deployed as what this declares, and served as below

        declared.__name__ = name
        declared.__doc__ = function.__doc__
        endpoint: Any = https_fn.on_call(
            region=REGION,
            cpu=1,
            memory=memory,
            timeout_sec=timeout_seconds,
            # all of them together shall fit into its memory
            concurrency=CONCURRENCY * MAX_BODY_BYTES // max_body_bytes,
            max_instances=MAX_INSTANCES,
        )(declared)

        @cross_origin(methods="POST", origins="*")
        def serve(request: flask.Request) -> flask.Response:
            return _serve(declaration, max_body_bytes, request)

        @functools.wraps(endpoint)
        def handler(request: flask.Request) -> flask.Response:
            if request.method != "POST":
                drain(request)
            return cast(flask.Response, serve(request))

        setattr(handler, DECLARATION, declaration)
        return handler

    return decorate


def _serve(
    declaration: Declaration[Any], max_body_bytes: int, request: flask.Request
) -> flask.Response:
    """The response to one call, by the protocol. One log line."""
    wants_events = accepts_stream(request)
    try:
        _require_call(declaration, max_body_bytes, request)
        if not wants_events:
            result = _respond(declaration, request, drop, Document.shown_json)
            return flask.Response(f'{{"result":{result}}}', mimetype="application/json")
        respond = functools.partial(_respond, declaration, request, show=Document.shown)
        if declaration.streams:
            stream = Stream(respond)
            if stream.begins():
                return _events(stream)
            return _events([event(result=stream.answer())])
        return _events([event(result=respond(drop))])
    except https_fn.HttpsError as refused:
        error = error_of(refused)
        response = _events([event(error=error)]) if wants_events else flask.jsonify(error=error)
        response.status_code = STATUSES[refused.code.value]
        return response


def _require_call(
    declaration: Declaration[Any], max_body_bytes: int, request: flask.Request
) -> None:
    """Raises HttpsError `invalid-argument` for what no SDK sends."""
    if request.method == "POST":
        refused = check_body(request, max_body_bytes)
    else:
        refused = InvalidArgument(("", "a call is a POST"), reason="malformed_request")
    if refused:
        with logs.Handling("call", declaration.name, request.headers) as handling:
            handling.fields["uid"] = None
            handling.reason = refused.reason
        raise _on_the_wire(refused)


def _respond(
    declaration: Declaration[Any],
    call: flask.Request,
    emit: Emit[Any],
    show: Callable[[Document], T],
) -> T:
    """Run one call and log one line about it. Raises HttpsError."""
    with logs.Handling("call", declaration.name, call.headers) as handling:
        uid: str | None = None
        handling.fields["uid"] = uid
        try:
            uid = handling.fields["uid"] = uid_of(call.headers.get("Authorization"))
            if config.ENFORCE_APP_CHECK.value:
                consume = declaration.consumes_token and config.CONSUME_APP_CHECK_TOKENS.value
                require_app(call.headers.get("X-Firebase-AppCheck"), consume=consume)
            request = parse(declaration.request, call.get_json()["data"])
            handling.label_of(request)
            arguments = [Caller(uid, call.headers.get("Origin")), request]
            if declaration.streams:
                arguments.append(emit)
            return show(declaration.function(*arguments))
        except Refusal as refused:
            handling.reason = refused.reason
            if not declaration.covers(refused):
                logs.error("undeclared refusal", reason=refused.reason, code=refused.code)
            raise _on_the_wire(refused) from refused
        except Exception as bug:
            handling.bug("bug", uid=uid)
            raise https_fn.HttpsError(
                https_fn.FunctionsErrorCode.INTERNAL,
                "Something went wrong on our side.",
                {"reason": "internal"},
            ) from bug


def _on_the_wire(refused: Refusal) -> https_fn.HttpsError:
    code = https_fn.FunctionsErrorCode(refused.code)
    return https_fn.HttpsError(code, refused.message, refused.details)


def _events(events: Iterable[bytes]) -> flask.Response:
    """A response of events, for a client that asks for them.

    The web SDK reads nothing else: of an error in JSON its `data` would wait forever.
    """
    response = flask.Response(events, mimetype=EVENT_STREAM)
    # neither a cache nor a proxy may collect what comes piece by piece
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response

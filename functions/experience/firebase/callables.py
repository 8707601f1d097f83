"""The adapter around callables: requests are parsed here, and refusals become wire codes.

Protocol: https://firebase.google.com/docs/functions/callable-reference
"""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, Unpack, cast, overload

import flask
from firebase_functions import https_fn, options
from flask_cors import cross_origin
from pydantic.alias_generators import to_camel

from experience import clients, config, logs
from experience.documents import Document
from experience.errors import AppCheckRequired, Reason, Refusal, Unauthenticated
from experience.firebase.deployment import CONCURRENCY, MAX_INSTANCES, REGION, Handler
from experience.firebase.request_body import MAX_BODY_BYTES, R, check_body, drain, parse
from experience.firebase.streaming import (
    EVENT_STREAM,
    D,
    Emit,
    Stream,
    accepts_stream,
    drop,
    event,
)
from experience.ids import is_uid
from experience.reasons import EVERYWHERE

_REASONS = {"INTERNAL": "internal", "INVALID_ARGUMENT": "malformed_request"}
"""Of the SDK's own refusals; the others are of the token."""

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

    def covers(self, refused: Refusal) -> bool:
        """Whether the refusal is declared."""
        return any(reason.covers(refused) for reason in (*self.refuses, *EVERYWHERE))


class Options(TypedDict, total=False):
    """What a callable may declare, with its defaults in `callable_function`."""

    refuses: Sequence[Reason]
    memory: options.MemoryOption
    max_body_bytes: int
    timeout_seconds: int


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
) -> Callable[[Callable[..., Document]], Handler]:
    """Deploy a function as a callable under its name in lowerCamelCase.

    A larger body is refused before anything is made of it. The function gets the verified caller
    and the parsed request, and returns the model that its annotation names. It refuses by
    raising a declared Refusal. Anything else it raises is a bug: logged with its traceback, and
    `internal` to the caller.

    One that `streams` gets an Emit too, for chunks of that model. It runs to its end even if the
    client goes away, and has to return the whole answer, because plain calls get no chunks.
    """

    def decorate(function: Callable[..., Document]) -> Handler:
        name = to_camel(function.__name__)
        declaration = Declaration(name, function, request_model, tuple(refuses), streams)

        def handle(call: https_fn.CallableRequest[Any]) -> Any:
            if declaration.streams and accepts_stream(call.raw_request):
                return _begin(Stream(functools.partial(_respond, declaration, call)))
            return _respond(declaration, call, drop)

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


def _begin(stream: Stream) -> Any:
    """The answer of a call that ends before its first chunk; otherwise `_checked` sends the stream.

    The SDK makes JSON of whatever a callable returns, so the stream passes it by.
    """
    if stream.begins():
        flask.g.stream = stream
        return None
    return stream.answer()


def _respond(
    declaration: Declaration[R], call: https_fn.CallableRequest[Any], emit: Emit[Any]
) -> Any:
    """Run one call and log one line about it."""
    headers = call.raw_request.headers
    uid = call.auth.uid if call.auth else None
    with logs.Handling("call", declaration.name, headers) as handling:
        handling.fields["uid"] = uid
        try:
            if not uid or not is_uid(uid):
                raise Unauthenticated
            if config.ENFORCE_APP_CHECK.value and call.app is None:
                raise AppCheckRequired
            request = parse(declaration.request, call.data)
            handling.label_of(request)
            arguments = [Caller(uid, headers.get("Origin")), request]
            if declaration.streams:
                arguments.append(emit)
            return declaration.function(*arguments).shown()
        except Refusal as refused:
            handling.reason = refused.reason
            if not declaration.covers(refused):
                logs.error("undeclared refusal", reason=refused.reason, code=refused.code)
            raise https_fn.HttpsError(
                https_fn.FunctionsErrorCode(refused.code), refused.message, refused.details
            ) from refused
        except Exception as bug:
            handling.bug("bug", uid=uid)
            raise https_fn.HttpsError(
                https_fn.FunctionsErrorCode.INTERNAL,
                "Something went wrong on our side.",
                {"reason": "internal"},
            ) from bug


def _checked(served: Handler, max_body_bytes: int) -> Handler:
    """Refuse a body that is not a callable's with `invalid-argument`; the SDK responds with 500."""

    @cross_origin(methods="POST", origins="*")
    def checked(request: flask.Request) -> flask.Response:
        refused = check_body(request, max_body_bytes) if request.method == "POST" else None
        if refused:
            _log_refused(served.__name__, request, refused.reason)
            error = {
                "status": "INVALID_ARGUMENT",
                "message": refused.message,
                "details": refused.details,
            }
            return _encoded(flask.make_response(flask.jsonify(error=error), 400), request)
        clients.app()  # the SDK verifies tokens with the default app, and does not make it
        return _encoded(_explained(served(request), served.__name__, request), request)

    @functools.wraps(served)
    def handler(request: flask.Request) -> flask.Response:
        if request.method != "POST":
            drain(request)
        return cast(flask.Response, checked(request))

    return handler


def _log_refused(name: str, request: flask.Request, reason: str) -> None:
    """Log the one line of a call that never reached `_respond`."""
    with logs.Handling("call", name, request.headers) as handling:
        handling.reason = reason


def _explained(response: flask.Response, name: str, request: flask.Request) -> flask.Response:
    """The SDK's own refusals, such as of a bad token, with a reason as all others have."""
    body = response.get_json(silent=True) if response.status_code >= 400 else None
    if isinstance(body, dict) and "details" not in body.get("error", {}):
        error = body["error"]
        reason = _REASONS.get(error.get("status"), "unauthenticated")
        _log_refused(name, request, reason)
        response.set_data(json.dumps({"error": {**error, "details": {"reason": reason}}}))
    return response


def _encoded(response: flask.Response, request: flask.Request) -> flask.Response:
    """The response as events, with its status, for a client that asks for them.

    The web SDK reads nothing else: of an error in JSON its `data` would wait forever.
    """
    if accepts_stream(request):
        stream = flask.g.pop("stream", None)
        response.response = stream or [event(**response.get_json())]
        del response.headers["Content-Length"]
        response.mimetype = EVENT_STREAM
        # neither a cache nor a proxy may collect what comes piece by piece
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Accel-Buffering"] = "no"
    return response

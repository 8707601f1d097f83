"""The storage server as one WSGI application."""

import json
import threading
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from emulator.process.pages import FORWARDED, foreign_host, refusal
from emulator.storage.batches import batches
from emulator.storage.copies import copies
from emulator.storage.errors import ErrorKind, StorageError, json_error, xml_error
from emulator.storage.firebase_api import firebase_api
from emulator.storage.json_api import json_api
from emulator.storage.objects import ObjectStore
from emulator.storage.uploads import Uploads
from emulator.storage.wire import uploads
from emulator.storage.xml_api import xml_api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_JSON_PATHS = ("/storage/", "/upload/", "/download/", "/batch/", "/v0/")
_OPEN_PATHS = ("/storage/", "/upload/", "/download/", "/batch/")  # without a signature or token
_EXPOSED = (
    "Content-Disposition, Content-Encoding, Content-Length, Content-Range, Content-Type, Date, "
    "ETag, Last-Modified, Location, Range, X-GUploader-UploadID, X-Goog-Generation, X-Goog-Hash, "
    "X-Goog-Metageneration, X-Goog-Storage-Class, X-Goog-Stored-Content-Encoding, "
    "X-Goog-Stored-Content-Length"
)


def create_app(
    bucket: str,
    public_keys: dict[str, str],
    root: Path | None = None,
    public_url: str | None = None,
) -> Flask:
    """A storage with one empty bucket, whose signed URLs are checked against `public_keys` (PEM by
    signer's e-mail). Bytes are stored in `root`, by default a temporary folder. Pages reach it at
    `public_url`, by default where programs do.

    `extensions["objects"]` is the `ObjectStore` (`clear()` empties it). `extensions["operations"]`
    counts what the cloud would bill: {"classA": n, "classB": n, "delete": n}. The response to a
    counted request names the operation in `X-Emulator-Operation`, a batch those of all its calls.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.converters.update(segment=Segment, segments=Segments)
    app.wsgi_app = EncodedPaths(app.wsgi_app)  # type: ignore[method-assign]

    store = ObjectStore(bucket, root)
    app.extensions["objects"] = store
    app.extensions["uploads"] = Uploads(store)
    app.extensions["public_keys"] = public_keys
    app.extensions["public_url"] = public_url
    app.extensions["operations"] = {"classA": 0, "classB": 0, "delete": 0}
    counting = threading.Lock()

    app.extensions["rewrites"] = {}
    store.on_clear.append(app.extensions["rewrites"].clear)

    for api in (json_api, copies, batches, firebase_api, xml_api):
        app.register_blueprint(api)
    app.register_error_handler(StorageError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.before_request(_refuse_pages)
    app.before_request(_answer_preflight)
    app.after_request(_allow_origins)

    @app.after_request
    def count_operation(response: Response) -> Response:
        kind = g.get("operation")
        if kind and response.status_code < 400:
            with counting:
                app.extensions["operations"][kind] += 1
            response.headers["X-Emulator-Operation"] = kind
        return response

    return app


class EncodedPaths:
    """Routes on the raw path, because an object's name may contain `%2F`, `/o/` and `//`."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        sent = environ.get("REQUEST_URI") or quote(environ["PATH_INFO"].encode("latin-1"))
        environ["PATH_INFO"] = sent.partition("?")[0]
        return self._app(environ, start_response)


class Segment(BaseConverter):
    """One percent-encoded segment of a path."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)


class Segments(Segment):
    """The rest of a path."""

    regex = ".+"
    part_isolating = False


def _refuse(error: StorageError) -> Response:
    status, reason, code = error.kind.value
    if error.kind is ErrorKind.NOT_MODIFIED:
        return Response(status=status)
    return _error_response(status, reason, code, error.message, error.details)


def _refuse_http(error: HTTPException) -> Response:
    """Errors of Flask: unknown paths, ranges that cannot be satisfied, bugs of this server."""
    phrase = HTTPStatus(error.code or 500).phrase
    code = "InvalidRange" if error.code == 416 else phrase.title().replace(" ", "")
    response = _error_response(error.code or 500, phrase, code, error.description or phrase)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name == "Content-Range"
    )
    return response


def _error_response(
    status: int, reason: str, code: str, message: str, details: str = ""
) -> Response:
    if request.path.startswith(_JSON_PATHS):
        body = json.dumps(json_error(status, f"{message} {details}".rstrip(), reason))
        return Response(body, status, content_type="application/json; charset=UTF-8")
    body = xml_error(code, message, details)
    return Response(body, status, content_type="application/xml; charset=UTF-8")


def _refuse_pages() -> Response | None:
    """Refuse pages where neither a signature nor a token is asked for: no page needs that.

    A resumable session is open to the page for which it was started.
    """
    g.is_closed_to_pages = False
    message = foreign_host(request.environ)
    if message is None and request.path.startswith(_OPEN_PATHS):
        origin, upload_id = request.headers.get("Origin"), request.args.get("upload_id")
        if not (origin and upload_id and uploads().origin_of(upload_id) == origin):
            message = refusal(request.environ)
    if message is None:
        return None
    g.is_closed_to_pages = True
    return None if _starts_upload_for_page() else Response(message, 403, mimetype="text/plain")


def _starts_upload_for_page() -> bool:
    """Whether a program starts a session, with the `Origin` of the page that will continue it.

    A browser adds `Sec-Fetch-Site` to whatever it sends to this machine.
    """
    return (
        request.method == "POST"
        and request.args.get("uploadType") == "resumable"
        and "upload_id" not in request.args
        and "Sec-Fetch-Site" not in request.headers
        and FORWARDED not in request.environ
        and foreign_host(request.environ) is None
    )


def _answer_preflight() -> Response | None:
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE"
    response.headers["Access-Control-Allow-Headers"] = request.headers.get(
        "Access-Control-Request-Headers", "*"
    )
    response.headers["Access-Control-Max-Age"] = "3600"
    return response


def _allow_origins(response: Response) -> Response:
    """Allow every origin, but continue a resumable session only for the one that started it: there
    the cloud ignores the bucket's CORS settings.

    Source: https://cloud.google.com/storage/docs/resumable-uploads#cors (by `Origin` at the start)
    """
    if g.get("is_closed_to_pages"):
        return response
    origin: str | None = "*"
    if upload_id := request.args.get("upload_id"):
        origin = uploads().origin_of(upload_id)
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response

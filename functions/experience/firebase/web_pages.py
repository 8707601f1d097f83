"""The adapter around functions that Hosting serves as pages, below a path of their own."""

import time
import traceback
from collections.abc import Callable
from typing import Any, cast

import flask
from firebase_functions import https_fn, options
from pydantic.alias_generators import to_camel

from experience import logs
from experience.firebase.deployment import CONCURRENCY, MAX_INSTANCES, REGION, Handler
from experience.firebase.request_body import drain
from experience.web_pages import PageRequest, WebPage

METHODS = ("GET", "HEAD")
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Of every page: Hosting adds its own headers to files alone."""


def page_function(
    function: Callable[[PageRequest], WebPage],
) -> Handler:
    """Deploy a function of a browser's request as pages that anybody may open, without signing in.

    Its log line has the outcome and no address: whoever knows a page's address may see the page.
    """
    name = to_camel(function.__name__)

    def handle(request: flask.Request) -> flask.Response:
        drain(request)
        started = time.monotonic()
        outcome = "internal"
        try:
            if request.method not in METHODS:
                outcome = "method_not_allowed"
                return flask.Response(status=405, headers={"Allow": ", ".join(METHODS)})
            accept_language = request.headers.get("Accept-Language")
            page = function(PageRequest(request.path, request.args.to_dict(), accept_language))
            outcome = page.outcome
            headers = {**HEADERS, **page.headers, "Content-Type": page.content_type}
            return flask.Response(page.body, page.status, headers)
        except Exception:  # noqa: BLE001 - whatever it raises is a bug, and answered
            logs.error("bug", function=name, exc=traceback.format_exc())
            return flask.Response("Something went wrong on our side.", 500, HEADERS)
        finally:
            duration_ms = round((time.monotonic() - started) * 1000)
            logs.info("page", function=name, reason=outcome, duration_ms=duration_ms)

    handle.__name__ = name
    handle.__doc__ = function.__doc__
    served: Any = https_fn.on_request(
        region=REGION,
        cpu=1,
        memory=options.MemoryOption.MB_512,
        timeout_sec=30,
        concurrency=CONCURRENCY,
        max_instances=MAX_INSTANCES,
        invoker="public",
    )(handle)
    return cast(Handler, served)

"""Structured log lines, as Cloud Logging reads them. Never payloads, tokens or addresses of people.

A line is one JSON object, written at once, so that lines of two threads never mix. What Cloud
Logging takes out of it: https://cloud.google.com/logging/docs/structured-logging#special-payload-fields

While a function handles a request, a `Handling` gives each of its lines the function's name, the
request's trace, and labels. Labels are indexed, and what metrics and alerts select by: function,
reason, project and workspace, and never a uid.
"""

import json
import re
import sys
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar, Token
from functools import cache
from types import MappingProxyType, TracebackType
from typing import Any, Self

from pydantic.alias_generators import to_camel
from werkzeug.datastructures import Headers

from experience import clients

TRACE = "logging.googleapis.com/trace"
SPAN = "logging.googleapis.com/spanId"
SAMPLED = "logging.googleapis.com/trace_sampled"
LABELS = "logging.googleapis.com/labels"

ERROR_EVENT = {
    # https://cloud.google.com/error-reporting/docs/formatting-error-messages
    "@type": "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"
}
"""Makes Error Reporting group a line: by its `stack_trace`, or else by its message."""

# Ids of nothing but zeros are none.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})"
)
_CLOUD_TRACE = re.compile(r"(?!0{32})([0-9a-f]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]))?")
_SPANS = range(1, 2**64)

# Errors of HTTP clients name the address that was asked for, and a signed one is a key.
_PRIVATE = re.compile(r"(?<=\?)[\w%.~+-]+=[^\s'\")>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<=Bearer )\S+")

_of_request: ContextVar[Mapping[str, Any]] = ContextVar("of_request", default=MappingProxyType({}))


def info(message: str, **fields: Any) -> None:
    """Something that an operator may want to follow."""
    _write("INFO", message, fields)


def warning(message: str, **fields: Any) -> None:
    """Something that works, but not as the operator meant it. Error Reporting passes it over."""
    _write("WARNING", message, fields)


def error(message: str, **fields: Any) -> None:
    """Something that needs a person. Pass `exc=traceback.format_exc()` for a bug.

    Error Reporting groups what has one by its frames, and what has none by its message.
    """
    if "exc" in fields:
        fields["stack_trace"] = fields.pop("exc")
    _write("ERROR", message, fields | ERROR_EVENT)


class Handling:
    """One delivery to a function, from its arrival to the one line about it: `with Handling(…)`.

    `kind` is that line's message. Its `reason` is what was set, or `ok`; or `internal`, if an
    exception leaves the block that set none. `labels` are those of all lines from then on.
    """

    def __init__(self, kind: str, function: str, headers: Headers) -> None:
        self.kind = kind
        self.reason = "ok"
        self.fields: dict[str, Any] = {}
        self.labels = {"function": function}
        if execution := headers.get("Function-Execution-Id"):
            self.labels["execution_id"] = execution[:64]  # the console lists lines by it
        self._common = {"function": function, LABELS: self.labels, **_trace(headers)}

    def label(self, **labels: str) -> None:
        """Add labels to the lines from now on."""
        self.labels.update(labels)

    def label_of(self, request: Any) -> None:
        """Label the lines from now on with the project and the workspace that a request names."""
        for label in ("project", "workspace"):
            value = getattr(request, f"{label}_id", None)
            if value:
                self.labels[label] = value

    def bug(self, message: str, **fields: Any) -> None:
        """Log the present exception, which nobody expected."""
        self.reason = "internal"
        error(message, exc=traceback.format_exc(), **fields)

    def __enter__(self) -> Self:
        self._before: Token[Mapping[str, Any]] = _of_request.set(self._common)
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        duration_ms = round((time.monotonic() - self._began) * 1000)
        if kind and self.reason == "ok":
            self.reason = "internal"
        self.labels["reason"] = self.reason
        info(self.kind, **self.fields, reason=self.reason, duration_ms=duration_ms)
        _of_request.reset(self._before)


def _trace(headers: Headers) -> dict[str, Any]:
    """Where the request belongs, as the W3C or Cloud Run's older header says.

    https://cloud.google.com/trace/docs/trace-context
    """
    if found := _TRACEPARENT.fullmatch(headers.get("traceparent", "")):
        span, sampled = found[2], int(found[3], 16) & 1
    elif found := _CLOUD_TRACE.fullmatch(headers.get("X-Cloud-Trace-Context", "")):
        number, sampled = int(found[2] or 0), found[3] == "1"
        span = f"{number:016x}" if number in _SPANS else None
    else:
        return {}
    trace = {TRACE: f"projects/{clients.project_id()}/traces/{found[1]}", SAMPLED: bool(sampled)}
    return {**trace, SPAN: span} if span else trace


# Names that Error Reporting knows stay as they are.
_name = cache(lambda name: name if name[:1] == "@" or name == "stack_trace" else to_camel(name))


_encode = json.JSONEncoder(default=str, allow_nan=False).encode


def _write(severity: str, message: str, fields: dict[str, Any]) -> None:
    """Write one line. No value that JSON has not keeps it from being written."""
    for trace in ("exc", "stack_trace"):
        if trace in fields:
            fields[trace] = _PRIVATE.sub("…", fields[trace])
    named = {_name(name): value for name, value in fields.items()}
    entry = {**_of_request.get(), "severity": severity, "message": message}
    try:
        line = _encode({**named, **entry})
    except (TypeError, ValueError):  # a number or a key that JSON has not, or a circle
        texts = {key: str(value) for key, value in named.items()}
        line = _encode({**texts, **entry})
    stream: Any = sys.stderr if severity == "ERROR" else sys.stdout
    # With LOG_EXECUTION_ID, as the Firebase CLI deploys, the framework puts a stream in front that
    # parses each line again, and writes it in two pieces, with a span that is no span of Trace's.
    stream = getattr(stream, "stream", stream)
    stream.write(line + "\n")
    stream.flush()

"""The body of a callable or a task: how large it may be, and how it becomes a request."""

import json
import math
import re
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any, TypeVar

import flask
from pydantic import ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from experience.documents import MAX_INTEGER, Request
from experience.errors import InvalidArgument, issues_of

R = TypeVar("R", bound=Request)

JSON = "application/json"
MAX_BODY_BYTES = 1024 * 1024
MAX_LARGE_BODY_BYTES = 4 * 1024 * 1024
"""For operators' calls with a draft or a payload, written in escapes, say."""

BYTES_PER_VALUE = 100
"""A list or an object takes two bytes of a body and three times 240 bytes of memory. So the number
of values in a body is limited to its maximum size divided by this."""

PART_BYTES = 64 * 1024
MAX_NAME_BYTES = 1500  # https://firebase.google.com/docs/firestore/quotas
MAX_NESTING = 10
MAX_ISSUES = 50

# Up to the next separator, past whole strings. Possessive, so that each byte is looked at once.
_SEPARATOR = re.compile(rb'(?:[^,\[{"]++|"(?:[^"\\]++|\\.)*+")*+([,\[{]?)', re.DOTALL)


class BodyJson:
    """The JSON module of a request (`flask.Request.json_module`)."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(data: bytes) -> Any:
        """Parse a body without making a text of it. Raises ValueError.

        One emoji would make a text of four bytes for each character of the body.
        """
        try:
            return from_json(data)
        except ValueError:
            if not data.isascii():
                raise
            # Takes lone surrogates and any depth, for `parse` to name them. Of bytes it would guess
            # the encoding: in UTF-16 the strings, past which values are counted, end elsewhere.
            return json.loads(data.decode())


def check_body(request: flask.Request, max_bytes: int) -> InvalidArgument | None:
    """Why the body is not a callable's, if it is not."""
    try:
        _require_bounded(request, max_bytes)
        request.json_module = BodyJson
        body = request.get_json(force=True, silent=True)  # kept for the SDK, which asks again
    except RequestEntityTooLarge as error:
        return InvalidArgument(("", str(error.description)), reason="request_too_large")
    except RecursionError:
        body = None
    if isinstance(body, dict) and set(body) == {"data"} and request.mimetype == JSON:
        return None
    message = "the body must be JSON with the one field 'data'"
    return InvalidArgument(("", message), reason="malformed_request")


def _require_bounded(request: flask.Request, max_bytes: int) -> None:
    """Raises RequestEntityTooLarge for a body that is too large to be parsed."""
    request.max_content_length = max_bytes + 1  # bounds a body of unknown length
    try:
        data = request.get_data()
        is_larger = len(data) > max_bytes
    except RequestEntityTooLarge:
        is_larger = True
    if is_larger:
        drain(request)
        raise RequestEntityTooLarge(f"the body is larger than {max_bytes} bytes")
    max_values = max_bytes // BYTES_PER_VALUE
    if _has_more_values(data, max_values):
        raise RequestEntityTooLarge(f"the body has more than {max_values} values")


def _has_more_values(data: bytes, max_values: int) -> bool:
    """Whether more than so many values begin in a body. Separators inside of strings are none."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") <= max_values:
        return False
    separators = takewhile(bool, (match[1] for match in _SEPARATOR.finditer(data)))
    return sum(1 for _ in islice(separators, max_values + 1)) > max_values


def drain(request: flask.Request) -> None:
    """Read the body and keep none of it: the framework would read the rest at once."""
    request.max_content_length = None
    vars(request).pop("stream", None)  # it ends at the limit
    while request.stream.read(PART_BYTES):
        pass


def parse(model: type[R], data: Any) -> R:
    """Read the request, or raise InvalidArgument with every issue and where it is."""
    data = {} if data is None else data
    unstorable = list(islice(_unstorable(data, "", 0), MAX_ISSUES))
    if unstorable:
        raise InvalidArgument(*unstorable)
    try:
        return model.load(data)
    except ValidationError as error:
        issues = issues_of(error, data)
        more = len(issues) - MAX_ISSUES
        if more > 0:
            issues = [*issues[:MAX_ISSUES], ("", f"and {more} more")]
        raise InvalidArgument(*issues) from error


def _unstorable(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """What JSON lets through and Firestore does not take."""
    if depth > MAX_NESTING:
        yield path, f"is nested deeper than {MAX_NESTING} levels"
    elif isinstance(value, dict):
        for key, item in value.items():
            if _is_name(key):
                yield from _unstorable(item, f"{path}.{key}" if path else key, depth + 1)
            else:
                yield path, f"has a name that is no Unicode or over {MAX_NAME_BYTES} bytes"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, str):
        if not _is_unicode(value):
            yield path, "is not valid Unicode"
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "must be a finite number"
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        yield path, "is too large a number"


def _is_name(key: str) -> bool:
    return _is_unicode(key) and len(key.encode()) <= MAX_NAME_BYTES


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)

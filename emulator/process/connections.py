"""Connections to one server that stay open from request to request: every write has events."""

import contextlib
import http.client
import io
import select
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests

MAX_IDLE = 16


class Connections:
    """Open connections to the server at `address`, each used by one request at a time.

    A connection that the server has closed meanwhile is never used again, so a request that fails
    has reached a server that ended before it responded.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def take(self, timeout: float) -> http.client.HTTPConnection:
        """One that is connected. Raises OSError if nothing listens there."""
        while connection := self._pop():
            if _is_open(connection):
                connection.sock.settimeout(timeout)
                return connection
            connection.close()
        connection = http.client.HTTPConnection(self._address, timeout=timeout)
        connection.connect()
        return connection

    def post(
        self,
        connection: http.client.HTTPConnection,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> requests.Response:
        """The response, at a third of what a session of requests costs, and keep the connection.

        Raises requests.RequestException if the server ends before it responds, or takes too long.
        """
        try:
            response = _posted(connection, url, body, headers)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            is_kept = connection.sock is not None and len(self._idle) < MAX_IDLE
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()
        return response

    def close(self) -> None:
        """Close those that are idle."""
        while connection := self._pop():
            connection.close()

    def _pop(self) -> http.client.HTTPConnection | None:
        """The one that was used last: the fewer are open, the less a server has to watch."""
        with self._lock:
            return self._idle.pop() if self._idle else None


def _is_open(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has not closed it: an end is something to read."""
    with contextlib.suppress(OSError, ValueError):
        poll = select.poll()
        poll.register(connection.sock, select.POLLIN)
        return not poll.poll(0)
    return False


def _posted(
    connection: http.client.HTTPConnection, url: str, body: bytes, headers: Mapping[str, str]
) -> requests.Response:
    parts = urlsplit(url)
    response = requests.Response()
    try:
        connection.request(
            "POST", parts.path + f"?{parts.query}" * bool(parts.query), body, headers
        )
        answer = connection.getresponse()
        response.raw = io.BytesIO(answer.read())
    except TimeoutError as error:
        raise requests.Timeout(str(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise requests.ConnectionError(str(error)) from error
    response.url, response.status_code, response.reason = url, answer.status, answer.reason
    response.headers.update(answer.headers.items())
    return response

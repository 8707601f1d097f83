"""One HTTP exchange with a server that may be hostile, bounded from its first byte to its last.

The HTTP libraries bound each read of a socket, so a server that sends a byte now and then, or
`100 Continue` for ever, holds them as long as it likes. Here one deadline bounds connecting, the
handshake, sending, the headers and the body together. The resolver has bounds of its own.
"""

import contextlib
import functools
import http.client
import io
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from typing_extensions import Buffer

from experience.providers.addresses import Address

CONNECT_SECONDS = 5
CHUNK_BYTES = 64 * 1024


class TooLargeError(Exception):
    """The response has more bytes than it may have."""


@dataclass(frozen=True)
class Response:
    """A vendor's answer, read to its end; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def retry_after_seconds(self) -> float | None:
        """What `Retry-After` says, in either of its forms (RFC 9110, 10.2.3)."""
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text)
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Stream:
    """A vendor's answer whose body is read as it comes; the names of its headers as above."""

    status: int
    headers: Mapping[str, str]
    parts: Iterator[bytes]

    def read(self) -> Response:
        """The whole answer."""
        return Response(self.status, self.headers, b"".join(self.parts))


@dataclass(frozen=True)
class Bounds:
    """How many bytes a response may have, and when (`time.monotonic`) the exchange ends."""

    limit_bytes: int
    deadline: float

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextlib.contextmanager
def opened(
    method: str,
    address: Address,
    ips: Sequence[str],
    headers: Mapping[str, str],
    body: bytes | None,
    bounds: Bounds,
) -> Iterator[Stream]:
    """Send one request to the first of these IP addresses that takes it, and read its headers.

    The connection is closed at the end of the context. Redirects are returned, not followed. Raises
    TimeoutError, TooLargeError, and OSError or HTTPException where the connection broke, the parts
    of the body as well.
    """
    with _connected(address, ips, bounds) as connected:
        client = http.client.HTTPConnection(address.host, address.port)
        client.sock = _BoundedSocket(connected, bounds)
        # A compressed response could be a thousand times as large as it looks.
        own = {"host": address.authority, "accept-encoding": "identity", "connection": "close"}
        client.request(method, address.target, body, {**headers, **own})
        response = client.getresponse()
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise http.client.HTTPException("a compressed response, which nobody asked for")
        named = {name.lower(): value for name, value in response.headers.items()}
        yield Stream(response.status, named, _parts(response, bounds))


def _parts(response: http.client.HTTPResponse, bounds: Bounds) -> Iterator[bytes]:
    size = 0
    while chunk := response.read1(CHUNK_BYTES):
        size += len(chunk)
        if size > bounds.limit_bytes:
            raise TooLargeError
        yield chunk
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _connected(address: Address, ips: Sequence[str], bounds: Bounds) -> socket.socket:
    """A connection, over TLS where the scheme says so."""
    failed: OSError | None = None
    for ip in ips:
        try:
            plain = socket.create_connection(
                (ip, address.port), min(CONNECT_SECONDS, bounds.left())
            )
        except OSError as error:
            failed = error
            continue
        if address.scheme == "http":
            return plain
        try:
            plain.settimeout(bounds.left())
            return _tls().wrap_socket(plain, server_hostname=address.host)
        except BaseException:
            plain.close()
            raise
    raise failed or OSError("the host has no address")


@functools.cache
def _tls() -> ssl.SSLContext:
    """With the authorities of `requests`; reading them takes 20 ms, once in a process."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


class _BoundedSocket:
    """What `http.client` needs of a socket, each operation within the time that is left."""

    def __init__(self, connected: socket.socket, bounds: Bounds) -> None:
        self._socket = connected
        self._bounds = bounds

    def sendall(self, data: Buffer) -> None:
        view = memoryview(data)
        while view:
            self._socket.settimeout(self._bounds.left())
            view = view[self._socket.send(view) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self._socket, self._bounds))

    def close(self) -> None:
        """The exchange closes the socket itself."""


class _BoundedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, bounds: Bounds) -> None:
        super().__init__()
        self._socket = connected
        self._bounds = bounds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._socket.settimeout(self._bounds.left())
        return self._socket.recv_into(buffer)

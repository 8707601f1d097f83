"""HTTP inside the suite: WSGI applications in threads of this process, and requests to them."""

import json
import logging
import socket
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask
from waitress.wasyncore import dispatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Task(WSGITask):
    """Answers one request, and sends the header with the beginning of the body.

    Two packets would wake whoever waits for the response twice, and switch threads twice. A
    response of known length leaves when the application is done with it, `close` included: who
    gets it finds the call metered.
    """

    def service(self) -> None:
        try:
            super().service()  # type: ignore[no-untyped-call]
        finally:
            self.channel.release()

    def write(self, data: bytes) -> None:
        self.channel.hold()
        super().write(data)  # type: ignore[no-untyped-call]
        if self.content_bytes_written != self.content_length:
            self.channel.release()


class _Channel(HTTPChannel):
    """A connection that can hold back what is written, to send it at once."""

    task_class = _Task
    _held: list[bytes] | None = None

    def hold(self) -> None:
        self._held = self._held or []

    def release(self) -> None:
        held, self._held = self._held, None
        if held:
            self.write_soon(b"".join(held))

    def write_soon(self, data: Any) -> int:
        if self._held is None:
            return int(super().write_soon(data))  # type: ignore[no-untyped-call]
        self._held.append(data)
        return len(data)


class Server:
    """Serves an application at `url` until it is closed."""

    def __init__(self, app: "WSGIApplication", listener: socket.socket, threads: int) -> None:
        # waitress warns of requests that queue or are abandoned; in tests both are normal
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self._watched: dict[int, Any] = {}  # what the server's loop reads from, by file descriptor
        self._server: Any = create_server(  # type: ignore[no-untyped-call]
            app,
            self._watched,
            sockets=[listener],
            threads=threads,
            connection_limit=1000,
            asyncore_use_poll=True,
            ident=None,
        )
        self._server.channel_class = _Channel
        self.host, self.port = listener.getsockname()
        self.url = f"http://{self.host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.run, name=f"http-{self.port}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Release the port and end every connection; a second call does nothing."""
        if not self._thread.is_alive():
            return
        self._server.trigger.pull_trigger(self._leave_loop)  # only the loop may close its sockets
        self._thread.join(5)
        dispatcher.close(self._server)  # type: ignore[no-untyped-call]
        workers = self._server.task_dispatcher
        workers.shutdown(timeout=1)
        if not workers.threads:  # a busy one writes to the trigger when it is done
            self._server.trigger.close()

    def _leave_loop(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._watched.clear()  # the loop ends when it watches nothing


def serve(
    app: "WSGIApplication",
    port: int = 0,
    host: str = "127.0.0.1",
    threads: int = 16,
    listener: socket.socket | None = None,
) -> Server:
    """Serve `app`; port 0 picks a free one. Raises OSError if the port is taken.

    `listener` is a bound socket to use instead of host and port.
    """
    return Server(app, listener or socket.create_server((host, port)), threads)


def request(
    method: str, url: str, body: Any = None, timeout: float = 10, **headers: str
) -> tuple[int, bytes]:
    """Send `body` as JSON; return status and content. Raises OSError if the server is not reached.

    No proxy is used: all servers are on this machine.
    """
    data = None if body is None else json.dumps(body).encode()
    message = urllib.request.Request(  # noqa: S310 - the callers' URLs are http
        url, data, {"Content-Type": "application/json", **headers}, method=method
    )
    try:
        with _DIRECT.open(message, timeout=timeout) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()

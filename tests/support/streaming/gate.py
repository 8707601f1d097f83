"""Where a streaming callable waits, in whatever process, until its test or its client goes on."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from emulator.process.http import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_SECONDS = 60


class Gate:
    """Its function waits at `{url}/reached` until `{url}/opened` is asked for, by a client, say."""

    def __init__(self) -> None:
        self.reached, self.opened, self.ended = (threading.Event() for _ in range(3))
        self._server = serve(self._respond, threads=4)
        self.url = self._server.url

    def open(self) -> None:
        """Let the function go on, and wait until it has ended."""
        self.opened.set()
        assert self.ended.wait(MAX_SECONDS), "the function does not end"

    def close(self) -> None:
        """Let whoever waits go on, and leave nothing behind."""
        self.opened.set()
        self._server.close()

    def _respond(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        getattr(self, environ["PATH_INFO"].removeprefix("/")).set()
        if environ["PATH_INFO"] == "/reached":
            self.opened.wait(MAX_SECONDS)
        start_response("204 No Content", [])
        return []

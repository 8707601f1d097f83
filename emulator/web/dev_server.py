"""The guest page on this machine: Vite's dev server, and a server of the files that Vite builds.

The page reads its settings from /__/firebase/init.json, as on Firebase Hosting.
"""

import gzip
import json
import mimetypes
import os
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from emulator.paths import ROOT
from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.web import node
from emulator.web.app_check import APP_ID
from emulator.web.hosting import Hosting

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


MAX_START_SECONDS = 60
CONFIG_PATH = "/__/firebase/init.json"
SOURCE = node.WEB / "guest"
VITE = node.MODULES / "vite" / "bin" / "vite.js"


class DevServer:
    """Vite's server at `address`, which reloads the page in the browser after each edit."""

    def __init__(self, address: str, child: Child) -> None:
        self.address = address
        self.child = child

    @classmethod
    def start(cls, address: str, env: Mapping[str, str]) -> "DevServer":
        """Start it for the emulators of `env`; its warnings go to the terminal."""
        host, _, port = address.rpartition(":")
        command = [node.find(), str(VITE), "--host", host, "--port", port, "--strictPort"]
        quiet = ["--logLevel", "warn", "--clearScreen", "false"]
        config = {"INIT_JSON": json.dumps(web_config(env))}
        child = Child([*command, *quiet], env={**os.environ, **env, **config}, cwd=SOURCE)
        child.start()
        return cls(address, child)

    def wait_until_ready(self) -> None:
        """Return once it responds. Raises SuiteError if it exits."""
        deadline = time.monotonic() + MAX_START_SECONDS
        while not self._is_ready():
            if not self.child.alive:
                self._explain_end()
            if time.monotonic() > deadline:
                raise SuiteError(f"The guest page is not served after {MAX_START_SECONDS} s.")
            time.sleep(0.05)

    def stop(self) -> None:
        self.child.kill()

    def _explain_end(self) -> None:
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_server((host, int(port))).close()
        except OSError as error:
            raise PortTakenError(f"Another program took {self.address} before Vite did.") from error
        raise SuiteError("The guest page's server ended as it started. Its own message is above.")

    def _is_ready(self) -> bool:
        try:
            return request("GET", f"http://{self.address}{CONFIG_PATH}", timeout=5)[0] == 200
        except OSError:
            return False


def web_config(env: Mapping[str, str]) -> dict[str, object]:
    """What the page reads from CONFIG_PATH, for the suite of this environment."""
    origin = env.get("LAN_ORIGIN")
    return {
        "projectId": env["GCLOUD_PROJECT"],
        "apiKey": "local",
        "emulators": {
            "auth": origin or f"http://{env['FIREBASE_AUTH_EMULATOR_HOST']}",
            "functions": origin or env["FUNCTIONS_EMULATOR_HOST"],
            "firestore": origin or env["FIRESTORE_EMULATOR_HOST"],
        },
        **_app_check(env, origin),
    }


def _app_check(env: Mapping[str, str], origin: str | None) -> dict[str, object]:
    """What the page gets tokens with, where the suite enforces App Check."""
    if "APP_CHECK_DEBUG_TOKEN" not in env:
        return {}
    url = origin or f"http://{env['APP_CHECK_EMULATOR_HOST']}"
    debug = {"url": url, "token": env["APP_CHECK_DEBUG_TOKEN"]}
    return {"appId": APP_ID, "appCheck": {"debug": debug, "limitedUse": True}}


@dataclass(frozen=True)
class _Content:
    """A file, and the same compressed if that makes it smaller."""

    kind: str
    plain: bytes
    compressed: bytes | None

    @classmethod
    def of(cls, kind: str, plain: bytes) -> "_Content":
        compressed = gzip.compress(plain, mtime=0)
        return cls(kind, plain, compressed if len(compressed) < len(plain) else None)

    def for_client(self, accepted: str) -> tuple[dict[str, str], bytes]:
        """The headers and the bytes for a client that accepts these encodings."""
        is_compressed = self.compressed is not None and "gzip" in accepted
        content = self.compressed if is_compressed and self.compressed else self.plain
        headers = {"Content-Type": self.kind, "Content-Length": str(len(content))}
        return headers | ({"Content-Encoding": "gzip"} if is_compressed else {}), content


def built_site(files: Path, env: Mapping[str, str]) -> "WSGIApplication":
    """Serve the files that Vite built, with the rewrites and headers of firebase.json.

    Texts are compressed, as Hosting compresses them.
    """
    contents = {
        f"/{file.relative_to(files).as_posix()}": _Content.of(
            mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()
        )
        for file in files.rglob("*")
        if file.is_file()
    }
    contents[CONFIG_PATH] = _Content.of("application/json", json.dumps(web_config(env)).encode())
    hosting = Hosting.read(ROOT / "firebase.json")

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in contents and (function := hosting.function_of(path)):
            return _forward(f"{env['GCLOUD_PROJECT']}/{function}", env, environ, start_response)
        found = contents.get(path) or contents.get(hosting.destination_of(path) or "")
        if found is None:
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        headers, content = found.for_client(environ.get("HTTP_ACCEPT_ENCODING", ""))
        start_response("200 OK", [*(headers | hosting.local_headers_of(path)).items()])
        return [content]

    return app


def _forward(
    function: str, env: Mapping[str, str], environ: "WSGIEnvironment", start: "StartResponse"
) -> Iterable[bytes]:
    """The response of a function, which gets the whole path, as behind a rewrite of Hosting."""
    host, _, port = env["FUNCTIONS_EMULATOR_HOST"].removeprefix("http://").rpartition(":")
    query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    language = environ.get("HTTP_ACCEPT_LANGUAGE")
    wanted = {"Accept-Language": language} if language else {}
    connection = HTTPConnection(host, int(port), timeout=MAX_START_SECONDS)
    try:
        connection.request(environ["REQUEST_METHOD"], f"/{function}{path}{query}", headers=wanted)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    hops = {"connection", "keep-alive", "transfer-encoding", "server", "date"}
    headers = [each for each in response.getheaders() if each[0].lower() not in hops]
    start(f"{response.status} {response.reason}", headers)
    return [content]

"""Vite's own server, as `make up` starts it: what it gives pages of this machine, and what not."""

import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.process.http import serve
from emulator.process.ports import free_port
from emulator.web.dev_server import DevServer
from tests.support.node_installation import install

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REGION = "europe-west1"
EDITOR = "#!/bin/sh\necho \"$@\" >> '{opened}'\n"
EVIL = "https://evil.example"


@dataclass(frozen=True)
class Page:
    """Vite at `address`. Its editor adds what it opens to `opened`."""

    address: str
    opened: Path

    def get(self, target: str, **headers: str) -> tuple[int, str]:
        """Status and body for a request line that is sent as it is."""
        host, _, port = self.address.rpartition(":")
        own = {"Host": self.address, "Connection": "close", **headers}
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in own.items())]
        with socket.create_connection((host, int(port)), 30) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of a suite in REGION, whose functions respond with the path that they got."""
    install()

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        content = environ["PATH_INFO"].encode()
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return [content]

    folder = tmp_path_factory.mktemp("page")
    opened, editor = folder / "opened", folder / "editor"
    editor.write_text(EDITOR.format(opened=opened))
    editor.chmod(0o755)
    functions = serve(app)
    env = {
        "GCLOUD_PROJECT": "demo-guest",
        "REGION": REGION,
        "VITE_REGION": REGION,
        "FUNCTIONS_EMULATOR_HOST": f"127.0.0.1:{functions.port}",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
        "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9",
        "LAUNCH_EDITOR": str(editor),
    }
    server = DevServer.start(f"127.0.0.1:{free_port()}", env)
    try:
        server.wait_until_ready()
        yield Page(server.address, opened)
    finally:
        server.stop()
        functions.close()


@pytest.mark.parametrize(
    "target",
    [
        "/__open-in-editor?file={file}",
        "/play/__open-in-editor?file={file}",
        "/assistant/__open-in-editor?file={file}",
        "/assistant/__Open-In-Editor/?file={file}",
        "http://x/__open-in-editor?file={file}",
        "http://x/play/__open-in-editor?file={file}",
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}])
def test_no_page_opens_the_developers_editor(
    page: Page, target: str, headers: dict[str, str]
) -> None:
    status, _ = page.get(target.format(file=Path(__file__)), **headers)
    assert status == 404
    time.sleep(0.2)  # an editor starts after its request was answered
    assert not page.opened.exists()


def test_the_pages_are_served(page: Page) -> None:
    for path in ("/demo-project", "/play/", "/assistant/", "/play/@vite/client"):
        assert page.get(path, Accept="text/html")[0] == 200, path


def test_shares_are_asked_for_in_the_region_of_the_suite(page: Page) -> None:
    assert page.get("/s/abc") == (200, f"/demo-guest/{REGION}/showShare/s/abc")

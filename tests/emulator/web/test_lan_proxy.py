"""The one HTTPS origin: what passes, as it arrives, and what nobody gets through it."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.cloud import storage
from google.oauth2.service_account import Credentials

from emulator.process.http import Server, serve
from emulator.process.pages import refusal
from emulator.process.ports import free_port
from emulator.storage.server import create_app
from emulator.web.lan_address import LanAddress
from emulator.web.lan_proxy import TARGETS, LanProxy
from tests.support.node_installation import install
from tests.support.storage_signing import BUCKET, SIGNER, make_credentials

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SETTINGS = {"project": "demo-guest", "region": "us-central1", "bucket": BUCKET}
FIRESTORE = "/google.firestore.v1.Firestore"
LISTEN = f"{FIRESTORE}/Listen/channel?VER=8"
GUEST = "Authorization%3ABearer%20eyJh.eyJz.%0D%0A"
OWNER = "Authorization%3ABearer%20owner%0D%0A"
AS_OWNER = {"headers": {"Authorization": "Bearer owner"}}


class Emulators:
    """Echoes requests with the name of who got them. `/slow` sends its end when it is told to."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.servers = {name: self._serve(name) for name in TARGETS}

    def _serve(self, name: str) -> Server:
        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            if environ["PATH_INFO"].endswith("/slow"):
                start_response("200 OK", [("Content-Type", "text/event-stream")])
                return self._slowly()
            seen = {
                "by": name,
                "host": environ["HTTP_HOST"],
                "body": body.decode(),
                "refused": refusal(environ),
            }
            content = json.dumps(seen).encode()
            start_response("200 OK", [("Content-Length", str(len(content)))])
            return [content]

        return serve(app)

    def _slowly(self) -> Iterator[bytes]:
        yield b"data: first\n\n"
        assert self.end.wait(30)
        yield b"data: last\n\n"


class Phone:
    """A client that trusts the proxy's certificate, at an address of this machine."""

    def __init__(self, proxy: LanProxy, folder: Path) -> None:
        self.origin = proxy.origin
        self.netloc = proxy.origin.removeprefix("https://")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(folder / "https.pem")

    def sends(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return self.session.request(
            method, self.origin + path, timeout=30, allow_redirects=False, **options
        )

    def status_of(self, target: str, method: str = "GET") -> int:
        """The status for a request line that is sent as it is. `requests` would resolve some."""
        host, _, port = self.netloc.partition(":")
        context = ssl.create_default_context(cafile=str(self.session.verify))
        lines = (f"{method} {target} HTTP/1.1", f"Host: {self.netloc}", "Content-Length: 0")
        with (
            socket.create_connection((host, int(port)), 30) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            head = "\r\n".join([*lines, "Connection: close", "", ""])
            connection.sendall(head.encode())
            return int(connection.makefile("rb").readline().split()[1])


def a_proxy(
    addresses: dict[str, str], folder: Path, networks: tuple[str, ...] = ("127.0.0.0/8",)
) -> LanProxy:
    lan = LanAddress("127.0.0.1", networks)
    proxy = LanProxy.start(lan, free_port(), addresses, folder, **SETTINGS)
    proxy.wait_until_ready()
    return proxy


@pytest.fixture(scope="module")
def emulators() -> Iterator[Emulators]:
    install()
    made = Emulators()
    yield made
    for server in made.servers.values():
        server.close()


@pytest.fixture(scope="module")
def phone(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    folder = tmp_path_factory.mktemp("lan")
    addresses = {name: f"127.0.0.1:{each.port}" for name, each in emulators.servers.items()}
    proxy = a_proxy(addresses, folder)
    yield Phone(proxy, folder)
    proxy.stop()


class TestRoutes:
    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("/demo-project/share?session=1", "hosting"),
            ("/s/abc", "hosting"),
            ("/play/@vite/client?t=1", "hosting"),
            ("/e/%C3%A9t%C3%A9/", "hosting"),
            ("/__/firebase/init.json", "hosting"),
            ("/demo-guest/us-central1/getProject", "functions"),
            (LISTEN, "firestore"),
            (
                f"{FIRESTORE}/Write/channel?database=projects%2Fp&SID=a-_%2B&gsessionid=b",
                "firestore",
            ),
            ("/v1/projects/demo-guest/databases/(default)/documents/events/e-1?key=k", "firestore"),
            ("/v1/projects/demo-guest/databases/(default)/documents:commit", "firestore"),
            ("/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local", "auth"),
            ("/v1/projects/demo-guest/apps/1:0:web:local:exchangeDebugToken?key=local", "appcheck"),
            ("/securetoken.googleapis.com/v1/token?key=local", "auth"),
            (f"/{BUCKET}/projects/p/photo.jpg?X-Goog-Signature=00", "storage"),
            (f"/v0/b/{BUCKET}/o/photo.jpg?alt=media", "storage"),
            (f"/upload/storage/v1/b/{BUCKET}/o?upload_id=1", "storage"),
        ],
    )
    def test_what_pages_need_goes_to_its_emulator(
        self, phone: Phone, path: str, target: str
    ) -> None:
        seen = phone.sends(path, "POST", data="count=0").json()
        assert (seen["by"], seen["body"]) == (target, "count=0")

    @pytest.mark.parametrize(
        "path",
        [
            f"/storage/v1/b/{BUCKET}/o",
            "/v1/projects/other/databases/(default)/documents",
            "/emulator/v1/projects/demo-guest/databases/(default)/documents",
            "/identitytoolkit.googleapis.com/v1/projects/demo-guest/accounts:batchGet",
            "/functions/projects/demo-guest/triggers/onSessionCreated",
            "/faults",
            "/v1/jwks",
            "/v1beta/projects/demo-guest:verifyAppCheckToken",
            "/__/faults",
        ],
    )
    def test_nothing_else_reaches_an_emulator(self, phone: Phone, path: str) -> None:
        response = phone.sends(path)
        assert response.status_code == 404 or response.json()["by"] == "hosting"

    @pytest.mark.parametrize(
        "path",
        [
            "/__open-in-editor?file=main.ts",
            "/play/__open-in-editor?file=main.ts",
            "/assistant/__OPEN-IN-EDITOR?file=main.ts",
            "/play/%5F_open-in-editor?file=main.ts",
            "/play%2f__open-in-editor",
            "/play/%zz",
            "/__/firebase/init.json/",
            f"{FIRESTORE}/%2e%2e/emulator/v1/projects/demo-guest",
            f"{FIRESTORE}/Commit",
            f"{FIRESTORE}/Listen/channel/?VER=8",
            f"{FIRESTORE}/Listen//channel?VER=8",
            f"{FIRESTORE}/Listen/%63hannel?VER=8",
            f"{FIRESTORE}/Write/channel;x?VER=8",
            f"{FIRESTORE}/Listen/channel%2f?VER=8",
            "/v1/projects/demo-guest/databases/(default)/documents/a/%62",
            "/v1/projects/demo-guest/databases/(default)/documents:listCollectionIds",
            "/v1/projects/demo-guest/databases/(default)/indexes",
        ],
    )
    def test_no_other_spelling_reaches_a_server(self, phone: Phone, path: str) -> None:
        assert phone.status_of(path, "POST") == 404

    @pytest.mark.parametrize(
        "target",
        [
            "https://x/__open-in-editor?file=main.ts",
            "https://{netloc}/demo-project",
            "//x/__open-in-editor",
            "/demo-project#/__open-in-editor",
            "/demo-project\\__open-in-editor",
        ],
    )
    def test_a_request_line_has_a_path(self, phone: Phone, target: str) -> None:
        assert phone.status_of(target.format(netloc=phone.netloc)) == 400

    def test_the_name_that_was_signed_reaches_the_storage_alone(self, phone: Phone) -> None:
        signed = phone.sends(f"/{BUCKET}/photo.jpg").json()["host"]
        assert signed == phone.netloc
        assert phone.sends("/demo-project").json()["host"] != phone.netloc

    def test_what_is_for_programs_of_this_machine_is_refused_behind_it(self, phone: Phone) -> None:
        seen = phone.sends("/demo-guest/us-central1/runTransform", "POST").json()
        assert "programs of this machine" in seen["refused"], "a task is no page's"

    def test_a_stream_arrives_before_it_ends(self, phone: Phone, emulators: Emulators) -> None:
        with phone.sends("/demo-guest/us-central1/slow", "POST", stream=True) as response:
            lines = response.iter_lines()
            assert next(lines) == b"data: first"
            emulators.end.set()
            assert b"data: last" in list(lines)

    def test_an_emulator_that_is_gone_is_a_502(self, tmp_path: Path, emulators: Emulators) -> None:
        proxy = a_proxy(dict.fromkeys(TARGETS, f"127.0.0.1:{free_port()}"), tmp_path)
        try:
            assert Phone(proxy, tmp_path).sends("/demo-project").status_code == 502
        finally:
            proxy.stop()


class TestWhoIsRefused:
    @pytest.mark.parametrize(
        ("path", "options"),
        [
            ("/v1/projects/demo-guest/databases/(default)/documents/a/b", AS_OWNER),
            ("/demo-guest/us-central1/getProject", AS_OWNER),
            (LISTEN, AS_OWNER),
            (LISTEN, {"headers": {"X-Authorization": "Bearer owner"}}),
            (LISTEN, {"headers": {"Authorization": "bearer\towner"}}),
            (LISTEN, {"headers": {"Content-Encoding": "gzip"}, "data": b"\x1f\x8b"}),
            (f"{LISTEN}&$httpHeaders={OWNER}", {}),
            (f"{LISTEN}&%24httpHeaders={OWNER}&y=%FF", {}),
            (f"{LISTEN}&$req=headers%3D{OWNER}&SID=null", {}),
            (f"{LISTEN}?&$httpHeaders={OWNER}", {}),
            (f"{LISTEN}&SID=a", {"data": f"headers={OWNER}&count=0"}),
            (f"{FIRESTORE}/Write/channel", {"data": f"headers={OWNER}&x=%FF"}),
            (LISTEN, {"data": f"headers={OWNER}&count=0"}),
            (LISTEN, {"data": f"headers={OWNER}&count=0&x=%FF"}),
            (LISTEN, {"data": f"headers={OWNER}&count=0&ofs=%zz"}),
            (LISTEN, {"data": f"headers=X%3A%FF%0D%0A{OWNER}&count=0"}),
            (LISTEN, {"data": f"headers=X%3Aa%0A{OWNER}&count=0"}),
            (LISTEN, {"data": f"headers=X%3Aa%250D%250A{OWNER}&count=0"}),
            (LISTEN, {"data": f"headers={GUEST}&headers={OWNER}"}),
            (LISTEN, {"data": f"headers={GUEST}{OWNER}"}),
            (LISTEN, {"data": f"count=0;headers={OWNER}"}),
            (LISTEN, {"data": f"count=0&%68eaders={OWNER}"}),
            (LISTEN, {"data": f"headers={OWNER}".encode("utf-16")}),
            (LISTEN, {"data": "count=0&headers=Authorization%3ABearer%2520owner%0D%0A"}),
            (LISTEN, {"data": "count=0&headers=authorization%3Abearer+owner"}),
            ("/identitytoolkit.googleapis.com/v1/accounts:update", AS_OWNER),
        ],
    )
    def test_the_emulators_owner(self, phone: Phone, path: str, options: Any) -> None:
        assert phone.sends(path, "POST", **options).status_code == 403

    @pytest.mark.parametrize(
        "body",
        [
            "",
            f"headers=X-Goog-Api-Client%3Agl-js%2F%20fire%2F12%0D%0A{GUEST}&count=0",
            "count=1&ofs=0&req0___data__=%7B%22a%22%3A%22bearer%20owner%20100%25%20%C3%A9%22%7D",
        ],
    )
    def test_not_the_guest_of_a_channel(self, phone: Phone, body: str) -> None:
        assert phone.sends(LISTEN, "POST", data=body).json()["body"] == body

    def test_nor_the_guest_who_calls_and_reads(self, phone: Phone) -> None:
        headers = {"Authorization": "Bearer eyJh.eyJz.c2ln"}
        document = "/v1/projects/demo-guest/databases/(default)/documents/events/e"
        for path, by in {document: "firestore", "/demo-guest/us-central1/f": "functions"}.items():
            assert phone.sends(path, headers=headers).json()["by"] == by

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "10.0.0.1:5443", ""])
    def test_pages_of_another_name_are_refused(self, phone: Phone, host: str) -> None:
        response = phone.sends("/demo-project", headers={"Host": host})
        assert response.status_code in (307, 403)
        if response.status_code == 307:
            assert response.headers["Location"] == f"{phone.origin}/demo-project"
        else:
            assert "no name of this suite" in response.text

    def test_this_machine_s_other_names_lead_to_the_one_origin(self, phone: Phone) -> None:
        port = phone.netloc.rpartition(":")[2]
        response = phone.sends("/e/demo-event?x=1", headers={"Host": f"localhost:{port}"})
        assert (response.status_code, response.headers["Location"]) == (
            307,
            f"{phone.origin}/e/demo-event?x=1",
        )

    def test_a_peer_of_another_network(self, emulators: Emulators, tmp_path: Path) -> None:
        addresses = {name: f"127.0.0.1:{each.port}" for name, each in emulators.servers.items()}
        proxy = a_proxy(addresses, tmp_path, networks=("127.0.0.1/32",))
        context = ssl.create_default_context(cafile=tmp_path / "https.pem")
        port = int(proxy.origin.rpartition(":")[2])
        statuses = {}
        try:
            for source in ("127.0.0.1", "127.0.0.2"):
                connection = http.client.HTTPSConnection(
                    "127.0.0.1", port, timeout=30, context=context, source_address=(source, 0)
                )
                connection.request("GET", "/demo-project")
                statuses[source] = connection.getresponse().status
                connection.close()
        finally:
            proxy.stop()
        assert statuses == {"127.0.0.1": 200, "127.0.0.2": 403}


class TestStorageBehindIt:
    @pytest.fixture
    def signed(self, tmp_path: Path) -> Iterator[tuple[Phone, storage.Bucket, Credentials, str]]:
        install()
        credentials, key = make_credentials(SIGNER)
        port = free_port()
        origin = f"https://127.0.0.1:{port}"
        server = serve(create_app(BUCKET, {SIGNER: key}, public_url=origin))
        lan = LanAddress("127.0.0.1")
        proxy = LanProxy.start(
            lan, port, {"storage": f"127.0.0.1:{server.port}"}, tmp_path, **SETTINGS
        )
        proxy.wait_until_ready()
        client = storage.Client(
            "demo-guest", credentials, client_options={"api_endpoint": server.url}
        )
        client._credentials = None  # the storage asks for none
        yield Phone(proxy, tmp_path), client.bucket(BUCKET), credentials, server.url
        proxy.stop()
        server.close()

    def test_a_signed_upload_is_checked_against_the_origin(
        self, signed: tuple[Phone, storage.Bucket, Credentials, str]
    ) -> None:
        phone, bucket, credentials, url = signed
        endpoints = {phone.origin: 200, url: 403}
        for endpoint, status in endpoints.items():
            address = bucket.blob(f"{status}.jpg").generate_signed_url(
                version="v4",
                method="PUT",
                expiration=timedelta(minutes=1),
                credentials=credentials,
                api_access_endpoint=endpoint,
                headers={"content-type": "image/jpeg"},
            )
            path = address.removeprefix(endpoint)
            sent = phone.sends(
                path, "PUT", data=b"x" * 300_000, headers={"Content-Type": "image/jpeg"}
            )
            assert sent.status_code == status, sent.text
        assert phone.sends(f"/v0/b/{BUCKET}/o/200.jpg?alt=media").status_code == 403, "no token"

    def test_a_page_continues_its_video_there_and_a_program_where_it_began(
        self, signed: tuple[Phone, storage.Bucket, Credentials, str]
    ) -> None:
        phone, _, _, url = signed
        start = f"{url}/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=film.mp4"
        begun = requests.post(start, json={}, headers={"Origin": phone.origin}, timeout=30)
        session = begun.headers["Location"]
        assert session.startswith(f"{phone.origin}/upload/")
        headers = {"Origin": phone.origin, "Sec-Fetch-Site": "same-origin"}
        path = session.removeprefix(phone.origin)
        part = {**headers, "Content-Range": f"bytes 0-{2**18 - 1}/{2**18 + 1}"}
        assert phone.sends(path, "PUT", data=b"x" * 2**18, headers=part).status_code == 308
        rest = {**headers, "Content-Range": f"bytes {2**18}-{2**18}/{2**18 + 1}"}
        assert phone.sends(path, "PUT", data=b"x", headers=rest).status_code == 200
        own = requests.post(start, json={}, timeout=30).headers["Location"]
        assert own.startswith(url), "the functions' own client knows no such certificate"

    def test_nobody_begins_one_or_lists_objects_through_it(
        self, signed: tuple[Phone, storage.Bucket, Credentials, str]
    ) -> None:
        phone = signed[0]
        start = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name=film.mp4"
        assert phone.sends(start, "POST", json={}).status_code == 403
        media = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=film.mp4"
        assert phone.sends(media, "POST", data=b"x").status_code == 403
        assert phone.sends(f"/storage/v1/b/{BUCKET}/o").status_code == 404


def test_it_ends_at_once(emulators: Emulators, tmp_path: Path) -> None:
    proxy = a_proxy({}, tmp_path)
    began = time.monotonic()
    proxy.stop()
    assert not proxy.child.alive
    assert time.monotonic() - began < 5

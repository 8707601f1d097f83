"""HTTP inside the suite: responses in one packet, and connections that stay open."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator.process.connections import Connections
from emulator.process.http import Server, _Channel, serve

CLOSED: list[bool] = []


class Body(list[bytes]):
    def close(self) -> None:
        time.sleep(0.01)
        CLOSED.append(True)


def app(environ: Any, start_response: Any) -> Any:
    match environ["PATH_INFO"]:
        case "/closed":
            start_response("200 OK", [("Content-Length", "4")])
            return Body([b"bo", b"dy"])
        case "/parts":
            start_response("200 OK", [])
            return iter([b"one", b"two"])
        case "/nothing":
            start_response("204 No Content", [])
            return []
    body = environ["wsgi.input"].read() or b"body"
    start_response("200 OK", [("Content-Length", str(len(body))), ("Peer", environ["REMOTE_PORT"])])
    return [body]


@pytest.fixture
def server() -> Iterator[Server]:
    served = serve(app)
    yield served
    served.close()


@pytest.fixture
def packets(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What servers send, each time that they do."""
    sent: list[bytes] = []
    send: Any = _Channel.send

    def sending(channel: _Channel, data: bytes, *options: Any, **more: Any) -> int:
        sent.append(bytes(data))
        return int(send(channel, data, *options, **more))

    monkeypatch.setattr(_Channel, "send", sending)
    return sent


class TestResponse:
    @pytest.mark.parametrize(
        ("path", "end"),
        [("/", b"\r\n\r\nbody"), ("/nothing", b"\r\n\r\n"), ("/parts", b"3\r\none\r\n")],
    )
    def test_comes_with_its_header(
        self, server: Server, packets: list[bytes], path: str, end: bytes
    ) -> None:
        assert requests.get(server.url + path, timeout=60).ok
        assert packets[0].startswith(b"HTTP/1.1 2")
        assert packets[0].endswith(end)

    def test_of_known_length_comes_when_it_is_closed(self, server: Server) -> None:
        for number in range(20):
            assert requests.get(f"{server.url}/closed", timeout=60).text == "body"
            assert len(CLOSED) == number + 1

    def test_has_all_that_is_streamed(self, server: Server) -> None:
        assert requests.get(f"{server.url}/parts", timeout=60).content == b"onetwo"


class TestConnections:
    def post(self, connections: Connections, server: Server, body: bytes = b"sent") -> Any:
        return connections.post(connections.take(60), server.url + "/", body, {})

    def test_are_used_again(self, server: Server) -> None:
        connections = Connections(f"{server.host}:{server.port}")
        first, second = (self.post(connections, server, each) for each in (b"a", b"b"))
        assert (first.content, second.content) == (b"a", b"b")
        assert first.headers["Peer"] == second.headers["Peer"]
        connections.close()

    def test_that_the_server_has_closed_are_not(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            connections = Connections("{}:{}".format(*listener.getsockname()))

            def answer_and_close() -> None:
                for _ in range(2):
                    connection, _peer = listener.accept()
                    with connection:
                        while not connection.recv(65536).endswith(b"sent"):
                            pass
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

            thread = threading.Thread(target=answer_and_close)
            thread.start()
            url = "http://{}:{}/".format(*listener.getsockname())
            for _ in range(2):
                connection = connections.take(60)
                assert connections.post(connection, url, b"sent", {}).content == b"ok"
                while connection.sock and connection.sock.recv(1):
                    pass  # until the end has come
            thread.join()
            connections.close()

    def test_end_with_a_server_that_ends_before_it_responds(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            connections = Connections("{}:{}".format(*listener.getsockname()))
            connection = connections.take(60)
            accepted, _peer = listener.accept()
            accepted.close()
            with pytest.raises(requests.ConnectionError):
                connections.post(connection, "http://127.0.0.1/", b"sent", {})

"""Web pages of other origins, and names that were pointed to this machine, are refused."""

from typing import Any

import pytest
import requests

from emulator.process.http import serve
from emulator.process.pages import is_local, without_pages

EVIL = "https://evil.example"


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1:4400", "localhost", "LOCALHOST:1", "[::1]:80", "192.168.1.7", "a.localhost"],
    )
    def test_of_this_machine_are_local(self, host: str) -> None:
        assert is_local(host)

    @pytest.mark.parametrize(
        "host", ["evil.example:4400", "127.0.0.1.evil.example", "localhost.evil.example.", "[::1"]
    )
    def test_that_somebody_can_register_are_not(self, host: str) -> None:
        assert not is_local(host)


class TestWithoutPages:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"Origin": "OWN"}, 200),
            ({"Sec-Fetch-Site": "none"}, 200),
            ({"Origin": EVIL}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://localhost:5173"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Host": "evil.example", "Origin": "http://evil.example"}, 403),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    def test_only_programs_and_its_own_pages_are_served(
        self, method: str, headers: dict[str, str], status: int
    ) -> None:
        def app(_environ: Any, start_response: Any) -> list[bytes]:
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]

        server = serve(without_pages(app))
        try:
            sent = {
                name: server.url if value == "OWN" else value for name, value in headers.items()
            }
            response = requests.request(method, server.url, headers=sent, timeout=5)
        finally:
            server.close()
        assert response.status_code == status
        assert "Access-Control-Allow-Origin" not in response.headers

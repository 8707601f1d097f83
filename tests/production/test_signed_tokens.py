"""A function as the cloud runs it, with ID tokens that are really signed."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from emulator.demo.client import unsigned_token
from emulator.suite.suite import Suite
from tests.support.production.deployment import deployed
from tests.support.production.id_tokens import Google, SigningKey

KEY = SigningKey()


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with Google(tmp_path_factory.mktemp("google"), KEY) as google:
        yield google


@pytest.fixture(scope="module")
def address(
    suite: Suite, google: Google, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    config = {"FIREBASE_CONFIG": json.dumps({"projectId": suite.project}), "THREADS": "32"}
    env = {**os.environ, **suite.env, **google.env, **config}
    del env["FIREBASE_AUTH_EMULATOR_HOST"]
    log = tmp_path_factory.mktemp("signed") / "log"
    with deployed("getSession", "http", log, env) as address:
        yield address


@pytest.mark.exhaustive
class TestSigned:
    def test_many_first_calls_fetch_the_certificates_once_and_nobody_else_gets_in(
        self, suite: Suite, google: Google, address: str, tmp_path: Path
    ) -> None:
        def answer(token: str) -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {token}"}
            body = {"data": {"projectId": "nowhere", "sessionId": "none"}}
            response = requests.post(address, json=body, headers=headers, timeout=60)
            return response.status_code, response.json()["error"]["details"]["reason"]

        tokens = [KEY.token(suite.project, f"guest-{number}") for number in range(16)]
        with ThreadPoolExecutor(len(tokens)) as pool:
            assert set(pool.map(answer, tokens)) == {(404, "session_not_found")}
        assert google.fetches == 1
        refused = (401, "unauthenticated")
        assert answer(unsigned_token(suite.project, "eve")) == refused
        assert answer(KEY.token("demo-other", "eve")) == refused
        assert answer(SigningKey("first").token(suite.project, "eve")) == refused
        assert google.fetches == 1

"""The suite's App Check speaks the documented protocol."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests

from emulator.demo.client import DebugTokens
from emulator.process.http import serve
from emulator.web.app_check import APP_ID, LIMITED_USE_SECONDS, SECONDS, AppCheck

OWNER = {"Authorization": "Bearer owner"}


class Service:
    def __init__(self, app_check: AppCheck, url: str) -> None:
        self.app_check = app_check
        self.url = url

    def exchange(self, by: str = "Debug", app: str = APP_ID, **body: Any) -> requests.Response:
        url = f"{self.url}/v1/projects/demo-guest/apps/{app}:exchange{by}Token?key=local"
        return requests.post(url, json=body, headers={"Origin": "http://a.page"}, timeout=10)

    def verify(self, token: str, **headers: str) -> requests.Response:
        url = f"{self.url}/v1beta/projects/demo-guest:verifyAppCheckToken"
        return requests.post(url, json={"app_check_token": token}, headers=headers, timeout=10)


@pytest.fixture
def service() -> Iterator[Service]:
    app_check = AppCheck("demo-guest")
    server = serve(app_check.app)
    yield Service(app_check, server.url)
    server.close()


class TestExchange:
    @pytest.mark.parametrize(
        ("names", "seconds"),
        [
            ({"debug": "debugToken"}, SECONDS),
            ({"debug": "debug_token", "limited": "limited_use"}, LIMITED_USE_SECONDS),
            ({"debug": "debugToken", "limited": "limitedUse"}, LIMITED_USE_SECONDS),
        ],
    )
    def test_a_debug_token_gets_a_token_with_the_documented_claims(
        self, service: Service, names: dict[str, str], seconds: int
    ) -> None:
        body: dict[str, Any] = {names["debug"]: service.app_check.debug_token}
        if "limited" in names:
            body[names["limited"]] = True
        response = service.exchange(**body)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        answer = response.json()
        assert answer["ttl"] == f"{seconds}s"
        keys = jwt.PyJWKClient(f"{service.url}/v1/jwks")
        key = keys.get_signing_key_from_jwt(answer["token"])
        claims = jwt.decode(answer["token"], key, ["RS256"], audience="projects/demo-guest")
        assert claims["sub"] == APP_ID
        assert claims["exp"] - claims["iat"] == seconds
        assert claims["iss"].startswith("https://firebaseappcheck.googleapis.com/")

    def test_nobody_else_gets_one(self, service: Service) -> None:
        debug_token = service.app_check.debug_token
        assert service.exchange(debugToken="guessed").status_code == 403
        assert service.exchange().status_code == 403
        assert service.exchange(debugToken=debug_token, app="1:2:web:3").status_code == 404
        attested = service.exchange("RecaptchaEnterprise", recaptchaEnterpriseToken="attested")
        assert (attested.status_code, attested.json()["error"]["status"]) == (
            403,
            "PERMISSION_DENIED",
        )

    def test_it_fails_as_it_is_told_to(self, service: Service) -> None:
        service.app_check.failure = 503
        assert service.exchange(debugToken=service.app_check.debug_token).status_code == 503
        assert service.verify(service.app_check.token(), **OWNER).status_code == 503

    def test_each_call_of_the_demos_client_has_a_token_of_its_own(self, service: Service) -> None:
        host = service.url.removeprefix("http://")
        tokens = DebugTokens(host, "demo-guest", service.app_check.debug_token)
        with requests.Session() as session:
            assert tokens.exchange(session) != tokens.exchange(session)


class TestConsumption:
    def test_the_first_answer_leaves_the_field_out_and_later_ones_have_it(
        self, service: Service
    ) -> None:
        token = service.app_check.token()
        assert service.verify(token, **OWNER).json() == {}
        assert service.verify(token, **OWNER).json() == {"alreadyConsumed": True}
        assert service.verify(service.app_check.token(), **OWNER).json() == {}

    def test_of_many_at_once_one_is_first(self, service: Service) -> None:
        token = service.app_check.token()
        barrier = threading.Barrier(8)

        def verify(_: int) -> Any:
            barrier.wait()
            return service.verify(token, **OWNER).json()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(verify, range(8)))
        assert answers.count({}) == 1

    def test_an_invalid_token_is_a_403_and_stays_unconsumed(self, service: Service) -> None:
        for token in (
            "nonsense",
            service.app_check.token(-60),
            service.app_check.token(aud=["projects/other"]),
            AppCheck("demo-guest").token(),
        ):
            assert service.verify(token, **OWNER).status_code == 403

    def test_a_page_cannot_use_tokens_up(self, service: Service) -> None:
        assert service.verify(service.app_check.token()).status_code == 401

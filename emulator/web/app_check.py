"""Firebase App Check over HTTP, as its documentation has it, with a key of this run.

    POST /v1/projects/{p}/apps/{a}:exchangeDebugToken                 pages and clients get tokens
    POST /v1/projects/{p}/apps/{a}:exchangeRecaptchaEnterpriseToken   refused: nobody attests here
    GET  /v1/jwks                                                     the public key
    POST /v1beta/projects/{p}:verifyAppCheckToken                     marks a token as consumed

A token is valid for an hour, one for limited use for five minutes.

Source: https://firebase.google.com/docs/reference/appcheck/rest
"""

import hmac
import json
import re
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from emulator.process.pages import foreign_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PROJECT_NUMBER = "000000000000"
APP_ID = f"1:{PROJECT_NUMBER}:web:local"
"""Of the page, as its config has it."""
ISSUER = f"https://firebaseappcheck.googleapis.com/{PROJECT_NUMBER}"
SECONDS = 3600
LIMITED_USE_SECONDS = 300
STATUSES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}
STATUSES |= {404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}

_EXCHANGE = re.compile(r"/v1/projects/([^/]+)/apps/([^/:]+:[^/]+):(exchange\w+)")
_VERIFY = re.compile(r"/v1beta/projects/([^/]+):verifyAppCheckToken")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "content-type, x-firebase-client",
    "Access-Control-Max-Age": "3600",
}


class RefusedError(Exception):
    """A request that the service refuses, with its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class AppCheck:
    """The service for one project, which knows one debug token."""

    project: str
    debug_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    failure: int | None = None
    """The status that every exchange and every verification gets, as when the service is down."""

    def __post_init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = uuid.uuid4().hex
        self._consumed: set[str] = set()
        self._consuming = threading.Lock()

    def token(self, seconds: float = SECONDS, **claims: Any) -> str:
        """A token that is valid for so long, with these claims instead of the usual ones."""
        now = int(time.time())
        usual = {
            "iss": ISSUER,
            "sub": APP_ID,
            "aud": [f"projects/{PROJECT_NUMBER}", f"projects/{self.project}"],
            "iat": now,
            "exp": now + int(seconds),
            "jti": uuid.uuid4().hex,
        }
        headers = {"kid": self._key_id}
        return jwt.encode({**usual, **claims}, self._key, algorithm="RS256", headers=headers)

    def app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The WSGI application. Pages of any origin get tokens, and nothing else."""
        is_exchange = _EXCHANGE.fullmatch(environ["PATH_INFO"])
        headers = {"Content-Type": "application/json", **(_CORS if is_exchange else {})}
        try:
            status, answer = "200 OK", self._handle(environ)
        except RefusedError as refused:
            status = f"{refused.status} {STATUSES[refused.status]}"
            error = {"code": refused.status, "status": STATUSES[refused.status]}
            answer = {"error": {**error, "message": str(refused)}}
        content = json.dumps(answer).encode()
        start_response(status, [*headers.items(), ("Content-Length", str(len(content)))])
        return [content]

    def _handle(self, environ: "WSGIEnvironment") -> Any:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if message := foreign_host(environ):
            raise RefusedError(403, message)
        if (method, path) == ("GET", "/v1/jwks"):
            return {"keys": [self._public_key()]}
        exchange, verify = _EXCHANGE.fullmatch(path), _VERIFY.fullmatch(path)
        found = exchange or verify
        if found is None or found[1] != self.project:
            raise RefusedError(404, f"There is no {path}.")
        if method == "OPTIONS":
            return {}
        if method != "POST":
            raise RefusedError(404, f"There is no {method} {path}.")
        if self.failure:
            raise RefusedError(self.failure, "The service fails, as it was told to.")
        if verify:
            return self._verify(environ.get("HTTP_AUTHORIZATION"), _body(environ))
        assert exchange
        return self._exchange(exchange[2], exchange[3], _body(environ))

    def _exchange(self, app_id: str, by: str, body: Mapping[str, Any]) -> Any:
        if app_id != APP_ID:
            raise RefusedError(404, f"There is no app {app_id}, only {APP_ID}.")
        if by != "exchangeDebugToken":
            raise RefusedError(403, "App attestation failed: only debug tokens are exchanged here.")
        secret = str(body.get("debugToken", body.get("debug_token", "")))
        if not hmac.compare_digest(secret.encode(), self.debug_token.encode()):
            raise RefusedError(403, "App attestation failed: this debug token is not known.")
        is_limited = bool(body.get("limitedUse", body.get("limited_use", False)))
        seconds = LIMITED_USE_SECONDS if is_limited else SECONDS
        return {"token": self.token(seconds), "ttl": f"{seconds}s"}

    def _verify(self, authorization: str | None, body: Mapping[str, Any]) -> Any:
        if authorization != "Bearer owner":
            raise RefusedError(401, "This needs a credential of the functions.")
        token = str(body.get("appCheckToken", body.get("app_check_token", "")))
        try:
            claims = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=["RS256"],
                audience=f"projects/{self.project}",
                issuer=ISSUER,
            )
        except jwt.PyJWTError as error:
            raise RefusedError(403, f"The App Check token is invalid: {error}") from error
        with self._consuming:
            was_consumed = claims["jti"] in self._consumed
            self._consumed.add(claims["jti"])
        return {"alreadyConsumed": True} if was_consumed else {}  # proto3 leaves false out

    def _public_key(self) -> dict[str, Any]:
        key: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {**key, "kid": self._key_id, "use": "sig", "alg": "RS256"}


def _body(environ: "WSGIEnvironment") -> Mapping[str, Any]:
    try:
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    except ValueError as error:
        raise RefusedError(400, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "The body is no object.")
    return body

"""Who calls: ID tokens, verified as Firebase's SDK does, with Google's keys kept in memory.

The SDK parses the certificates anew for each token. What has to hold of a token:
https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
"""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import requests
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from experience import clients, logs
from experience.errors import Unauthenticated
from experience.ids import is_uid

CERTIFICATES_URL = (
    "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
)
ISSUER = "https://securetoken.google.com/"
TIMES = ("exp", "iat", "auth_time")
FETCH_SECONDS = 5
"""How long Google may take for its certificates: callers wait meanwhile."""
PAUSE_SECONDS = 10
"""For which certificates are kept at least, even if a token names a key that is not among them."""
PAUSE_AFTER_FAILURE_SECONDS = 1


class Keys:
    """Google's public keys by their ids, for as long as the response says that they may be kept.

    Of calls that need them at once, one fetches them and the others wait for it.
    """

    def __init__(
        self, url: str = CERTIFICATES_URL, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._clock = clock
        self._fetching = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fresh_until = self._next_fetch = float("-inf")

    def find(self, key_id: str) -> RSAPublicKey | None:
        """The key of this id, if Google has published one. None as well if that cannot be known."""
        if (key := self._kept(key_id)) is None:
            with self._fetching:
                key = self._kept(key_id)
                if key is None and self._clock() >= self._next_fetch:
                    self._fetch()
                    key = self._kept(key_id)
        return key

    def _kept(self, key_id: str) -> RSAPublicKey | None:
        return self._keys.get(key_id) if self._clock() < self._fresh_until else None

    def _fetch(self) -> None:
        asked_at = self._clock()
        try:
            response = requests.get(self._url, timeout=FETCH_SECONDS)
            response.raise_for_status()
            keys = _public_keys(response.json())
        except Exception as error:  # noqa: BLE001 - whatever came instead, it lets nobody in
            logs.error("Google's certificates cannot be read", why=type(error).__name__)
            self._next_fetch = self._clock() + PAUSE_AFTER_FAILURE_SECONDS
            return
        self._keys = keys
        self._fresh_until = asked_at + _max_age(response.headers.get("Cache-Control", ""))
        self._next_fetch = asked_at + PAUSE_SECONDS


def _public_keys(certificates: Mapping[str, str]) -> dict[str, RSAPublicKey]:
    """Those that can be used: one of another kind does not keep the others' tokens out."""
    keys = {}
    for key_id, pem in certificates.items():
        try:
            key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        except (ValueError, UnsupportedAlgorithm):
            continue
        if isinstance(key, RSAPublicKey):
            keys[key_id] = key
    if not keys:
        raise ValueError("no key of RSA")
    return keys


def _max_age(cache_control: str) -> int:
    """In seconds."""
    found = re.search(r"\bmax-age=(\d{1,9})", cache_control)
    return max(int(found[1]) if found else 0, PAUSE_SECONDS)


_keys = Keys()


def uid_of(authorization: str | None, keys: Keys = _keys) -> str:
    """Whose token this header has. Raises Unauthenticated without one, and for one that is invalid.

    Beside the Auth emulator tokens are unsigned, and the SDK reads them.
    """
    if authorization is None:
        raise Unauthenticated
    try:
        uid = _claims(authorization, keys)["sub"]
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        logs.warning("ID token refused", why=type(error).__name__)
        raise Unauthenticated from error
    if not is_uid(uid):
        raise Unauthenticated
    return str(uid)


def _claims(authorization: str, keys: Keys) -> Mapping[str, Any]:
    """What a valid token says. Raises ValueError or PyJWTError."""
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        raise ValueError("not a bearer token")
    app = clients.app()
    if os.environ.get("FIREBASE_AUTH_EMULATOR_HOST"):
        return _unsigned_claims(token)
    key_id = jwt.get_unverified_header(token).get("kid")
    key = keys.find(key_id) if key_id else None
    if key is None:
        raise jwt.InvalidKeyError("no such key")
    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=app.project_id,
        issuer=f"{ISSUER}{app.project_id}",
        options={"require": ["sub", *TIMES], "strict_aud": True},
    )
    if not all(isinstance(claims[each], int | float) for each in TIMES):
        raise jwt.InvalidTokenError("a time that is no number")  # PyJWT takes a text for one
    if claims["auth_time"] > time.time():
        raise jwt.ImmatureSignatureError("signed in after now")
    return claims


def _unsigned_claims(token: str) -> Mapping[str, Any]:
    from firebase_admin import auth, exceptions

    try:
        claims: Mapping[str, Any] = auth.verify_id_token(token)
    except exceptions.FirebaseError as error:
        raise ValueError from error
    return claims

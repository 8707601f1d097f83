"""Whose call it is: what a token has to be, and Google's keys, which are kept meanwhile."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import firebase_admin
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from firebase_admin import auth
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.demo.client import unsigned_token
from experience.errors import Unauthenticated
from experience.firebase.id_tokens import Keys, uid_of
from tests.support.production.id_tokens import Google, SigningKey, claims_of

PROJECT = "demo-tokens"
NOW = int(time.time())
KEY, OTHER = SigningKey("first"), SigningKey("second")
HOUR = 3600


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with Google(tmp_path_factory.mktemp("google"), KEY) as server:
        yield server


@pytest.fixture
def google(server: Google, monkeypatch: pytest.MonkeyPatch) -> Google:
    """Google's certificates, of `KEY` alone, for a process in the cloud."""
    server.keys, server.is_down, server.fetches, server.max_age_seconds = [KEY], False, 0, HOUR
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    for name in ("GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.setenv(name, PROJECT)
    monkeypatch.setenv("FIREBASE_CONFIG", json.dumps({"projectId": PROJECT}))
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    return server


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def is_refused(token: str, keys: Keys) -> bool:
    try:
        uid_of(f"Bearer {token}", keys)
    except Unauthenticated:
        return True
    return False


def sdk_refuses(token: str) -> bool:
    """What Firebase's SDK makes of it, with the same certificates."""
    app = firebase_admin.initialize_app(options={"projectId": PROJECT}, name="sdk")
    try:
        auth.verify_id_token(token, app)
    except (auth.InvalidIdTokenError, ValueError, TypeError):
        return True
    finally:
        firebase_admin.delete_app(app)
    return False


def unusable(certificate: bytes) -> SigningKey:
    """Beside `KEY` in what Google publishes."""
    key = SigningKey("unusable")
    key.certificate = certificate
    return key


def of_another_kind() -> bytes:
    """A certificate of a key that is not RSA's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    until = datetime.now(UTC) + timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, until, until)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def of_an_unknown_kind() -> bytes:
    """A certificate whose key is of a kind that has no name yet."""
    der = x509.load_pem_x509_certificate(KEY.certificate).public_bytes(serialization.Encoding.DER)
    rsa = bytes.fromhex("06092a864886f70d0101")
    body = base64.encodebytes(der.replace(rsa + b"\x01", rsa + b"\x63"))
    return b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % body


UNUSABLE = {
    "no certificate": b"nonsense",
    "another kind": of_another_kind(),
    "an unknown kind": of_an_unknown_kind(),
}


def signed(key: SigningKey = KEY, kid: str | None = "first", **claims: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    given = claims_of(PROJECT, "ada", **claims)
    return jwt.encode(given, key.key, "RS256", headers=headers)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def tampered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{part(claims_of(PROJECT, 'eve'))}.{signature}"


def signed_with_the_certificate() -> str:
    """By HS256, with what everybody knows as the secret."""
    import hashlib
    import hmac

    public = KEY.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims_of(PROJECT, 'eve'))}"
    digest = hmac.new(public, said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


ATTACKS = {
    "unsigned, as beside the Auth emulator": unsigned_token(PROJECT, "eve"),
    "unsigned, with the id of a key": f"{part({'alg': 'none', 'kid': 'first'})}."
    f"{part(claims_of(PROJECT, 'eve'))}.",
    "signed with the certificate as a secret": signed_with_the_certificate(),
    "signed with a stranger's key": signed(OTHER),
    "of a key that is not known": signed(kid="third"),
    "of no key": signed(kid=None),
    "of a key with an empty id": signed(kid=""),
    "by another algorithm": jwt.encode(
        claims_of(PROJECT, "eve"), KEY.key, "RS512", headers={"kid": "first"}
    ),
    "with another payload": tampered(),
    "without its signature": signed().rpartition(".")[0] + ".",
    "of two parts": signed().rpartition(".")[0],
    "for another project": signed(aud="demo-other"),
    "for this project and another": signed(aud=[PROJECT, "demo-other"]),
    "for nobody": signed(aud=None),
    "from another project": signed(iss="https://securetoken.google.com/demo-other"),
    "from an issuer that begins alike": signed(iss=f"https://securetoken.google.com/{PROJECT}/x"),
    "from somebody else": signed(iss=f"https://eve.example/{PROJECT}"),
    "from nobody": signed(iss=None),
    "expired": signed(iat=NOW - 2 * HOUR, auth_time=NOW - 2 * HOUR, exp=NOW - HOUR),
    "without an end": signed(exp=None),
    "of tomorrow": signed(iat=NOW + 24 * HOUR, exp=NOW + 25 * HOUR),
    "of no time": signed(iat=None),
    "with an end in words": signed(exp=str(NOW + HOUR)),
    "of a time in words": signed(iat=str(NOW)),
    "of nobody": signed(sub=None),
    "of somebody without a name": signed(sub=""),
    "of somebody with too long a name": signed(sub="a" * 129),
    "a custom token": signed(
        aud="https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1."
        "IdentityToolkit"
    ),
    "empty": "",
}
# What Google asks of a verification, and the SDK does not look at.
STRICTER = {
    "of somebody who never signed in": signed(auth_time=None),
    "of somebody who signs in tomorrow": signed(auth_time=NOW + 24 * HOUR),
    "of a time that is none": signed(auth_time="yesterday"),
}


class TestToken:
    def test_a_signed_one_is_its_subjects(self, google: Google) -> None:
        token = KEY.token(PROJECT, "ada")
        assert uid_of(f"Bearer {token}", Keys(google.url)) == "ada"
        assert not sdk_refuses(token)

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_an_attack_is_refused_as_by_the_sdk(self, google: Google, attack: str) -> None:
        assert is_refused(ATTACKS[attack], Keys(google.url))
        assert sdk_refuses(ATTACKS[attack])

    @pytest.mark.parametrize("attack", STRICTER)
    def test_a_sign_in_has_a_time_in_the_past(self, google: Google, attack: str) -> None:
        assert is_refused(STRICTER[attack], Keys(google.url))

    @pytest.mark.parametrize("scheme", ["", "bearer ", "Basic ", "Bearer  ", "Bearer Bearer "])
    def test_another_scheme_is_refused(self, google: Google, scheme: str) -> None:
        with pytest.raises(Unauthenticated):
            uid_of(scheme + KEY.token(PROJECT, "ada"), Keys(google.url))

    def test_none_is_refused(self, google: Google) -> None:
        with pytest.raises(Unauthenticated):
            uid_of(None, Keys(google.url))
        assert google.fetches == 0

    def test_whatever_else_comes_is_refused(self, google: Google) -> None:
        keys = Keys(google.url)

        @given(st.text() | st.lists(st.text("abAB01-_=."), max_size=4).map(".".join))
        @example(f"{part({'alg': 'RS256', 'kid': ['first']})}.{part({})}.AAAA")
        @example(f"{part({'alg': 'RS256', 'kid': 'first', 'crit': ['x'], 'x': 1})}.e30.AAAA")
        @example(base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30.AAAA")
        @example("é.é.é")
        def check(token: str) -> None:
            assert is_refused(token, keys)

        check()
        assert google.fetches <= 1

    def test_a_tenants_is_read_as_the_sdk_does(self, google: Google) -> None:
        """Both verify for a whole project: who has tenants there asks for them by themselves."""
        token = signed(firebase={"tenant": "elsewhere", "sign_in_provider": "password"})
        assert uid_of(f"Bearer {token}", Keys(google.url)) == "ada"
        assert not sdk_refuses(token)


class TestAuthEmulator:
    def test_unsigned_tokens_are_read_beside_it_alone(
        self, google: Google, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = unsigned_token(PROJECT, "ada")
        assert is_refused(token, Keys(google.url))
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
        assert uid_of(f"Bearer {token}", Keys(google.url)) == "ada"
        assert is_refused(unsigned_token("demo-other", "ada"), Keys(google.url))
        assert google.fetches == 0


class TestKeys:
    def test_many_first_calls_fetch_them_once(self, google: Google) -> None:
        keys, barrier = Keys(google.url), threading.Barrier(16)

        def call(_number: int) -> bool:
            barrier.wait()
            return is_refused(KEY.token(PROJECT, "ada"), keys)

        with ThreadPoolExecutor(16) as pool:
            assert not any(pool.map(call, range(16)))
        assert google.fetches == 1

    def test_they_are_kept_as_long_as_google_says(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        for now, fetches in ((0, 1), (HOUR - 1, 1), (HOUR, 2)):
            clock.now = now
            assert not is_refused(KEY.token(PROJECT, "ada"), keys)
            assert google.fetches == fetches

    def test_a_key_that_is_withdrawn_ends_with_them(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        google.keys = [OTHER]
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        clock.now = HOUR
        assert is_refused(KEY.token(PROJECT, "ada"), keys)
        assert not is_refused(OTHER.token(PROJECT, "ada"), keys)

    def test_a_new_key_is_fetched_before_that(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        google.keys = [KEY, OTHER]
        clock.now = 10
        assert not is_refused(OTHER.token(PROJECT, "ada"), keys)
        assert google.fetches == 2

    def test_a_flood_of_unknown_keys_is_no_flood_at_google(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        for number in range(100):
            assert is_refused(signed(kid=f"made-up-{number}"), keys)
        assert google.fetches == 1
        clock.now = 10
        for number in range(100):
            assert is_refused(signed(kid=f"made-up-{number}"), keys)
        assert google.fetches == 2

    def test_google_is_not_needed_while_they_are_kept(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        google.is_down = True
        clock.now = HOUR - 1
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        assert is_refused(OTHER.token(PROJECT, "ada"), keys)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)

    def test_nobody_is_let_in_without_them(self, google: Google) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        google.is_down = True
        clock.now = HOUR
        for _ in range(10):
            assert is_refused(KEY.token(PROJECT, "ada"), keys)
        assert google.fetches == 2
        google.is_down = False
        clock.now += 1
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)

    @pytest.mark.parametrize("max_age", [0, 9])
    def test_they_are_kept_for_ten_seconds_at_least(self, google: Google, max_age: int) -> None:
        google.max_age_seconds = max_age
        clock = Clock()
        keys = Keys(google.url, clock)
        for now, fetches in ((0, 1), (9, 1), (10, 2)):
            clock.now = now
            assert not is_refused(KEY.token(PROJECT, "ada"), keys)
            assert google.fetches == fetches

    @pytest.mark.parametrize("kind", UNUSABLE)
    def test_one_that_cannot_be_used_keeps_no_others_out(self, google: Google, kind: str) -> None:
        google.keys = [unusable(UNUSABLE[kind]), KEY]
        keys = Keys(google.url)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        assert is_refused(signed(kid="unusable"), keys)

    @pytest.mark.parametrize("published", [[], *([unusable(each)] for each in UNUSABLE.values())])
    def test_a_response_without_any_leaves_those_that_are_kept(
        self, google: Google, published: list[SigningKey]
    ) -> None:
        clock = Clock()
        keys = Keys(google.url, clock)
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)
        google.keys, clock.now = published, 10
        assert is_refused(OTHER.token(PROJECT, "ada"), keys)
        assert google.fetches == 2
        assert not is_refused(KEY.token(PROJECT, "ada"), keys)

    def test_no_age_is_too_large(self, google: Google) -> None:
        google.max_age_seconds = 10**400
        assert not is_refused(KEY.token(PROJECT, "ada"), Keys(google.url))

"""Real ID tokens: signed with a key whose certificate Google's address serves, as far as a process
can tell that this stands in for Google.

It is a proxy by `HTTPS_PROXY`, with a certificate of its own by `REQUESTS_CA_BUNDLE`. So both the
code under test and the SDK fetch certificates as they do in the cloud, and nothing is patched.
"""

import json
import ssl
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

GOOGLE = "www.googleapis.com"
MAX_AGE_SECONDS = 3600


class SigningKey:
    """A key that signs ID tokens, and its certificate."""

    def __init__(self, kid: str = "first") -> None:
        self.kid = kid
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = _certificate(self.key, "securetoken.system.gserviceaccount.com")

    def token(self, project: str, uid: str, **claims: Any) -> str:
        """What Firebase Auth gives an anonymous guest; a claim that is None is left out."""
        headers = {"kid": self.kid}
        return jwt.encode(claims_of(project, uid, **claims), self.key, "RS256", headers=headers)


def claims_of(project: str, uid: str, **claims: Any) -> dict[str, Any]:
    """The claims of an ID token; one that is None is left out."""
    now = int(time.time())
    given = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "auth_time": now,
        "user_id": uid,
        "sub": uid,
        "iat": now,
        "exp": now + 3600,
        "provider_id": "anonymous",
        "firebase": {"identities": {}, "sign_in_provider": "anonymous"},
        **claims,
    }
    return {name: value for name, value in given.items() if value is not None}


class Google(ThreadingHTTPServer):
    """Serves the certificates of `keys` at Google's address, to processes with its `env`."""

    daemon_threads = True

    def __init__(self, folder: Path, *keys: SigningKey) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/certificates"
        self.keys = list(keys)
        self.max_age_seconds = MAX_AGE_SECONDS
        self.is_down = False
        self.fetches = 0
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        bundle = folder / "google.pem"
        bundle.write_bytes(_certificate(key, GOOGLE) + _private(key))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(bundle)
        account = folder / "account.json"
        account.write_text(json.dumps(_service_account(key)))
        self.env: Mapping[str, str] = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.server_address[1]}",
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(bundle),
            # never used, but the SDK wants some before it verifies tokens
            "GOOGLE_APPLICATION_CREDENTIALS": str(account),
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Google

    def do_GET(self) -> None:
        """The certificates to whom has this server's own address."""
        self.wfile.write(self._response())
        self.close_connection = True

    def do_CONNECT(self) -> None:
        if self.path != f"{GOOGLE}:443" or self.server.is_down:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        with self.server.tls.wrap_socket(self.connection, server_side=True) as connection:
            request = connection.recv(65536)
            assert request.startswith(b"GET /robot/v1/metadata/x509/securetoken@system."), request
            connection.sendall(self._response())
        self.close_connection = True

    def _response(self) -> bytes:
        self.server.fetches += 1
        if self.server.is_down:
            return b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n"
        body = json.dumps({key.kid: key.certificate.decode() for key in self.server.keys})
        head = (
            "HTTP/1.1 200 OK",
            f"Cache-Control: public, max-age={self.server.max_age_seconds}, must-revalidate",
            f"Date: {formatdate(usegmt=True)}",  # without it nothing keeps the response
            "Content-Type: application/json; charset=UTF-8",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join([*head, "", body]).encode()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _certificate(key: rsa.RSAPrivateKey, host: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _service_account(key: rsa.RSAPrivateKey) -> dict[str, str]:
    return {
        "type": "service_account",
        "project_id": "demo-nowhere",
        "private_key_id": "none",
        "private_key": _private(key).decode(),
        "client_email": "nobody@demo-nowhere.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }

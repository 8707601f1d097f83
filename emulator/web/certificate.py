"""A certificate for one run, signed by its own key, which lies in the suite's temporary folder."""

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=2)
CLOCK_SKEW = timedelta(hours=1)
"""By how much a phone's clock may be behind."""


@dataclass(frozen=True)
class Certificate:
    """Files in PEM, and the SHA-256 fingerprint that a browser shows of the certificate."""

    certificate: Path
    key: Path
    fingerprint: str


def own_names() -> tuple[str, ...]:
    """The names under which this machine may be asked, besides its addresses."""
    name = socket.gethostname().partition(".")[0].lower()
    return ("localhost", *([name, f"{name}.local"] if name.isascii() and name else []))


def create(folder: Path, names: Sequence[str], addresses: Sequence[str]) -> Certificate:
    """Write `folder`/https.pem and `folder`/https.key, which only this user may read."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Local emulator suite")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    *(x509.DNSName(name) for name in names),
                    *(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses),
                ]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    files = folder / "https.pem", folder / "https.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(files[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    return Certificate(*files, made.fingerprint(hashes.SHA256()).hex(":").upper())

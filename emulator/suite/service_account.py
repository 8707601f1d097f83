"""The suite's own service account, whose key signs URLs locally."""

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class ServiceAccount:
    """A key that lasts as long as the suite; the storage server knows its public half."""

    email: str
    public_key: str
    file: Path


def create(project: str, folder: Path) -> ServiceAccount:
    """Write `folder`/signer.json, to which GOOGLE_APPLICATION_CREDENTIALS can point.

    Nothing listens at its token endpoint. A client that uses it as a credential of the cloud fails
    at once, without leaving this machine.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    email = f"signer@{project}.iam.gserviceaccount.com"
    file = folder / "signer.json"
    file.touch(mode=0o600)
    file.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": project,
                "private_key_id": "emulator",
                "private_key": private.decode(),
                "client_email": email,
                "token_uri": "http://127.0.0.1:1/token",
            }
        )
    )
    return ServiceAccount(email, public.decode(), file)

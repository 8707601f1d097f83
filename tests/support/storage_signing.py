"""Service accounts that sign URLs for the storage under test."""

from typing import Any, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2.service_account import Credentials

BUCKET = "demo-guest.appspot.com"
SIGNER = "signer@demo-guest.iam.gserviceaccount.com"


class Sign(Protocol):
    """Signs a method on an object, with the options of `Blob.generate_signed_url`."""

    def __call__(self, method: str, name: str = "photo.jpg", **options: Any) -> str: ...


def make_credentials(email: str) -> tuple[Credentials, str]:
    """A service account with a new key, and the public key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    info = {"client_email": email, "private_key": private.decode(), "token_uri": "http://unused"}
    credentials: Credentials = Credentials.from_service_account_info(info)
    return credentials, public.decode()

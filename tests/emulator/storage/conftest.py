"""A storage served on a free port, the real client for it, and a signer that it knows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from google.cloud import storage
from google.oauth2.service_account import Credentials

from emulator.process.http import serve
from emulator.storage.server import create_app
from tests.support.storage_signing import BUCKET, SIGNER, Sign, make_credentials


@pytest.fixture(scope="session")
def signer() -> tuple[Credentials, str]:
    return make_credentials(SIGNER)


@pytest.fixture(scope="session")
def served(signer: tuple[Credentials, str]) -> Iterator[tuple[Flask, str]]:
    app = create_app(BUCKET, {SIGNER: signer[1]})
    server = serve(app)
    yield app, server.url
    server.close()


@pytest.fixture
def app(served: tuple[Flask, str]) -> Flask:
    app = served[0]
    app.extensions["objects"].clear()
    return app


@pytest.fixture
def url(app: Flask, served: tuple[Flask, str]) -> str:
    return served[1]


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[storage.Client]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
    # otherwise the client gets its bucket once, from a thread, while a test counts operations
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    client = storage.Client(project="demo-guest")
    yield client
    client.close()


@pytest.fixture
def bucket(client: storage.Client) -> storage.Bucket:
    bucket: storage.Bucket = client.bucket(BUCKET)
    return bucket


@pytest.fixture
def sign(bucket: storage.Bucket, url: str, signer: tuple[Credentials, str]) -> Sign:
    """`sign(method, name="photo.jpg", headers=…, content_type=…)`: a V4 URL as the library makes
    it, valid for five minutes."""

    def sign(method: str, name: str = "photo.jpg", **options: Any) -> str:
        options = {"credentials": signer[0], "expiration": timedelta(minutes=5), **options}
        signed: str = bucket.blob(name).generate_signed_url(
            version="v4", method=method, api_access_endpoint=url, **options
        )
        return signed

    return sign

"""Vendors on this machine, and clients of them that lose no time."""

from collections.abc import Iterator

import pytest
from PIL import Image

from experience.providers.gemini import Gemini
from experience.providers.http import Http
from experience.providers.replicate import Replicate
from tests.support.builders.images import encoded
from tests.support.media.memory_blobs import MemoryBlobs
from tests.support.vendors import gemini, replicate
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor

PICTURE = encoded(Image.new("RGB", (8, 8), "teal"))


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def pauses() -> list[float]:
    """How long the client would have waited between its tries."""
    return []


@pytest.fixture
def replicate_vendor() -> Iterator[ReplicateVendor]:
    vendor = ReplicateVendor(PICTURE)
    yield vendor
    vendor.close()


@pytest.fixture
def gemini_vendor() -> Iterator[GeminiVendor]:
    vendor = GeminiVendor(PICTURE)
    yield vendor
    vendor.close()


@pytest.fixture
def replicate_http(replicate_vendor: ReplicateVendor, pauses: list[float]) -> Http:
    headers = {"authorization": f"Bearer {replicate.TOKEN}"}
    return Http(replicate_vendor.url, headers, pause=pauses.append)


@pytest.fixture
def predictions(replicate_http: Http, blobs: MemoryBlobs) -> Replicate:
    return Replicate(replicate_http, blobs)


@pytest.fixture
def gemini_http(gemini_vendor: GeminiVendor, pauses: list[float]) -> Http:
    return Http(gemini_vendor.url, {"x-goog-api-key": gemini.KEY}, pause=pauses.append)


@pytest.fixture
def pictures(gemini_http: Http, blobs: MemoryBlobs) -> Gemini:
    return Gemini(gemini_http, blobs)

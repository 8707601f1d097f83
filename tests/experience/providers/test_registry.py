"""Who there is, and who has a key."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from experience.errors import FailedPrecondition, InvalidArgument
from experience.providers import registry
from experience.providers.local import Local
from experience.providers.models import Provider, ProviderFailed
from experience.providers.replicate import Replicate
from tests.experience.providers.conftest import PICTURE
from tests.support.media.memory_blobs import MemoryBlobs
from tests.support.vendors import replicate
from tests.support.vendors.replicate import ReplicateVendor

announced: list[tuple[Any, ...]] = []
refusing = False


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "experience.provider":
        announced.append(arguments)
        if refusing:
            raise ConnectionRefusedError


@pytest.fixture(scope="module", autouse=True)
def _hearing() -> None:
    sys.addaudithook(_hear)  # it cannot be taken away, and does no harm


@pytest.fixture
def unreachable() -> Iterator[None]:
    global refusing  # noqa: PLW0603
    refusing = True
    yield
    refusing = False


class TestRequire:
    def test_local_needs_nothing(self, blobs: MemoryBlobs) -> None:
        registry.require("local")
        assert isinstance(registry.provider("local", blobs), Local)

    @pytest.mark.parametrize("provider_id", ["replicate", "gemini"])
    def test_a_vendor_without_a_key_is_named(self, provider_id: str) -> None:
        with pytest.raises(FailedPrecondition, match=provider_id) as caught:
            registry.require(provider_id)
        assert caught.value.details == {
            "reason": "provider_not_configured",
            "providerId": provider_id,
        }

    def test_one_that_nobody_knows_is_an_argument(self) -> None:
        with pytest.raises(InvalidArgument, match="only local, replicate, gemini") as caught:
            registry.require("dall-e")
        assert caught.value.reason == "unknown_provider"

    def test_with_a_key_a_vendor_is_called_with_it(
        self, blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vendor = ReplicateVendor(PICTURE)
        monkeypatch.setenv("REPLICATE_API_TOKEN", replicate.TOKEN)
        monkeypatch.setenv("REPLICATE_API_URL", vendor.url)
        try:
            made = registry.provider("replicate", blobs)
            assert isinstance(made, Replicate)
            assert made.submit({"model": "acme/cartoonist"}, "key") in vendor.predictions
        finally:
            vendor.close()


class TestEveryOperation:
    OPERATIONS = ("submit", "poll", "cancel", "fetch")

    @pytest.fixture(params=list(registry.PROVIDERS))
    def made(
        self,
        request: pytest.FixtureRequest,
        blobs: MemoryBlobs,
        monkeypatch: pytest.MonkeyPatch,
    ) -> tuple[str, Provider]:
        monkeypatch.setenv("REPLICATE_API_TOKEN", "token")
        monkeypatch.setenv("GEMINI_API_KEY", "key")
        return request.param, registry.provider(request.param, blobs)

    @pytest.mark.usefixtures("unreachable")
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_is_announced_and_whoever_hears_it_can_make_it_fail(
        self, made: tuple[str, Provider], operation: str
    ) -> None:
        provider_id, provider = made
        announced.clear()
        arguments: tuple[Any, ...] = ({}, "key") if operation == "submit" else ("id",)
        with pytest.raises(ProviderFailed) as caught:
            getattr(provider, operation)(*arguments)
        assert caught.value.retryable
        assert announced == [(provider_id, operation)]

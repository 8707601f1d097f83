"""Requests to vendors: bounded in time, in size, in tries, and in where they go."""

import contextlib
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, TypeVar

from experience.providers import addresses
from experience.providers.addresses import Address, InvalidAddressError
from experience.providers.exchange import Bounds, Response, Stream, TooLargeError, opened
from experience.providers.models import FailureCode, ProviderFailed

T = TypeVar("T")

TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 8.0
REDIRECTS = 3

JSON_BYTES = 32 * 1024 * 1024
"""A response of Gemini holds a picture in base64; nothing else comes near this."""


class Unanswered(ProviderFailed):
    """Nobody knows whether the request had its effect: no answer came, or one of status 5xx."""

    is_unsure = True


@dataclass(frozen=True)
class Http:
    """A vendor's API at `base_url`, with what every request carries.

    `timeout_seconds` bounds each request from connecting to the last byte, however slowly either
    comes. `download_seconds` is the same for a result. The headers hold the key, so they go to the
    origin of `base_url` and to no other.
    """

    base_url: str
    headers: Mapping[str, str]
    timeout_seconds: float = 30
    download_seconds: float = 60
    pause: Callable[[float], None] = time.sleep
    resolve: Callable[[str, int], list[str]] = addresses.resolved

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """One request to the API. Raises Unanswered; an answer of any status is an answer."""
        with self.stream(method, path, body, **headers) as answer:
            return answer.read()

    @contextlib.contextmanager
    def stream(self, method: str, path: str, body: Any = None, **headers: str) -> Iterator[Stream]:
        """As `call`, with a body that is read in parts, each of which may raise as `call` does.

        The timeout is that of the whole answer. Leaving the context closes the connection.
        """
        sent = None if body is None else json.dumps(body).encode()
        address = addresses.parse(self.base_url + path)
        bounds = (JSON_BYTES, self.timeout_seconds)
        json_headers = {"content-type": "application/json", **headers}
        with self._open(method, address, bounds, sent, json_headers) as answer:
            yield answer

    def retry(self, once: Callable[[], T], within_seconds: float | None = None) -> T:
        """Call `once`, and retry transient failures with full jitter until one timeout has passed.

        Or `within_seconds`, if that is less. If a provider asks for a longer wait, its failure is
        raised at once.
        """
        seconds = self.timeout_seconds if within_seconds is None else within_seconds
        latest = time.monotonic() + min(seconds, self.timeout_seconds)
        for number in itertools.count(1):
            try:
                return once()
            except ProviderFailed as failed:
                asked = failed.retry_after_seconds or 0
                ceiling = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (number - 1))
                pause = asked + random.uniform(0, ceiling)  # noqa: S311  (jitter, not a secret)
                hopeless = not failed.retryable or number == TRIES
                if hopeless or time.monotonic() + pause > latest:
                    raise
            self.pause(pause)
        raise AssertionError

    def download(self, url: str, hosts: tuple[str, ...], limit_bytes: int) -> Response:
        """The bytes at an address that the vendor named: from its own hosts, by https.

        `hosts` are names, those with a leading dot all below them, at IP addresses of the public
        internet. The API's own origin serves as well, whatever its scheme. Redirects are followed
        as far as they keep to that.
        """
        try:
            address = addresses.parse(url)
            for _ in range(REDIRECTS + 1):
                self._require_vendors(address, hosts)
                bounds = (limit_bytes, self.download_seconds)
                with self._open("GET", address, bounds, None, {}) as received:
                    answer = received.read()
                if answer.status not in (301, 302, 303, 307, 308):
                    return answer
                address = addresses.redirected(address, answer.headers.get("location", ""))
        except InvalidAddressError as error:
            raise _elsewhere() from error
        raise ProviderFailed("The provider's result is redirected in circles.")

    def _is_own(self, address: Address) -> bool:
        return address.origin == addresses.parse(self.base_url).origin

    def _require_vendors(self, address: Address, hosts: tuple[str, ...]) -> None:
        known = address.host in hosts or any(
            address.host.endswith(name) for name in hosts if name[0] == "."
        )
        plain = (address.scheme, address.port) == ("https", 443)
        if not self._is_own(address) and not (plain and known):
            raise _elsewhere()

    def _ips(self, address: Address) -> list[str]:
        """Where to connect: what is connected to is what was checked. Raises OSError."""
        ips = self.resolve(address.host, address.port)
        if not self._is_own(address) and not all(map(addresses.is_public, ips)):
            raise _elsewhere()
        return ips

    def _sent_headers(self, address: Address, headers: Mapping[str, str]) -> dict[str, str]:
        """With the key, where the address is one of the API itself."""
        return {**self.headers, **headers} if self._is_own(address) else dict(headers)

    @contextlib.contextmanager
    def _open(
        self,
        method: str,
        address: Address,
        bounds: tuple[int, float],
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Iterator[Stream]:
        limit_bytes, seconds = bounds
        deadline = time.monotonic() + seconds
        sent = self._sent_headers(address, headers)
        with contextlib.ExitStack() as stack:
            with _failing(limit_bytes):
                ips = self._ips(address)
                exchange = opened(method, address, ips, sent, body, Bounds(limit_bytes, deadline))
                answer = stack.enter_context(exchange)
            yield Stream(answer.status, answer.headers, _parts(answer, limit_bytes))


@contextlib.contextmanager
def _failing(limit_bytes: int) -> Iterator[None]:
    """What an exchange raises becomes a provider's failure."""
    try:
        yield
    except TooLargeError as error:
        raise ProviderFailed(
            f"The provider's answer is larger than {limit_bytes} bytes.", retryable=False
        ) from error
    except TimeoutError as error:
        raise Unanswered(
            "The provider did not answer in time.", code=FailureCode.TIMEOUT
        ) from error
    except (OSError, HTTPException) as error:
        raise Unanswered("The connection to the provider broke.") from error


def _parts(answer: Stream, limit_bytes: int) -> Iterator[bytes]:
    with _failing(limit_bytes):
        yield from answer.parts


def _elsewhere() -> ProviderFailed:
    return ProviderFailed(
        "The provider's result lies at an address that is not the provider's.", retryable=False
    )

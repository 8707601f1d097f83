"""Requests to vendors: bounded in time, in size, in tries, and in where they go."""

import itertools
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from experience.providers.models import FailureCode, ProviderFailed

T = TypeVar("T")

CONNECT_SECONDS = 5
TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 8.0
REDIRECTS = 3
CHUNK_BYTES = 64 * 1024

JSON_BYTES = 32 * 1024 * 1024
"""A response of Gemini holds a picture in base64; nothing else comes near this."""


@dataclass(frozen=True)
class Response:
    """A vendor's answer, read to its end; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def retry_after_seconds(self) -> float | None:
        """What `Retry-After` says, in either of its forms (RFC 9110, 10.2.3)."""
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        return max(0.0, moment.timestamp() - time.time())


class Unanswered(ProviderFailed):
    """Nobody knows whether the request had its effect: no answer came, or one of status 5xx."""

    is_unsure = True


@dataclass(frozen=True)
class Http:
    """A vendor's API at `base_url`, with what every request carries.

    `timeout_seconds` bounds each request, however slowly its answer drips, to twice that at most;
    `download_seconds` is the same for a result.
    """

    base_url: str
    headers: Mapping[str, str]
    timeout_seconds: float = 30
    download_seconds: float = 60
    pause: Callable[[float], None] = time.sleep

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """One request to the API. Raises Unanswered; an answer of any status is an answer."""
        sent = None if body is None else json.dumps(body).encode()
        return self._send(
            method,
            self.base_url + path,
            (JSON_BYTES, self.timeout_seconds),
            sent,
            {"content-type": "application/json", **self.headers, **headers},
        )

    def patient(self, once: Callable[[], T]) -> T:
        """Call `once`, and retry transient failures with full jitter until one timeout has passed.

        Full jitter between the tries, none of which begins later than one timeout after the first.
        A provider that asks for a longer wait than that is left alone: its failure is raised.
        """
        latest = time.monotonic() + self.timeout_seconds
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

        `hosts` are names, those with a leading dot all below them. The API's own address serves as
        well, whatever its scheme. Redirects are followed as far as they keep to that.
        """
        for _ in range(REDIRECTS + 1):
            self._require_vendors(url, hosts)
            bounds = (limit_bytes, self.download_seconds)
            answer = self._send("GET", url, bounds, None, self.headers)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
        raise ProviderFailed("The provider's result is redirected in circles.")

    def _require_vendors(self, url: str, hosts: tuple[str, ...]) -> None:
        try:
            address, own = urlsplit(url), urlsplit(self.base_url)
            same = (address.scheme, address.hostname, address.port) == (
                own.scheme,
                own.hostname,
                own.port,
            )
            host = address.hostname or ""
            plain = address.scheme == "https" and address.port in (None, 443)
        except ValueError:
            same = plain = False
            host = ""
        known = any(
            host == name.lstrip(".") or host.endswith(name) for name in hosts if name[0] == "."
        )
        if not same and not (plain and (host in hosts or known)):
            raise ProviderFailed(
                "The provider's result lies at an address that is not the provider's.",
                retryable=False,
            )

    def _send(
        self,
        method: str,
        url: str,
        bounds: tuple[int, float],
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Response:
        limit_bytes, seconds = bounds
        deadline = time.monotonic() + seconds
        timeout = (min(CONNECT_SECONDS, seconds), seconds)
        try:
            with requests.Session() as session:
                session.trust_env = False  # a .netrc would replace the key
                with session.request(
                    method,
                    url,
                    data=body,
                    headers=dict(headers),
                    timeout=timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    received = _bounded(response, limit_bytes, deadline)
        except (requests.Timeout, ReadTimeoutError) as error:
            raise Unanswered(
                "The provider did not answer in time.", code=FailureCode.TIMEOUT
            ) from error
        except (requests.RequestException, HTTPError) as error:
            raise Unanswered("The connection to the provider broke.") from error
        named = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, named, received)


def _bounded(response: requests.Response, limit_bytes: int, deadline: float) -> bytes:
    """The body, as far as it keeps to its size and its time."""
    data = bytearray()
    # As it comes in: `iter_content` waits for a whole chunk, however long that takes.
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        data += chunk
        if len(data) > limit_bytes:
            raise ProviderFailed(
                f"The provider's answer is larger than {limit_bytes} bytes.", retryable=False
            )
        if time.monotonic() > deadline:
            raise requests.ReadTimeout
    return bytes(data)

"""The vendors' servers on this machine, and models that lose no time with them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import google.genai  # noqa: F401  (loaded before the first test measures a time)
import pytest

from experience.language_models.gemini import Gemini
from experience.language_models.models import LanguageModel
from experience.language_models.openai import OpenAi
from experience.providers.http import Http
from tests.support.vendors.gemini_text import GeminiTextVendor
from tests.support.vendors.language_model import ModelVendor
from tests.support.vendors.openai import OpenAiVendor

GEMINI_MODEL = "gemini-3.5-flash"
MODEL = "gpt-4.1-mini"


@dataclass
class Account:
    """A vendor, and its model with a key and a timeout."""

    vendor: ModelVendor
    make: Callable[[Http], LanguageModel]
    header: Callable[[str], dict[str, str]]
    pauses: list[float] = field(default_factory=list)

    def model(self, *, key: str | None = None, seconds: float = 10) -> LanguageModel:
        headers = self.header(self.vendor.key if key is None else key)
        return self.make(Http(self.vendor.address, headers, seconds, pause=self.pauses.append))


def openai_account() -> Account:
    return Account(
        OpenAiVendor(),
        lambda http: OpenAi(http, MODEL),
        lambda key: {"authorization": f"Bearer {key}"},
    )


def gemini_account() -> Account:
    return Account(
        GeminiTextVendor(),
        lambda http: Gemini(http, GEMINI_MODEL),
        lambda key: {"x-goog-api-key": key},
    )


ACCOUNTS = {"gemini": gemini_account, "openai": openai_account}


@pytest.fixture(params=ACCOUNTS)
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    """Each of the vendors in turn."""
    opened = ACCOUNTS[request.param]()
    yield opened
    opened.vendor.close()


@pytest.fixture
def gemini() -> Iterator[Account]:
    opened = gemini_account()
    yield opened
    opened.vendor.close()


@pytest.fixture
def openai() -> Iterator[Account]:
    opened = openai_account()
    yield opened
    opened.vendor.close()

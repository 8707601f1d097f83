"""Benches with providers, each test with vendors who know nothing of the others."""

from collections.abc import Callable, Iterator

import pytest

from experience.ids import new_id
from tests.experience.workflows.generations.generation_bench import GenerationBench
from tests.support.vendors.account import Account
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.workflows.workflow_bench import WorkflowBench


@pytest.fixture
def fresh_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account()
    for name, value in account.env.items():
        monkeypatch.setenv(name, value)
    yield account
    account.close()


@pytest.fixture
def replicate(fresh_account: Account) -> ReplicateVendor:
    return fresh_account.replicate


@pytest.fixture
def gemini(fresh_account: Account) -> GeminiVendor:
    return fresh_account.gemini


@pytest.fixture
def new_generations(
    new_bench: Callable[[], WorkflowBench], fresh_account: Account, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], GenerationBench]:
    client = new_bench().client
    return lambda: GenerationBench(client, monkeypatch, f"w-{new_id()}")


@pytest.fixture
def generations(new_generations: Callable[[], GenerationBench]) -> GenerationBench:
    return new_generations()

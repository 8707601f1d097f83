"""Callers of the running functions, and the database behind them."""

from collections.abc import Callable, Iterator

import pytest
from google.cloud import firestore

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience import clients
from tests.builders.workspaces import a_member, a_workspace, an_experience

SignIn = Callable[[str | None], Client]


@pytest.fixture(scope="session")
def db(suite: Suite) -> firestore.Client:
    return clients.firestore()


@pytest.fixture(scope="session")
def signed_in(suite: Suite) -> Iterator[SignIn]:
    """Who calls as this uid; None calls without an identity."""
    made: dict[str | None, Client] = {}

    def sign_in(uid: str | None) -> Client:
        if uid not in made:
            made[uid] = Client(suite.env["FUNCTIONS_EMULATOR_HOST"], suite.project, uid)
        return made[uid]

    yield sign_in
    for client in made.values():
        client.close()


@pytest.fixture(scope="module")
def workspace(db: firestore.Client) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: firestore.Client, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "editor"))


@pytest.fixture
def experience(db: firestore.Client, workspace: str) -> str:
    """One with a draft of version 1, never published."""
    return an_experience(db, workspace, published=False)

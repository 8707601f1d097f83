"""A workspace, its admin, and live campaigns to play."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import a_campaign

SignIn = Callable[[str | None], Client]


@pytest.fixture(scope="module")
def workspace(db: Database) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: Database, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "admin"))


@pytest.fixture
def player(signed_in: SignIn) -> Client:
    return signed_in(f"player-{new_id()}")


@pytest.fixture(scope="module")
def live(db: Database, workspace: str) -> Callable[..., dict[str, Any]]:
    """The request to play a new live campaign."""

    def make(game: dict[str, Any] | None = None) -> dict[str, Any]:
        campaign = a_campaign(db, workspace, "live", game)
        return {"workspaceId": workspace, "campaignId": campaign, "termsVersion": "1"}

    return make

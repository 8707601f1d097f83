"""A player's events reach the log once each, whatever happens to the network and the page."""

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience.players.models.event import event_key
from experience.players.store import progress_ref
from tests.support.browser import Browser
from tests.support.builders.workspaces import a_member, a_step, a_workspace, an_experience


class TestEventOutbox:
    @pytest.mark.exhaustive
    def test_each_event_is_logged_once_over_dead_networks_and_reloads(
        self, browser: Browser, invariants_hold_afterwards: tuple[Suite, Client]
    ) -> None:
        _, db = invariants_hold_afterwards
        workspace = a_workspace(db)
        a_member(db, workspace, "owner")
        rules = {"xp": {"waypoint_visited": 10}}
        draft = {"steps": [a_step("name")], "transform": None, "progress": rules}
        experience = an_experience(db, workspace, draft=draft)
        seen = browser.play("trackedOffline", workspace=workspace, experience=experience)
        assert seen["again"] == seen["uid"]
        assert (seen["offline"], seen["beforeReload"], seen["afterReload"]) == (60, 2, 2)
        progress = progress_ref(db, seen["uid"], workspace, experience)
        logged = sorted(each.id for each in progress.collection("progressEvents").stream())
        assert logged == sorted(map(event_key, seen["added"]))
        assert len(logged) == 67
        assert progress.get().get("xp") == 670

"""A new deployment is filled and visited with one command and callables alone."""

import os
import subprocess
import sys
from typing import Any

import pytest

from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient, answers_to
from emulator.paths import ROOT
from emulator.suite.suite import Suite
from experience import clients
from experience.ids import new_id
from operations.checks.check import check
from tests.support.builders.jobs import a_photo
from tests.support.builders.workspaces import a_step
from tests.support.calling import refused

CONSENT = {"version": "1", "text": "We keep your picture for 30 days."}


@pytest.fixture
def names() -> dict[str, str]:
    """Ids that nobody used before, by what they are for."""
    return {kind: f"{kind}-{new_id()}" for kind in ("w", "p", "rules", "booth", "fun", "owner")}


def author(owner: Client, names: dict[str, str]) -> None:
    """Three experiences and a project of them, drafted and published."""
    workspace = {"workspaceId": names["w"]}
    transform = {"enabled": True, "prompt": "SECRET", "output": {"format": "png", "width": 256}}
    drafts: dict[str, dict[str, Any]] = {
        "rules": {"steps": [a_step("adult", "yes_no", required=True)]},
        "booth": {
            "steps": [a_step("name"), a_step("photo", "capture"), a_step("gift", "reward")],
            "transform": transform,
        },
        "fun": {"steps": [a_step("fun", "opinion_scale")]},
    }
    for name, draft in drafts.items():
        about = {**workspace, "experienceId": names[name]}
        made = owner.call("saveExperience", **about, expectedVersion=0, name=name, draft=draft)
        owner.call("publishExperience", **about, expectedVersion=made["draftVersion"])
    references = {kind: {"experienceId": names[kind]} for kind in drafts}
    experiences = {
        "main": [references["booth"]],
        "pregate": references["rules"],
        "preshare": references["fun"],
    }
    project = {"projectId": names["p"]}
    made = owner.call(
        "saveProject",
        **workspace,
        **project,
        expectedVersion=0,
        name="Summer night",
        draftConfig={"experiences": experiences, "consent": CONSENT},
    )
    owner.call("publishProject", **project, expectedVersion=made["draftVersion"])


def follow(guest: GuestClient) -> str:
    """Go wherever the server leads, up to the share page; the id of the main session."""
    page = guest.enter()
    [chosen] = [each["experienceId"] for each in page["experiences"]["main"]]
    step = guest.call("getNextPhase", experienceId=chosen)
    phases, main = [], ""
    while step["phase"] != "share":
        phases.append(step["phase"])
        named = {"mainSessionId": main} if step["phase"] == "preshare" else {}
        created = guest.create_session(step["experienceId"], **named)
        assert "SECRET" not in str(created)
        session = created["session"]
        if session["phase"] == "main":
            main = session["id"]
            guest.take_photo(session)
        step = guest.complete(session, answers=answers_to(created["steps"]))["next"]
    assert phases == ["pregate", "main", "preshare"]
    return main


class TestFromNothing:
    def test_a_workspace_is_filled_and_visited(self, suite: Suite, names: dict[str, str]) -> None:
        host = suite.env["FUNCTIONS_EMULATOR_HOST"]
        owner = Client(host, suite.project, names["owner"])
        client = Client(host, suite.project, f"guest-{new_id()}")
        guest = GuestClient(client, names["p"], a_photo())
        project = {"projectId": names["p"]}
        assert refused(owner, "listProjects", workspaceId=names["w"]).status == "NOT_FOUND"

        subprocess.run(
            [
                *(sys.executable, "-m", "operations", "bootstrap", "--project", suite.project),
                *("--workspace", names["w"], "--name", "Agency", "--owner", names["owner"]),
            ],
            cwd=ROOT,
            env={**os.environ, **suite.env},
            timeout=60,
            check=True,
        )
        author(owner, names)
        main = follow(guest)
        suite.settle()

        [listed] = owner.call("listProjects", workspaceId=names["w"])["items"]
        assert (listed["id"], listed["status"]) == (names["p"], "live")
        [visitor] = owner.call("listGuests", **project)["items"]
        assert visitor["id"] == guest.uid
        history = owner.call("getGuestHistory", **project, guestId=guest.uid)["items"]
        assert [each["session"]["phase"] for each in history] == ["preshare", "main", "pregate"]
        journey = guest.call("getJourneySessions", mainSessionId=main)
        assert all(journey[phase]["status"] == "completed" for phase in journey)
        assert journey["main"]["jobStatus"] == "completed"
        report = check(clients.firestore(), suite.bucket, names["p"])
        assert report.violations == []
        visits = {"guests": 1, "sessions": 3, "jobs": 1, "objects": 3}
        assert report.counts == {**visits, "event sessions": 0}
        owner.close()
        guest.close()

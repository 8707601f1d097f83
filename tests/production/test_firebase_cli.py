"""What a deployment does, under the Firebase CLI's own emulators instead of the suite.

It skips where Node.js or its packages cannot be had. `node_modules` has the CLI, pinned.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from PIL import Image

from emulator.demo import seed, trail
from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient
from emulator.demo.shown import PHOTO
from emulator.paths import ROOT
from experience.ids import new_id
from tests.support.campaigns.builders import TERMS, a_config
from tests.support.firebase_cli.emulators import emulators
from tests.support.node_installation import install

pytestmark = pytest.mark.exhaustive
PROJECT = "demo-guest"
WORKSPACE = {"workspaceId": seed.WORKSPACE}
CALL_SECONDS = 240
"""The first call of a function starts its Python, which takes its time on a busy machine."""
TASK_SECONDS = 300

SignIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The CLI's emulators with the demo's documents."""
    install()
    with emulators(PROJECT, tmp_path_factory.mktemp("cli")) as env:
        subprocess.run(
            [sys.executable, "-m", "emulator", "seed"],
            cwd=ROOT,
            env={**os.environ, **env},
            timeout=240,
            check=True,
        )
        yield env


@pytest.fixture
def signed_in(cli: dict[str, str]) -> Iterator[SignIn]:
    made: list[Client] = []

    def sign_in(uid: str) -> Client:
        made.append(Client.of(cli, uid))
        made[-1].timeout_seconds = CALL_SECONDS
        return made[-1]

    yield sign_in
    for client in made:
        client.close()


@pytest.fixture
def operator(signed_in: SignIn) -> Client:
    return signed_in(seed.OPERATOR)


def become(status: str, read: Callable[[], Any], name: str = "status") -> Any:
    """What `read` returns once its status is this one."""
    deadline = time.monotonic() + TASK_SECONDS
    while (found := read())[name] not in {status, "failed"} and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found[name] == status, found
    return found


def fetch(url: str) -> requests.Response:
    return requests.get(url, timeout=CALL_SECONDS)


class TestUnderTheCli:
    def test_a_run_starts_once_for_its_request_and_ends(self, operator: Client) -> None:
        source = f"gs://{PROJECT}.appspot.com/workspaces/{seed.WORKSPACE}/photos/{PHOTO.name}"
        asked = {
            **WORKSPACE,
            "workflowName": "photo.transform",
            "payload": {"sourceUri": source, "transform": {"model": "local/sketch"}, "answers": []},
            "requestId": new_id(),
        }
        started = operator.call("startRun", **asked)
        again = operator.call("startRun", **asked)
        assert again["run"]["id"] == started["run"]["id"]
        ids = {**WORKSPACE, "runId": started["run"]["id"]}
        become("completed", lambda: operator.call("getRun", **ids)["run"])

    def test_a_guest_gets_a_picture_and_its_short_address(
        self, cli: dict[str, str], signed_in: SignIn
    ) -> None:
        guest = GuestClient(signed_in(f"guest-{new_id()}"), seed.PROJECT, PHOTO.read_bytes())
        visit = guest.play(seed.CARTOON)
        ids = {"sessionId": visit.main.id}
        become("completed", lambda: guest.call("getSession", **ids)["session"], "jobStatus")
        sessions, job = guest.open_share_page(visit.main.id)
        for phase in ("pregate", "preshare"):
            assert sessions[phase]["mainSessionId"] == visit.main.id
        output = job["output"]
        picture = fetch(output["url"])
        assert picture.status_code == 200
        assert Image.open(io.BytesIO(picture.content)).size == (output["width"], output["height"])

        share = guest.call("createShare", **ids)
        assert guest.client.call("getShare", shareId=share["id"]) == share
        site = f"http://{cli['FUNCTIONS_EMULATOR_HOST']}/{PROJECT}/{cli['REGION']}/showShare"
        page = fetch(site + share["path"])
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "<img" in page.text
        assert fetch(f"{site}/s/{'a' * 26}").status_code == 404

    def test_a_player_walks_a_trail(self, operator: Client, signed_in: SignIn) -> None:
        ids = {**WORKSPACE, "experienceId": f"trail-{new_id()}"}
        new = {"expectedVersion": 0, "name": "The woods", "draft": trail.draft()}
        saved = operator.call("saveExperience", **ids, **new)
        operator.call("publishExperience", **ids, expectedVersion=saved["draftVersion"])
        player = signed_in(f"player-{new_id()}")
        events = list(trail.walk(1, len(trail.WAYPOINTS), time.time_ns() // 1_000_000))
        batches = [events[first : first + 50] for first in range(0, len(events), 50)]
        for number, batch in enumerate(batches):
            sent = {"batchId": f"walk-{number}", "events": batch}
            player.call("trackProgressEvents", **ids, **sent)
        progress = player.call("getExperienceProgress", **ids)
        assert progress["completionPercentage"] == 100
        player.call("trackProgressEvents", **ids, **sent)
        assert player.call("getExperienceProgress", **ids) == progress

    def test_a_campaign_is_built_and_played_once(self, operator: Client, signed_in: SignIn) -> None:
        new = {"name": "Summer", "templateId": "spin_wheel", "requestId": new_id()}
        campaign = operator.call("createCampaign", **WORKSPACE, **new)
        ids = {**WORKSPACE, "campaignId": campaign["id"]}
        operator.call("updateCampaign", **ids, expectedVersion=1, config=a_config())
        operator.call("generateCampaign", **ids, expectedVersion=2)
        live = become("live", lambda: operator.call("getCampaign", **ids))
        assert "<html" in fetch(live["bundleUrl"]).text
        assert fetch(live["thumbnailUrl"]).headers["Content-Type"] == "image/webp"
        player = signed_in(f"player-{new_id()}")
        played = player.call("playCampaign", **ids, termsVersion=TERMS["version"])
        assert player.call("playCampaign", **ids, termsVersion=TERMS["version"]) == played
        assert operator.call("listPlays", **ids)["items"]

    def test_the_assistant_answers_at_once_and_in_chunks(self, operator: Client) -> None:
        asked = {**WORKSPACE, "content": "List my campaigns"}
        reply = operator.call("sendChatMessage", **asked)["assistantMessage"]
        assert reply["status"] == "complete"
        operator.session.headers["Accept"] = "text/event-stream"
        streamed = operator.post("sendChatMessage", {"data": asked})
        blocks = streamed.text.removesuffix("\n\n").split("\n\n")
        *chunks, last = [json.loads(each.removeprefix("data: ")) for each in blocks]
        assert len(chunks) > 1
        said = "".join(each["message"]["delta"] for each in chunks)
        assert last["result"]["assistantMessage"]["content"] == said

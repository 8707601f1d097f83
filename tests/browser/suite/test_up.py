"""`make up` as a developer runs it: the page at its address, with the demo behind it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from emulator.demo import seed
from emulator.paths import ROOT
from emulator.process.http import request
from tests.support.browser import SCREENSHOTS, camera_video
from tests.support.chain_project import CHAIN
from tests.support.commands import run
from tests.support.node_installation import a_browser, install
from tests.support.processes import descendants, is_gone
from tests.support.waiting import eventually

PROJECT = f"projects/{seed.PROJECT}"


@pytest.fixture(scope="module")
def node() -> str:
    return install()


def settings_at(origin: str, folder: Path) -> dict[str, Any]:
    return {
        "origin": origin,
        "project": seed.PROJECT,
        "event": seed.EVENT,
        "camera": str(camera_video(folder / "camera.mjpeg")),
        "screenshots": str(SCREENSHOTS),
    }


@contextmanager
def up(log: Path, *options: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Its output and the environment that it prints, for the block. Then Ctrl-C ends everything."""
    # The parent of the tests may ignore SIGINT, which children inherit. A terminal's job does not.
    terminal = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        " os.execv(sys.executable, [sys.executable, '-m', 'emulator', *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", terminal, "up", "--free-ports", "--log", str(log), *options],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            output = ""
            for line in process.stdout:
                output += line
                if "Ctrl-C" in line:
                    break
            assert "Ctrl-C" in output, output
            pids = descendants(process.pid)
            yield output, dict(re.findall(r"^export (\w+)=(\S+)$", output, re.MULTILINE))
            process.send_signal(signal.SIGINT)
            process.communicate()
            assert process.returncode == 0
            eventually(lambda: all(map(is_gone, pids)))
        finally:
            process.kill()


def stored(env: dict[str, str], path: str, **changed: str) -> Any:
    """The fields of a document after the changes, without the security rules."""
    documents = f"projects/{env['GCLOUD_PROJECT']}/databases/(default)/documents"
    url = f"http://{env['FIRESTORE_EMULATOR_HOST']}/v1/{documents}/{path}"
    body = None
    if changed:
        url += "?" + "&".join(f"updateMask.fieldPaths={name}" for name in changed)
        body = {"fields": {name: {"stringValue": value} for name, value in changed.items()}}
    method = "PATCH" if changed else "GET"
    status, response = request(method, url, body, timeout=60, Authorization="Bearer owner")
    assert status == 200, response
    return json.loads(response)["fields"]


@pytest.mark.exhaustive
class TestUp:
    def test_a_guest_enters_at_the_printed_address_and_an_import_keeps_the_data(
        self, node: str, tmp_path: Path
    ) -> None:
        export = tmp_path / "export"
        with up(tmp_path / "log") as (output, env):
            page = re.search(rf"Guest page: (http://\S+)/{seed.PROJECT}$", output, re.MULTILINE)
            assert page, output
            assert f"{page[1]}/{seed.TOUR}" in output
            assert f"{page[1]}/e/{seed.EVENT}" in output
            assistant = f"{page[1]}/assistant/?workspace={seed.WORKSPACE}"
            assert f"Assistant: {assistant} ({seed.OPERATOR_EMAIL}, password" in output
            settings = settings_at(page[1], tmp_path)
            with a_browser(node, settings, tmp_path / "browser.log") as browser:
                seen = browser.play("entering")
                none = {"none": {"campaign": "nothing-here"}}
                campaign = browser.play("campaignRefusals", cases=none)["seen"]["none"]
                account = {"email": seed.OPERATOR_EMAIL, "password": seed.OPERATOR_PASSWORD}
                chat = browser.play("assistantAnswers", workspace=seed.WORKSPACE, **account)
            assert chat["uncaught"] == []
            assert chat["title"] == "List my campaigns", "the assistant is served beside it"
            assert seen["uncaught"] == seen["blocked"] == []
            assert campaign["reason"] == "campaign_not_found", "campaigns are served beside it"
            assert seen["buttonColour"] == "rgb(91, 61, 245)", "the button has the project's colour"
            guest = stored(env, f"{PROJECT}/guests/{seen['uid']}")
            assert guest["authUid"] == {"stringValue": seen["uid"]}
            stored(env, PROJECT, name="Winter night")
            assert run("export", str(export), **env).returncode == 0
        with up(tmp_path / "log", "--no-auth", "--root", str(CHAIN), "--import", str(export)) as (
            output,
            env,
        ):
            assert "Guest page" not in output
            assert stored(env, PROJECT)["name"] == {"stringValue": "Winter night"}


@pytest.mark.exhaustive
class TestHttps:
    def test_a_whole_visit_needs_no_other_origin(self, node: str, tmp_path: Path) -> None:
        with up(tmp_path / "log", "--https", "127.0.0.1", "--app-check") as (output, env):
            origin = env["LAN_ORIGIN"]
            assert origin.startswith("https://127.0.0.1:")
            assert f"On a phone: {origin}/{seed.PROJECT}\n" in output
            assert "only this machine's own browsers" in output
            settings = settings_at(origin, tmp_path)
            with a_browser(node, settings, tmp_path / "browser.log") as browser:
                seen = browser.play("visitOverHttps")
                none = {"none": {"campaign": "nothing-here"}}
                campaign = browser.play("campaignRefusals", cases=none)["seen"]["none"]
                account = {"email": seed.OPERATOR_EMAIL, "password": seed.OPERATOR_PASSWORD}
                chat = browser.play("assistantAnswers", workspace=seed.WORKSPACE, **account)
            assert seen["uncaught"] == []
            assert campaign["reason"] == "campaign_not_found", "it reads documents by REST"
            assert chat["title"] == "List my campaigns"
            assert seen["isSecure"], "or there is no camera"
            assert seen["shared"] == seen["picture"]
            assert seen["code"].startswith(f"{origin}/s/")
            requests = [urlsplit(url) for url in seen["requests"]]
            assert {f"{each.scheme}://{each.netloc}" for each in requests} == {origin}
            paths = " ".join(each.path for each in requests)
            assert "exchangeDebugToken" in paths, "and App Check is enforced"
            for each in ("accounts:signUp", "Listen/channel", "createUpload", "/inputs/", "/v0/b/"):
                assert each in paths, f"{each} went through it"
            assert stored(env, f"{PROJECT}/guests/{seen['uid']}")

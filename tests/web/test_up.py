"""`make up`, as a developer meets it: the page at its address, with the demo behind it."""

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

import pytest

from emulator.demo import seed
from emulator.paths import ROOT
from emulator.process.http import request
from tests.support.chain_project import CHAIN
from tests.support.commands import run
from tests.support.processes import descendants, is_gone
from tests.support.waiting import eventually
from tests.web.browser import PICTURES, camera_film
from tests.web.installation import a_browser, install

PROJECT = f"projects/{seed.PROJECT}"


@pytest.fixture(scope="module")
def node() -> str:
    return install()


@contextmanager
def up(log: Path, *options: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What it printed and the environment that it named, while it runs; then Ctrl-C, and nothing
    is left of it."""
    # What runs the tests may ignore SIGINT, which would be inherited: a terminal's job does not.
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
            said = ""
            for line in process.stdout:
                said += line
                if "Ctrl-C" in line:
                    break
            assert "Ctrl-C" in said, said
            pids = descendants(process.pid)
            yield said, dict(re.findall(r"^export (\w+)=(\S+)$", said, re.MULTILINE))
            process.send_signal(signal.SIGINT)
            process.communicate()
            assert process.returncode == 0
            eventually(lambda: all(map(is_gone, pids)))
        finally:
            process.kill()


def stored(env: dict[str, str], path: str, **changed: str) -> Any:
    """The fields of a document, read past the rules; `changed` are written before."""
    documents = f"projects/{env['GCLOUD_PROJECT']}/databases/(default)/documents"
    url = f"http://{env['FIRESTORE_EMULATOR_HOST']}/v1/{documents}/{path}"
    body = None
    if changed:
        url += "?" + "&".join(f"updateMask.fieldPaths={name}" for name in changed)
        body = {"fields": {name: {"stringValue": value} for name, value in changed.items()}}
    method = "PATCH" if changed else "GET"
    status, answer = request(method, url, body, timeout=60, Authorization="Bearer owner")
    assert status == 200, answer
    return json.loads(answer)["fields"]


class TestUp:
    def test_a_guest_enters_at_the_printed_address_and_what_is_imported_stays(
        self, node: str, tmp_path: Path
    ) -> None:
        export = tmp_path / "export"
        with up(tmp_path / "log") as (said, env):
            page = re.search(rf"Guest page: (http://\S+)/{seed.PROJECT}$", said, re.MULTILINE)
            assert page, said
            assert f"{page[1]}/{seed.TOUR}" in said
            settings = {
                "origin": page[1],
                "project": seed.PROJECT,
                "camera": str(camera_film(tmp_path / "camera.mjpeg")),
                "pictures": str(PICTURES),
            }
            with a_browser(node, settings, tmp_path / "browser.log") as browser:
                seen = browser.play("firstLook")
            assert seen["uncaught"] == seen["forbidden"] == []
            assert seen["buttonColour"] == "rgb(91, 61, 245)", "dressed in the project's colour"
            guest = stored(env, f"{PROJECT}/guests/{seen['uid']}")
            assert guest["authUid"] == {"stringValue": seen["uid"]}
            stored(env, PROJECT, name="Winter night")
            assert run("export", str(export), **env).returncode == 0
        with up(tmp_path / "log", "--no-auth", "--root", str(CHAIN), "--import", str(export)) as (
            said,
            env,
        ):
            assert "Guest page" not in said
            assert stored(env, PROJECT)["name"] == {"stringValue": "Winter night"}

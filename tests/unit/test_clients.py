"""Clients in a process of their own, as every function has one."""

import os
import subprocess
import sys
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"

EVENT_FIRST = """
import firebase_admin
from experience import clients
sdks_own = firebase_admin.initialize_app()
assert clients.app() is sdks_own
"""

MANY_AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from experience import clients
with ThreadPoolExecutor(20) as pool:
    [app] = {id(app) for app in pool.map(lambda _: clients.app(), range(20))}
"""


def run(code: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(FUNCTIONS)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


class TestApp:
    def test_an_app_that_the_sdk_made_to_read_an_event_is_used(self) -> None:
        run(EVENT_FIRST)

    def test_of_many_first_calls_at_once_none_fails(self) -> None:
        run(MANY_AT_ONCE)

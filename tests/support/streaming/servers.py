"""The streaming callables, served by the suite and by the command that the cloud uses."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.functions.supervisor import FunctionsSupervisor
from emulator.paths import ROOT
from tests.support.production.deployment import deployed
from tests.support.streaming import main

PROJECT, REGION = "demo-stream", "us-central1"
SOURCE = Path(main.__file__)


def environment(project: str = PROJECT) -> dict[str, str]:
    return {
        "GCLOUD_PROJECT": project,
        "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:1",  # unsigned tokens are enough
        "FIREBASE_CONFIG": json.dumps({"projectId": project}),
    }


@contextmanager
def in_the_suite(log: Path, project: str = PROJECT) -> Iterator[str]:
    """The address of the functions, each at `/PROJECT/REGION/NAME`."""
    indexes = ROOT / "firestore.indexes.json"
    env = environment(project)
    functions = FunctionsSupervisor(SOURCE.parent, project, REGION, env, 0, indexes, log)
    functions.start()
    try:
        yield functions.url
    finally:
        functions.stop()


@contextmanager
def in_the_cloud(log: Path, project: str = PROJECT) -> Iterator[str]:
    """The address of `speak` alone, at any path."""
    env = {**os.environ, **environment(project), "PYTHONPATH": str(ROOT)}
    with deployed("speak", "http", log, env, SOURCE) as address:
        yield address.removesuffix("/")


def check_streams(seen: dict[str, Any], uid: str) -> None:
    """Whether a client has got what web/tests/streaming-calls.mjs calls for."""
    assert seen["streamed"] == {  # it opened the gate after the last chunk
        "chunks": [{"delta": "Good "}, {"delta": "evening"}],
        "data": {"text": "Good evening", "by": uid},
    }
    assert seen["plain"] == seen["streamed"]["data"]
    tired = ["functions/failed-precondition", {"reason": "tired"}]
    internal = ["functions/internal", {"reason": "internal"}]
    for case, error in (
        ("refusedAtOnce", tired),
        ("refusedInTheMiddle", tired),
        ("bug", internal),
        ("unsigned", ["functions/unauthenticated", {"reason": "unauthenticated"}]),
    ):
        assert seen[case]["error"] == seen[case]["data"] == error, case
    [code, details] = seen["invalid"]["data"]
    assert (code, details["reason"]) == ("functions/invalid-argument", "invalid_request")
    assert seen["left"]["data"] == ["functions/cancelled", None]

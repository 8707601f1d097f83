"""What the Firebase CLI learns about our functions before it deploys them.

`make snapshot` writes it to tests/repository/snapshots; test_manifest.py holds the code to it.
`functions/.env` then holds every parameter's default: with `--non-interactive`, the CLI takes a
value from a file alone, and refuses a parameter without one even where the code has a default
(`resolveParams` in lib/deploy/functions/params.js of firebase-tools).
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "tests" / "repository" / "snapshots" / "functions.yaml"
ENV = ROOT / "functions" / ".env"
DEFAULTS = "# The defaults of experience/config.py, written by `make snapshot`.\n"
"""Starts the part of functions/.env that is written here."""
DEADLINE_SECONDS = 30

# What the CLI sets for a project, here a demo one: nothing in it can reach the cloud.
ENVIRONMENT = {
    "GCLOUD_PROJECT": "demo-guest",
    "FIREBASE_CONFIG": json.dumps(
        {"projectId": "demo-guest", "storageBucket": "demo-guest.appspot.com"}
    ),
}


def discover(folder: Path = ROOT / "functions") -> str:
    """Ask as the CLI asks: start the SDK's admin server in the folder, fetch functions.yaml."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "firebase_functions.private.serving"],
            cwd=folder,
            env={**os.environ, **ENVIRONMENT, "ADMIN_PORT": str(port)},
            stdout=log,
            stderr=log,
        )
        try:
            return _fetch(f"http://127.0.0.1:{port}/__/functions.yaml", server)
        except OSError as error:
            log.seek(0)
            raise AssertionError(
                f"functions/ cannot be discovered: {error}\n{log.read()}"
            ) from error
        finally:
            server.terminate()
            server.wait()


def _fetch(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_SECONDS) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError:
            raise  # the server is up, and main.py fails
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def with_defaults(env: str, manifest: str) -> str:
    """The text of functions/.env with a line for every parameter of the manifest."""
    lines = [
        f"{param['name']}={_as_env(param['default'])}\n"
        for param in yaml.safe_load(manifest)["params"]
    ]
    return env.partition(DEFAULTS)[0] + DEFAULTS + "".join(lines)


def _as_env(default: Any) -> str:
    """A default as the CLI reads it: booleans in lower case."""
    return str(default).lower() if isinstance(default, bool) else str(default)


if __name__ == "__main__":
    SNAPSHOT.parent.mkdir(exist_ok=True)
    found = discover()
    SNAPSHOT.write_text(found)
    ENV.write_text(with_defaults(ENV.read_text(), found))
    print(f"Wrote {ENV.relative_to(ROOT)}.")
    print(f"Wrote {SNAPSHOT.relative_to(ROOT)}: read its difference before you commit it.")

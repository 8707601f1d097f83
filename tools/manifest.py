"""What the Firebase CLI learns about our functions before it deploys them.

`make snapshot` writes it to tests/repository/snapshots; test_manifest.py holds the code to it.
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

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "tests" / "repository" / "snapshots" / "functions.yaml"
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


if __name__ == "__main__":
    SNAPSHOT.parent.mkdir(exist_ok=True)
    SNAPSHOT.write_text(discover())
    print(f"Wrote {SNAPSHOT.relative_to(ROOT)}: read its difference before you commit it.")

"""The official Firebase JS SDK in `node_modules`, installed once for each lock file."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
STAMP = MODULES / ".installed-from"
GUARD = HERE.parents[1] / ".cache" / "web-tests.lock"
INSTALL_SECONDS = 300
# npm's own words for a registry that it cannot reach
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def install() -> str:
    """The node that runs the SDK, once that is installed; skips the test where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < 20:
        pytest.skip("Node.js 20 or newer with npm is not installed")
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    GUARD.parent.mkdir(exist_ok=True)
    # Test workers, and several test runs at once: one installs, the others wait and find it done.
    with GUARD.open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not STAMP.exists() or STAMP.read_text() != wanted:
            _install(npm)
            STAMP.write_text(wanted)
    return node


def _version(node: str) -> int:
    """20 for `v20.20.2`."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").partition(".")[0])


def _install(npm: str) -> None:
    """`npm ci` removes what is there first; the packages' own scripts do not run."""
    run = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if run.returncode == 0:
        return
    if any(f"npm error code {word}" in run.stderr for word in OFFLINE):
        pytest.skip("the Firebase JS SDK is not installed, and npm reaches no registry")
    pytest.fail(f"npm ci failed in {HERE}:\n{run.stderr[-2000:]}", pytrace=False)

"""What `web/package-lock.json` pins, in `web/node_modules`: installed once for each lock file."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
MODULES = WEB / "node_modules"
STAMP = MODULES / ".installed-from"
GUARD = ROOT / ".cache" / "web-tests.lock"
INSTALL_SECONDS = 300
# npm's own words for a registry that it cannot reach
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def install() -> str:
    """The node to run, once the packages are there; skips the test where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < 20:
        pytest.skip("Node.js 20 or newer with npm is not installed")
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
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
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if run.returncode == 0:
        return
    if any(f"npm error code {word}" in run.stderr for word in OFFLINE):
        pytest.skip("web/node_modules is not installed, and npm reaches no registry")
    pytest.fail(f"npm ci failed in {WEB}:\n{run.stderr[-2000:]}", pytrace=False)

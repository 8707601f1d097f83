"""Node.js, and the packages that `web/package-lock.json` pins, in `web/node_modules`."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emulator.paths import CACHE, ROOT
from emulator.process.errors import SuiteError

WEB = ROOT / "web"
MODULES = WEB / "node_modules"
STAMP = MODULES / ".installed-from"
INSTALL_LOCK = CACHE / "web.lock"
MIN_VERSION = (20, 19)
"""The oldest Node.js that all packages support."""
# npm's error codes for a registry that it cannot reach
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


class NodeMissingError(SuiteError):
    """What needs Node.js cannot run here; the message names what is missing."""


def find() -> str:
    """The `node` to run. Raises NodeMissingError without a recent one and its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < MIN_VERSION:
        raise NodeMissingError(
            f"Node.js {MIN_VERSION[0]}.{MIN_VERSION[1]} or newer with npm is not installed"
        )
    return node


def is_installed() -> bool:
    """Whether there is a Node.js, and the packages that the lock file pins."""
    try:
        find()
    except NodeMissingError:
        return False
    return STAMP.exists() and STAMP.read_text() == _lock_digest()


def install(console: Console | None = None) -> str:
    """Install the packages if they are missing or outdated, and return the `node` to run.

    Shows progress on `console`. Raises NodeMissingError if Node.js is missing or no registry is
    reached, SuiteError with npm's output if npm fails otherwise.
    """
    node = find()
    INSTALL_LOCK.parent.mkdir(exist_ok=True)
    # Test workers and commands may run this at once: one installs, the others wait for it.
    with INSTALL_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed():
            _install(console or Console(quiet=True), lock.fileno())
            STAMP.write_text(_lock_digest())
    return node


def _lock_digest() -> str:
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()


def _version(node: str) -> tuple[int, ...]:
    """(20, 20) for `v20.20.2`; () if it fails, as a version manager's shim may."""
    run = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = run.stdout.strip().removeprefix("v").split(".")[:2]
    return tuple(map(int, numbers)) if run.returncode == 0 else ()


def _install(console: Console, lock: int) -> None:
    """Run `npm ci`, which first removes what is installed; the packages' own scripts do not run.

    package-lock.json names no URLs, so npm would request each package's metadata, with all its
    versions, before it fetches one of them. A temporary npm-shrinkwrap.json, which npm prefers,
    adds the URLs that registries usually have. If this registry has others, npm runs without it.
    """
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    total = sum("node_modules/" in name for name in packages)
    console.print(f"Installing {total} packages into web/node_modules: once, half a minute or so.")
    shrinkwrap = WEB / "npm-shrinkwrap.json"
    try:
        shrinkwrap.write_text(json.dumps(with_urls(_registry())))
        failure = _run_npm(console, lock, total)
    finally:
        shrinkwrap.unlink(missing_ok=True)
    if failure and "npm error code E404" in failure:
        failure = _run_npm(console, lock, 2 * total)
    if failure is None:
        return
    if any(f"npm error code {word}" in failure for word in OFFLINE):
        raise NodeMissingError("web/node_modules is not installed, and npm reaches no registry")
    raise SuiteError(f"npm ci failed in {WEB}:\n{failure[-2000:]}")


def _registry() -> str:
    command = ["npm", "config", "get", "registry"]
    return subprocess.run(
        command, cwd=WEB, capture_output=True, text=True, check=True
    ).stdout.strip()


def with_urls(registry: str) -> Any:
    """The lock file with the URL of each package in this registry."""
    lock = json.loads((WEB / "package-lock.json").read_text())
    for path, package in lock["packages"].items():
        if "integrity" in package and "resolved" not in package:
            name = package.get("name") or path.rpartition("node_modules/")[2]
            file = f"{name.rpartition('/')[2]}-{package['version']}.tgz"
            package["resolved"] = f"{registry.rstrip('/')}/{name}/-/{file}"
    return lock


def _run_npm(console: Console, lock: int, fetches: int) -> str | None:
    """npm's output if it failed."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("fetched"), TimeElapsedColumn())
    with (
        # npm holds the lock too: if this process is killed, the next one waits until npm ends
        subprocess.Popen(
            [*command, "--loglevel=http"],
            cwd=WEB,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[lock],
        ) as npm,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        assert npm.stderr is not None
        bar = progress.add_task("", total=fetches)
        try:
            output = _follow(npm.stderr, lambda: progress.advance(bar))
        except BaseException:  # interrupted: the next run starts anew
            npm.kill()
            raise
    return output if npm.returncode else None


def _follow(lines: Iterable[str], fetched: Callable[[], None]) -> str:
    """npm's output without the lines on fetches, for each of which `fetched` is called."""
    output = []
    for line in lines:
        if line.startswith("npm http"):
            fetched()
        else:
            output.append(line)
    return "".join(output)

"""Node.js, and what `web/package-lock.json` pins: installed into `web/node_modules` once."""

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
"""The oldest Node.js that all of the packages run on."""
# npm's own words for a registry that it cannot reach
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


class NodeMissingError(SuiteError):
    """What needs Node.js cannot run here; the message says what is missing."""


def find() -> str:
    """The `node` to run. Raises MissingError without one that is new enough, and its npm."""
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
    """The `node` to run, once the packages are there; its progress is shown on `console`.

    Raises MissingError where they cannot be had, SuiteError with npm's words where it failed.
    """
    node = find()
    INSTALL_LOCK.parent.mkdir(exist_ok=True)
    # Test workers, and several commands at once: one installs, the others wait and find it done.
    with INSTALL_LOCK.open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not is_installed():
            _install(console or Console(quiet=True), guard.fileno())
            STAMP.write_text(_lock_digest())
    return node


def _lock_digest() -> str:
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()


def _version(node: str) -> tuple[int, ...]:
    """(20, 20) for `v20.20.2`; nothing for what only prints an error, as version managers' do."""
    run = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = run.stdout.strip().removeprefix("v").split(".")[:2]
    return tuple(map(int, numbers)) if run.returncode == 0 else ()


def _install(console: Console, guard: int) -> None:
    """`npm ci` removes what is there first; the packages' own scripts do not run.

    The lock file names no addresses, so npm would ask the registry for each package's description,
    all its versions in it, before it fetches one of them. A lock file beside it, which npm prefers,
    has the addresses that registries usually give. Where they are others, npm asks after all.
    """
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    total = sum("node_modules/" in name for name in packages)
    console.print(f"Installing {total} packages into web/node_modules: once, half a minute or so.")
    addressed = WEB / "npm-shrinkwrap.json"
    try:
        addressed.write_text(json.dumps(with_addresses(_registry())))
        failure = _run_npm(console, guard, total)
    finally:
        addressed.unlink(missing_ok=True)
    if failure and "npm error code E404" in failure:
        failure = _run_npm(console, guard, 2 * total)
    if failure is None:
        return
    if any(f"npm error code {word}" in failure for word in OFFLINE):
        raise NodeMissingError("web/node_modules is not installed, and npm reaches no registry")
    raise SuiteError(f"npm ci failed in {WEB}:\n{failure[-2000:]}")


def _registry() -> str:
    ask = ["npm", "config", "get", "registry"]
    return subprocess.run(ask, cwd=WEB, capture_output=True, text=True, check=True).stdout.strip()


def with_addresses(registry: str) -> Any:
    """The lock file, and where in it each package lies in this registry."""
    lock = json.loads((WEB / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        if "integrity" in package and "resolved" not in package:
            name = package.get("name") or place.rpartition("node_modules/")[2]
            file = f"{name.rpartition('/')[2]}-{package['version']}.tgz"
            package["resolved"] = f"{registry.rstrip('/')}/{name}/-/{file}"
    return lock


def _run_npm(console: Console, guard: int, fetches: int) -> str | None:
    """What npm said when it failed."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("fetched"), TimeElapsedColumn())
    with (
        # npm holds the guard too: should this process be killed, the next one waits until it ends
        subprocess.Popen(
            [*command, "--loglevel=http"],
            cwd=WEB,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[guard],
        ) as npm,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        assert npm.stderr is not None
        bar = progress.add_task("", total=fetches)
        try:
            said = _follow(npm.stderr, lambda: progress.advance(bar))
        except BaseException:  # told to end: what npm left half is made anew
            npm.kill()
            raise
    return said if npm.returncode else None


def _follow(lines: Iterable[str], fetched: Callable[[], None]) -> str:
    """What npm has to say, except for its fetches: those are counted."""
    said = []
    for line in lines:
        if line.startswith("npm http"):
            fetched()
        else:
            said.append(line)
    return "".join(said)

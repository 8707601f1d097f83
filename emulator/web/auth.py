"""The Firebase CLI's Auth emulator, from `web/node_modules`.

Source of its control paths: https://firebase.google.com/docs/reference/rest/auth, "Auth
Emulator-only endpoints"
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.web import node

SCRIPT = Path(__file__).with_name("auth.cjs")
MAX_START_SECONDS = 120
EXPORT = Path("auth_export", "accounts.json")


class AuthEmulator:
    """The emulator at `address`; its accounts belong to `project` unless a client names another."""

    def __init__(self, address: str, project: str, folder: Path) -> None:
        self.address = address
        self.log = folder / "auth.log"
        host, _, port = address.rpartition(":")
        self.child = Child(
            [node.find(), str(SCRIPT), str(node.MODULES), host, port, project],
            # it reads the settings of the CLI's user from there, and finds none
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            log=self.log,
            cwd=folder,
        )

    @classmethod
    def start(cls, address: str, project: str, folder: Path) -> "AuthEmulator":
        """Start one that logs into `folder`. Raises NodeMissingError without Node.js or package."""
        if not node.is_installed():
            node.find()  # raises if Node.js is what is missing
            raise node.NodeMissingError("web/node_modules is not installed: `make up` does that")
        auth = cls(address, project, folder)
        auth.child.start()
        return auth

    def wait_until_ready(self) -> None:
        """Return once it responds. Raises SuiteError with the end of its log if it exits."""
        deadline = time.monotonic() + MAX_START_SECONDS
        while not self._is_ready():
            if not self.child.alive:
                self._explain_end()
            if time.monotonic() > deadline:
                raise SuiteError(f"The Auth emulator is not ready after {MAX_START_SECONDS} s.")
            time.sleep(0.05)

    def clear(self, project: str) -> None:
        """Delete every account of `project`."""
        url = f"http://{self.address}/emulator/v1/projects/{project}/accounts"
        status, response = request("DELETE", url, timeout=30, Authorization="Bearer owner")
        if status != 200:
            raise SuiteError(f"The Auth emulator refused DELETE {url}: {response.decode()}")

    def import_accounts(self, project: str, folder: Path) -> None:
        """Create the accounts of an export, if it has any. Raises SuiteError."""
        try:
            accounts = json.loads((folder / EXPORT).read_text())
        except FileNotFoundError:
            return
        if accounts.get("users"):
            _accounts(self.address, project, "POST", "batchCreate", accounts)

    def stop(self) -> None:
        self.child.kill()  # there is nothing to save

    def _is_ready(self) -> bool:
        try:
            status, response = request("GET", f"http://{self.address}/", timeout=5)
            return status == 200 and bool(json.loads(response)["authEmulator"]["ready"])
        except (OSError, ValueError, KeyError):  # nothing responds, or another program
            return False

    def _explain_end(self) -> None:
        log = self.log.read_text(errors="replace")
        if "EADDRINUSE" in log:
            raise PortTakenError(f"Another program took {self.address} before Auth did.")
        raise SuiteError(f"The Auth emulator ended as it started:\n{log[-2000:]}")


def create_account(address: str, project: str, uid: str, email: str, password: str) -> bool:
    """Create or replace an account that signs in with a password. Safe to repeat.

    Returns whether an Auth emulator runs. Raises SuiteError.
    """
    user = {"localId": uid, "email": email, "emailVerified": True, "rawPassword": password}
    try:
        _accounts(address, project, "POST", "batchCreate", {"users": [user]})
    except OSError:
        return False
    return True


def export_accounts(address: str, project: str, folder: Path) -> int | None:
    """Write the accounts of an Auth emulator below `folder`, where the Firebase CLI does.

    Returns how many, or None where no Auth emulator runs. Raises SuiteError.
    """
    try:
        accounts = _accounts(address, project, "GET", "batchGet?maxResults=-1")
    except OSError:
        return None
    file = folder / EXPORT
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(accounts, indent=2))
    return len(accounts.get("users", []))


def _accounts(address: str, project: str, method: str, verb: str, body: Any = None) -> Any:
    url = f"http://{address}/identitytoolkit.googleapis.com/v1/projects/{project}/accounts:{verb}"
    status, response = request(method, url, body, timeout=30, Authorization="Bearer owner")
    if status != 200:
        raise SuiteError(f"The Auth emulator refused {method} {url}: {response.decode()}")
    return json.loads(response)

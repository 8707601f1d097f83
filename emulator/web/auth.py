"""The Firebase CLI's Auth emulator, from `web/node_modules`.

Its control paths are documented at https://firebase.google.com/docs/reference/rest/auth, "Auth
Emulator-only endpoints".
"""

import json
import os
import time
from pathlib import Path

from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.http import request
from emulator.web import node

SCRIPT = Path(__file__).with_name("auth.cjs")
MAX_START_SECONDS = 120


class AuthEmulator:
    """The emulator at `address`, whose accounts belong to `project` unless a client says more."""

    def __init__(self, address: str, project: str, folder: Path) -> None:
        self.address = address
        self.log = folder / "auth.log"
        host, _, port = address.rpartition(":")
        self.child = Child(
            [node.find(), str(SCRIPT), str(node.MODULES), host, port, project],
            # it looks for settings of the CLI's user there, and finds none
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            log=self.log,
            cwd=folder,
        )

    @classmethod
    def start(cls, address: str, project: str, folder: Path) -> "AuthEmulator":
        """Start one that logs into `folder`. Raises MissingError without Node.js or the package."""
        if not node.is_installed():
            node.find()  # says what is wrong with it
            raise node.NodeMissingError("web/node_modules is not installed: `make up` does that")
        auth = cls(address, project, folder)
        auth.child.start()
        return auth

    def wait_until_ready(self) -> None:
        """Return once it answers; raises SuiteError with what it said when it ended instead."""
        deadline = time.monotonic() + MAX_START_SECONDS
        while not self._answers():
            if not self.child.alive:
                self._explain_end()
            if time.monotonic() > deadline:
                raise SuiteError(f"The Auth emulator is not ready after {MAX_START_SECONDS} s.")
            time.sleep(0.05)

    def clear(self, project: str) -> None:
        """Forget every account of `project`."""
        url = f"http://{self.address}/emulator/v1/projects/{project}/accounts"
        status, answer = request("DELETE", url, timeout=30, Authorization="Bearer owner")
        if status != 200:
            raise SuiteError(f"The Auth emulator refused DELETE {url}: {answer.decode()}")

    def stop(self) -> None:
        self.child.kill()  # it keeps nothing that a slower end would save

    def _answers(self) -> bool:
        try:
            status, answer = request("GET", f"http://{self.address}/", timeout=5)
            return status == 200 and bool(json.loads(answer)["authEmulator"]["ready"])
        except (OSError, ValueError, KeyError):  # nobody, or somebody else
            return False

    def _explain_end(self) -> None:
        said = self.log.read_text(errors="replace")
        if "EADDRINUSE" in said:
            raise PortTakenError(f"Another program took {self.address} before Auth did.")
        raise SuiteError(f"The Auth emulator ended as it started:\n{said[-2000:]}")

"""One HTTPS origin for a phone: the page and the emulators behind it, by `lan_proxy.mjs`.

docs/decisions/0036-one-origin-for-phones.md says why it is a proxy in Node.js.
"""

import json
import socket
import ssl
import time
from collections.abc import Mapping
from pathlib import Path

from emulator.process.child import Child
from emulator.process.errors import PortTakenError, SuiteError
from emulator.process.ports import THIS_MACHINE, connect_address
from emulator.web import certificate, node
from emulator.web.certificate import Certificate
from emulator.web.lan_address import LanAddress

SCRIPT = Path(__file__).with_name("lan_proxy.mjs")
TARGETS = ("hosting", "functions", "firestore", "auth", "storage", "appcheck")
MAX_START_SECONDS = 30


class LanProxy:
    """The proxy at `origin`. `fingerprint` is what a browser shows of its certificate."""

    def __init__(self, lan: LanAddress, port: int, made: Certificate, child: Child) -> None:
        self.origin = f"https://{lan.host}:{port}"
        self.is_reachable = lan.is_reachable
        self.fingerprint = made.fingerprint
        self.child = child
        self._lan, self._port, self._certificate = lan, port, made.certificate

    @classmethod
    def start(
        cls,
        lan: LanAddress,
        port: int,
        addresses: Mapping[str, str],
        folder: Path,
        **settings: str,
    ) -> "LanProxy":
        """Start one for the emulators at `addresses`, with its files in `folder`.

        `settings` are the suite's `project`, `region` and `bucket`.
        """
        origin = f"https://{lan.host}:{port}"
        names = certificate.own_names()
        made = certificate.create(folder, names, sorted({lan.host, THIS_MACHINE}))
        file = folder / "lan_proxy.json"
        file.write_text(
            json.dumps(
                {
                    **settings,
                    "host": lan.host,
                    "port": port,
                    "origin": origin,
                    "networks": lan.networks,
                    "names": [*names, THIS_MACHINE],
                    "certificate": str(made.certificate),
                    "key": str(made.key),
                    "targets": {
                        name: connect_address(addresses[name])
                        for name in TARGETS
                        if name in addresses
                    },
                }
            )
        )
        child = Child([node.find(), str(SCRIPT), str(file)])
        child.start()
        return cls(lan, port, made, child)

    def wait_until_ready(self) -> None:
        """Return once it responds. Raises SuiteError if it exits."""
        host, port = self._lan.host, self._port
        context = ssl.create_default_context(cafile=self._certificate)
        deadline = time.monotonic() + MAX_START_SECONDS
        while True:
            try:
                with socket.create_connection((host, port), 5) as connection:
                    context.wrap_socket(connection, server_hostname=host).close()
            except ssl.SSLError as error:
                raise PortTakenError(f"Another program took {host}:{port}.") from error
            except OSError:
                if not self.child.alive:
                    raise PortTakenError(f"Nothing can be served at {self.origin}.") from None
                if time.monotonic() > deadline:
                    raise SuiteError(f"Nothing is served at {self.origin}.") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        self.child.kill()

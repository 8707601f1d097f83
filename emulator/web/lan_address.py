"""Which address of this machine the phones of its network reach, and which network that is."""

import ipaddress
import json
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.process.errors import SuiteError
from emulator.process.ports import THIS_MACHINE

Interfaces = Mapping[str, Sequence[Mapping[str, Any]]]
"""As Node.js lists them: https://nodejs.org/api/os.html#osnetworkinterfaces"""

LOOPBACK = "127.0.0.0/8"
# Networks between this machine and what runs on it.
VIRTUAL = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vmnet",
    "vboxnet",
    "utun",
    "tun",
    "tap",
    "wg",
    "bridge",
)
# A packet to there would leave by the default route. None is sent. RFC 5737
ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class LanAddress:
    """An IPv4 address, and the networks whose peers are admitted there."""

    host: str
    networks: tuple[str, ...] = (LOOPBACK,)

    @property
    def is_reachable(self) -> bool:
        """Whether others than this machine reach it."""
        return self.host != THIS_MACHINE


def find(node: str, wanted: str | None = None) -> LanAddress:
    """The address of this machine's own network, or 127.0.0.1 if it is in none.

    `wanted` is one to use instead. Raises SuiteError if this machine does not have it in a private
    network.
    """
    listed = subprocess.run(
        [node, "-p", "JSON.stringify(os.networkInterfaces())"],
        capture_output=True,
        text=True,
        check=True,
    )
    return choose(json.loads(listed.stdout), wanted or None, _default_address())


def choose(interfaces: Interfaces, wanted: str | None, default: str | None) -> LanAddress:
    """`find`, for what this machine has. `default` is the address of the default route."""
    found = dict(sorted(_private(interfaces), key=lambda each: each[1]))
    networks = {address.ip: str(address.network) for address in found}
    hosts = {str(ip): LanAddress(str(ip), (LOOPBACK, net)) for ip, net in networks.items()}
    if wanted == THIS_MACHINE:
        return LanAddress(THIS_MACHINE)
    if wanted and wanted not in hosts:
        has = f"it has {', '.join(hosts)}" if hosts else "it has none"
        raise SuiteError(f"{wanted} is no address of this machine in a private network: {has}.")
    if chosen := wanted or (default if default in hosts else None):
        return hosts[chosen]
    return next(iter(hosts.values()), LanAddress(THIS_MACHINE))


def _private(interfaces: Interfaces) -> list[tuple[ipaddress.IPv4Interface, bool]]:
    """IPv4 addresses that the internet does not route, and whether they are virtual."""
    return [
        (address, name.startswith(VIRTUAL))
        for name, addresses in interfaces.items()
        for each in addresses
        if each["family"] == "IPv4" and not each["internal"] and each.get("cidr")
        for address in [ipaddress.IPv4Interface(each["cidr"])]
        if address.ip.is_private and not address.ip.is_loopback and not address.ip.is_link_local
    ]


def _default_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(ELSEWHERE)
            return str(route.getsockname()[0])
        except OSError:  # this machine has no way out
            return None

"""Web addresses that a vendor names, parsed once: what was checked is what is requested.

Two parsers that disagree about one address are a hole: one sees the vendor's host, the other
connects elsewhere. So there is one, it takes only the characters of RFC 3986, and a request is made
of its result, never of the text. https://www.rfc-editor.org/rfc/rfc3986#appendix-A
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urljoin

MAX_LENGTH = 8192

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_FREE = r"a-z0-9._~!$&'()*+,;=:@/-"
_ADDRESS = re.compile(
    rf"""(?P<scheme>https?)://
    (?:(?P<host>{_LABEL}(?:\.{_LABEL})*)|\[(?P<literal>[0-9a-f:.]+)\])
    (?::(?P<port>[0-9]{{1,5}}))?
    (?P<path>/(?:[{_FREE}]|%[0-9a-f]{{2}})*)?
    (?P<query>\?(?:[{_FREE}?]|%[0-9a-f]{{2}})*)?
    (?:\#(?:[{_FREE}?]|%[0-9a-f]{{2}})*)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_REFERENCE = re.compile(rf"(?:[{_FREE}?#\[\]]|%[0-9a-f]{{2}})+", re.IGNORECASE | re.ASCII)
_PORTS = {"http": 80, "https": 443}
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class InvalidAddressError(ValueError):
    """The text is no http address, or one that two parsers may read in two ways."""


@dataclass(frozen=True)
class Address:
    """An http address: its origin in lower case with the port, and what is asked for there."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The value of the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(text: str) -> Address:
    """An address without user, password or fragment. Raises InvalidAddressError."""
    found = _ADDRESS.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise InvalidAddressError
    scheme = found["scheme"].lower()
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port < 2**16:
        raise InvalidAddressError
    host = (found["host"] or found["literal"]).lower()
    return Address(scheme, host, port, (found["path"] or "/") + (found["query"] or ""))


def redirected(address: Address, location: str) -> Address:
    """Where `Location` leads from an address. Raises InvalidAddressError."""
    if len(location) > MAX_LENGTH or not _REFERENCE.fullmatch(location):
        raise InvalidAddressError
    try:
        return parse(urljoin(str(address), location))
    except ValueError as error:  # of `urljoin`, about brackets
        raise InvalidAddressError from error


def resolved(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order in which to try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(ip: str) -> bool:
    """Whether an IP address is one of the public internet, not of this network or machine."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:  # such as one with a zone
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (
        parsed not in _GLOBAL_UNICAST or parsed.sixtofour or parsed.teredo
    ):  # it embeds an IPv4 address, and leads somewhere else than it says
        return False
    return parsed.is_global and not parsed.is_multicast

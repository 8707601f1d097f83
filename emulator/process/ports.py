"""Free ports, and the addresses at which clients connect."""

import socket

THIS_MACHINE = "127.0.0.1"
"""Where only programs of this machine come."""


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens at; another program may still take it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def connect_address(address: str) -> str:
    """The address at which clients reach a listener: 0.0.0.0 is none to connect to."""
    host, colon, port = address.partition(":")
    return f"{'127.0.0.1' if host == '0.0.0.0' else host}{colon}{port}"  # noqa: S104

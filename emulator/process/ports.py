"""Ports that are free, and addresses to connect to."""

import socket


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def connect_address(address: str) -> str:
    """Where one connects to what listens at this address: on all of the machine's is none."""
    host, colon, port = address.partition(":")
    return f"{'127.0.0.1' if host == '0.0.0.0' else host}{colon}{port}"  # noqa: S104

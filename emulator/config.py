"""Reads firebase.json, the one place for ports and paths."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from emulator.firestore import indexes
from emulator.process.errors import SuiteError

# The names are those of firebase.json. The suite's control listens where the Firebase CLI has its
# hub, and the suite receives Firestore's events where the CLI has its Eventarc emulator.
EMULATORS = ("auth", "functions", "firestore", "storage", "tasks", "eventarc", "hub")
PAGE = "hosting"
APP_CHECK = "appcheck"
LAN = "https"
LAN_PORT = 5443
"""Of the one origin that phones reach. firebase.json has no place for it."""
MAX_PORT = 65_535
DEFAULT_REGION = "us-central1"


@dataclass(frozen=True)
class Config:
    functions: Path
    rules: Path
    indexes: Path
    addresses: Mapping[str, tuple[str, int]]
    """Host and port of each of EMULATORS, and of what else is requested; port 0 is a free one."""


def read(
    root: Path,
    functions: str | None = None,
    free_ports: bool = False,
    page: bool = False,
    lan: str | None = None,
    app_check: bool = False,
) -> Config:
    """Read firebase.json. Raises SuiteError if it, or its file of indexes, cannot be used.

    `lan` is the host of LAN.
    """
    file = root / "firebase.json"
    names = (*EMULATORS, PAGE) if page else EMULATORS
    try:
        content = json.loads(file.read_text())
        source = functions or _source(content)
        rules, declared = (_text(content, "firestore", name) for name in ("rules", "indexes"))
        addresses = {name: _address(content, name) for name in names}
    except (OSError, ValueError) as error:
        raise SuiteError(f"{file} cannot be read: {error}") from error
    except KeyError as error:
        raise SuiteError(f"{file} says nothing of {error}, which the suite needs.") from error
    if free_ports:
        addresses = dict.fromkeys(names, ("127.0.0.1", 0))
    if app_check:
        addresses[APP_CHECK] = (addresses["hub"][0], 0)
    if lan:
        addresses[LAN] = (lan, 0 if free_ports else LAN_PORT)
    indexes.read(root / declared)  # report errors now; the functions process reads the file later
    return Config(root / source, root / rules, root / declared, addresses)


def check_free(config: Config) -> None:
    """Raise SuiteError if a port is taken."""
    for name, address in config.addresses.items():
        try:
            socket.create_server(address).close()
        except OSError as error:
            change = "" if name == LAN else f" change emulators.{name}.port in firebase.json,"
            raise SuiteError(
                f"Port {address[1]}, which {name} wants, cannot be used: {error.strerror}."
                f" End the program that has it,{change} or pass --free-ports."
            ) from error


def parameters(functions: Path, project: str) -> dict[str, str]:
    """What .env, .env.PROJECT and .env.local set, of which the last one counts, as for the CLI."""
    values: dict[str, str | None] = {}
    for name in (".env", f".env.{project}", ".env.local"):
        values |= dotenv_values(functions / name, interpolate=False)
    return {key: value or "" for key, value in values.items()}


def region(functions: Path, project: str) -> str:
    """Where all functions run: the parameter REGION of this process, or else of its files."""
    variables = {**parameters(functions, project), **os.environ}
    return variables.get("REGION") or DEFAULT_REGION


def _source(content: Any) -> str:
    """The folder of the functions: that of the only codebase, or of the first in a list."""
    codebases = _lookup(content, "functions")
    first = codebases[0] if isinstance(codebases, list) and codebases else codebases
    return _text({"functions": first}, "functions", "source")


def _address(content: Any, name: str) -> tuple[str, int]:
    port = _lookup(content, "emulators", name, "port")
    host = content["emulators"][name].get("host", "127.0.0.1")
    if not (str(port).isascii() and str(port).isdecimal() and int(port) <= MAX_PORT):
        raise ValueError(f"emulators.{name}.port is {port!r}, which is no port")
    return str(host), int(port)


def _text(content: Any, *path: str) -> str:
    text = _lookup(content, *path)
    if not isinstance(text, str):
        raise KeyError(".".join(path))
    return text


def _lookup(content: Any, *path: str) -> Any:
    """The value at this path of nested objects. Raises KeyError with the part that is missing."""
    for depth, name in enumerate(path, 1):
        if not isinstance(content, dict) or content.get(name) is None:
            raise KeyError(".".join(path[:depth]))
        content = content[name]
    return content

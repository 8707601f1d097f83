"""What firebase.json says: the one place for ports and paths."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.firestore import indexes
from emulator.process.errors import SuiteError

# The names are firebase.json's; the suite's control answers where the Firebase CLI has its hub,
# and takes Firestore's events where the CLI has its Eventarc emulator.
EMULATORS = ("auth", "functions", "firestore", "storage", "tasks", "eventarc", "hub")
PAGE = "hosting"


@dataclass(frozen=True)
class Config:
    functions: Path
    rules: Path
    indexes: Path
    addresses: Mapping[str, tuple[str, int]]
    """Host and port of each of EMULATORS, and of the PAGE if asked for; port 0 is any free one."""


def read(
    root: Path, functions: str | None = None, free_ports: bool = False, page: bool = False
) -> Config:
    """Raises SuiteError when firebase.json or the file of indexes cannot be used."""
    file = root / "firebase.json"
    names = (*EMULATORS, PAGE) if page else EMULATORS
    try:
        said = json.loads(file.read_text())
        source = functions or _source(said)
        rules, declared = (_text(said, "firestore", name) for name in ("rules", "indexes"))
        addresses = {name: _address(said, name) for name in names}
    except (OSError, ValueError) as error:
        raise SuiteError(f"{file} cannot be read: {error}") from error
    except KeyError as error:
        raise SuiteError(f"{file} says nothing of {error}, which the suite needs.") from error
    if free_ports:
        addresses = dict.fromkeys(names, ("127.0.0.1", 0))
    indexes.read(root / declared)  # the functions' process does: here what is wrong is told sooner
    return Config(root / source, root / rules, root / declared, addresses)


def check_free(config: Config) -> None:
    """Raises SuiteError when a port is taken."""
    for name, address in config.addresses.items():
        try:
            socket.create_server(address).close()
        except OSError as error:
            raise SuiteError(
                f"Port {address[1]}, which {name} wants, cannot be used: {error.strerror}."
                f" End the program that has it, change emulators.{name}.port in"
                " firebase.json, or pass --free-ports."
            ) from error


def _source(said: Any) -> str:
    """The folder of the functions: of the only codebase, or of the first in a list."""
    codebases = _lookup(said, "functions")
    first = codebases[0] if isinstance(codebases, list) and codebases else codebases
    return _text({"functions": first}, "functions", "source")


def _address(said: Any, name: str) -> tuple[str, int]:
    port = _lookup(said, "emulators", name, "port")
    host = said["emulators"][name].get("host", "127.0.0.1")
    if not str(port).isdecimal():
        raise ValueError(f"emulators.{name}.port is {port!r}, which is no port")
    return str(host), int(port)


def _text(said: Any, *path: str) -> str:
    text = _lookup(said, *path)
    if not isinstance(text, str):
        raise KeyError(".".join(path))
    return text


def _lookup(said: Any, *path: str) -> Any:
    """What stands at this path of objects in objects; KeyError says how far there is nothing."""
    for depth, name in enumerate(path, 1):
        if not isinstance(said, dict) or said.get(name) is None:
            raise KeyError(".".join(path[:depth]))
        said = said[name]
    return said

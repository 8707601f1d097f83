"""What firebase.json says: the one place for ports and paths."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.processes import SuiteError

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
    """Raises SuiteError when firebase.json lacks something."""
    file = root / "firebase.json"
    names = (*EMULATORS, PAGE) if page else EMULATORS
    try:
        said = json.loads(file.read_text())
        source = functions or said["functions"][0]["source"]
        rules, indexes = said["firestore"]["rules"], said["firestore"]["indexes"]
        wanted = {name: said["emulators"][name] for name in names}
        addresses = {
            name: (str(entry.get("host", "127.0.0.1")), int(entry["port"]))
            for name, entry in wanted.items()
        }
    except (OSError, ValueError) as error:
        raise SuiteError(f"{file} cannot be read: {error}") from error
    except (KeyError, IndexError) as error:
        raise SuiteError(f"{file} says nothing of {error}, which the suite needs.") from error
    if free_ports:
        addresses = dict.fromkeys(names, ("127.0.0.1", 0))
    return Config(root / source, root / rules, root / indexes, addresses)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


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

"""Writing the objects of a running storage to a folder, and beginning another one with them.

The folder has `objects.json`, the resources of all objects, and the bytes of each in a file that is
named by its position there.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from emulator.process.errors import SuiteError
from emulator.storage.resources import SETTABLE

FOLDER = "storage_export"
MAX_SECONDS = 60
"""For one object."""


def export_objects(url: str, bucket: str, folder: Path) -> int:
    """Write every object of a bucket below `folder`; returns how many. Raises SuiteError."""
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    resources = []
    with _session() as session:
        for number, resource in enumerate(_listed(session, url, bucket)):
            name = quote(resource["name"], safe="")
            address = f"{url}/download/storage/v1/b/{bucket}/o/{name}?alt=media"
            with session.get(address, stream=True, timeout=MAX_SECONDS) as response:
                _require(response)
                with (target / str(number)).open("wb") as file:
                    shutil.copyfileobj(response.raw, file)
            resources.append(resource)
    (target / "objects.json").write_text(json.dumps(resources, indent=2))
    return len(resources)


def import_objects(url: str, bucket: str, folder: Path) -> int:
    """Store the objects of an export, with their metadata. Returns how many. Raises SuiteError.

    An export without objects, such as of the Firebase CLI, has none. Each object is new: its
    generation and its times are those of the import.
    """
    source = folder / FOLDER
    try:
        resources = json.loads((source / "objects.json").read_text())
    except FileNotFoundError:
        return 0
    with _session() as session:
        for number, resource in enumerate(resources):
            boundary = secrets.token_hex(16)
            kept = ("name", "metadata", *SETTABLE)
            fields = {name: resource[name] for name in kept if name in resource}
            body = b"\r\n".join(
                [
                    f"--{boundary}\r\nContent-Type: application/json\r\n".encode(),
                    json.dumps(fields).encode(),
                    f"--{boundary}\r\nContent-Type: application/octet-stream\r\n".encode(),
                    (source / str(number)).read_bytes(),
                    f"--{boundary}--".encode(),
                ]
            )
            response = session.post(
                f"{url}/upload/storage/v1/b/{bucket}/o?uploadType=multipart",
                data=body,
                headers={"Content-Type": f"multipart/related; boundary={boundary}"},
                timeout=MAX_SECONDS,
            )
            _require(response)
    return len(resources)


def _listed(session: requests.Session, url: str, bucket: str) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        address = f"{url}/storage/v1/b/{bucket}/o"
        try:
            response = session.get(address, params={"pageToken": token}, timeout=MAX_SECONDS)
        except requests.ConnectionError as error:
            raise SuiteError(f"No storage answers at {url}: {error}") from error
        _require(response)
        page = response.json()
        yield from page.get("items", [])
        token = page.get("nextPageToken", "")
        if not token:
            return


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy: all servers are on this machine
    session.headers["Accept-Encoding"] = "gzip"  # bytes as they are stored
    return session


def _require(response: requests.Response) -> None:
    if response.status_code != 200:
        raise SuiteError(f"The storage refused {response.url}: {response.text[:500]}")

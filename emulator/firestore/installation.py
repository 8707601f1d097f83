"""Finds Google's Firestore emulator on this machine, or downloads it."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.firestore import java
from emulator.process.errors import SuiteError

MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
COMPONENT = Path("platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")
STANDARD_ROOTS = (
    Path("/usr/lib/google-cloud-sdk"),
    Path("/opt/google-cloud-sdk"),
    Path("/snap/google-cloud-cli/current"),
    Path("/opt/homebrew/share/google-cloud-sdk"),
    Path("/usr/local/share/google-cloud-sdk"),
)


@dataclass(frozen=True)
class Release:
    url: str
    sha256: str
    size_bytes: int

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


# The release that the Firebase CLI 15.34.2 pins in lib/emulator/downloadableEmulatorInfo.json.
PINNED = Release(
    url="https://storage.googleapis.com/firebase-preview-drop/emulator/cloud-firestore-emulator-v1.22.0.jar",
    sha256="9b6498b7f62714d67f48f59b3818883cd682dbcd46b9f59511de81c97bb5166c",
    size_bytes=136_707_194,
)


@dataclass(frozen=True)
class Installation:
    """A jar and a Java that is new enough for it."""

    jar: Path
    java: Path


def find_installation(
    env: Mapping[str, str] = os.environ, release: Release = PINNED
) -> Installation:
    """The first usable emulator, else the download. Raises SuiteError with what to install.

    `FIRESTORE_EMULATOR_DOWNLOAD_URL` names a mirror of the pinned release. The download replaces
    a broken file of the same name.
    """
    if named := env.get("FIRESTORE_EMULATOR_BINARY_PATH"):
        return _usable(Path(named), env)
    broken, without_java = [], []
    for jar in (*_sdk_jars(env), *_cached_jars(_cache(env))):
        try:
            return _usable(jar, env)
        except java.NotAnEmulatorError as error:
            broken.append(str(error))
        except SuiteError as error:
            without_java.append(str(error))
    if without_java:  # a download would need the same Java
        raise SuiteError("\n".join(dict.fromkeys(without_java)))
    for message in broken:
        print(message)
    mirror = env.get("FIRESTORE_EMULATOR_DOWNLOAD_URL", release.url)
    return _usable(download(release, _cache(env), mirror), env)


def download(release: Release, cache: Path, url: str) -> Path:
    """Fetch `release` into `cache`; any other content is discarded."""
    print(f"Downloading the Firestore emulator ({release.size_bytes / 1e6:.0f} MB) from {url}")
    target = cache / release.name
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _temporary(cache) as partial:
            _fetch(url, partial)
            _check(partial, release)
            partial.replace(target)
    except (OSError, ValueError) as error:
        raise SuiteError(
            f"There is no Firestore emulator on this machine, and {url} cannot be used: {error}\n"
            "Install one with `gcloud components install cloud-firestore-emulator` or"
            " `npm install -g firebase-tools && firebase setup:emulators:firestore`,"
            " or set FIRESTORE_EMULATOR_BINARY_PATH to its jar."
        ) from error
    return target


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _fetch(url: str, target: Path) -> None:
    with urllib.request.urlopen(url, timeout=30) as response, target.open("wb") as file:  # noqa: S310
        shutil.copyfileobj(response, file, 1 << 20)


def _check(file: Path, release: Release) -> None:
    size = file.stat().st_size
    if size != release.size_bytes:
        raise ValueError(f"{size} bytes came instead of {release.size_bytes}")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != release.sha256:
        raise ValueError(f"its SHA-256 is {digest} instead of {release.sha256}")


def _usable(jar: Path, env: Mapping[str, str]) -> Installation:
    return Installation(jar, java.find(java.required_version(jar, MAIN_CLASS), env))


def _sdk_jars(env: Mapping[str, str]) -> Iterator[Path]:
    for root in dict.fromkeys(root.resolve() for root in _sdk_roots(env)):
        if (jar := root / COMPONENT).is_file():
            yield jar


def _sdk_roots(env: Mapping[str, str]) -> Iterator[Path]:
    if named := env.get("CLOUDSDK_ROOT_DIR"):
        yield Path(named)
    if gcloud := shutil.which("gcloud", path=env.get("PATH", "")):
        yield Path(gcloud).resolve().parents[1]
    yield _home(env) / "google-cloud-sdk"
    yield from STANDARD_ROOTS


def _cache(env: Mapping[str, str]) -> Path:
    """The Firebase CLI's own cache; it finds what is downloaded here, too."""
    named = env.get("FIREBASE_EMULATORS_PATH")
    return Path(named) if named else _home(env) / ".cache" / "firebase" / "emulators"


def _cached_jars(cache: Path) -> list[Path]:
    """The jars in the cache, newest version first."""

    def version(jar: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", jar.stem)]

    return sorted(cache.glob("cloud-firestore-emulator-v*.jar"), key=version, reverse=True)


def _home(env: Mapping[str, str]) -> Path:
    return Path(env["HOME"]) if "HOME" in env else Path.home()

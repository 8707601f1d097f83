"""Our source starts from bytecode in the cloud: it is packed by the CLI, and aged by the build.

The build compiles the packages, but not our source, and gives every file the time of 1980. Bytecode
that is dated counts as stale there; that which holds its source's hash does not. Facts from
pkg/python/python.go of GoogleCloudPlatform/buildpacks.
"""

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tools import manifest
from tools.benchmarks.cold_start import BUILT, ROOT, compile_source

pytestmark = pytest.mark.exhaustive

SOURCES = ["main.py", "experience/clock.py", "experience/sessions/endpoints.py"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packed as by a deployment of a developer, whose bytecode is dated, and built."""
    folder = tmp_path_factory.mktemp("deployment")
    functions = folder / "functions"
    ignored = shutil.ignore_patterns("venv", "__pycache__")
    shutil.copytree(ROOT / "functions", functions, ignore=ignored)
    compileall.compile_dir(functions, quiet=1)
    compile_source(functions)
    return unpacked(packed(functions, folder / "functions.zip"), folder / "workspace")


def packed(functions: Path, archive: Path) -> Path:
    """What the CLI uploads: all files but those that firebase.json ignores."""
    patterns = json.loads((ROOT / "firebase.json").read_text())["functions"][0]["ignore"]
    with zipfile.ZipFile(archive, "w") as made:
        for path in sorted(functions.rglob("*")):
            name = path.relative_to(functions)
            if not any(fnmatch(part, pattern) for part in name.parts for pattern in patterns):
                made.write(path, name)
    return archive


def unpacked(archive: Path, folder: Path) -> Path:
    """As the image holds it."""
    with zipfile.ZipFile(archive) as made:
        made.extractall(folder)
    for path in folder.rglob("*"):
        os.utime(path, (BUILT, BUILT))
    return folder


def loaded_from(folder: Path) -> dict[str, str]:
    """For each of our modules that an instance imports the kind of file that it came from."""
    run = subprocess.run(
        [sys.executable, "-v", "-c", "import main"],
        cwd=folder,
        env={
            **os.environ,
            **manifest.ENVIRONMENT,
            "FUNCTION_TARGET": "getSession",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"# code object from '?([^'\n]+)", run.stderr)
    paths = [Path(path).relative_to(folder) for path in found if path.startswith(f"{folder}/")]
    return {re.sub(r"__pycache__/(\w+)\..*", r"\1.py", str(path)): path.suffix for path in paths}


def test_an_instance_compiles_nothing_of_ours(built: Path) -> None:
    found = loaded_from(built)
    assert set(SOURCES) <= set(found)
    assert set(found.values()) == {".pyc"}


def test_bytecode_of_an_earlier_source_is_not_used(built: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(built, tmp_path / "changed")
    clock = changed / "experience" / "clock.py"
    clock.write_text(clock.read_text() + "\n")
    os.utime(clock, (BUILT, BUILT))
    found = loaded_from(changed)
    assert [name for name, suffix in found.items() if suffix == ".py"] == ["experience/clock.py"]


def test_another_python_s_bytecode_breaks_nothing(built: Path, tmp_path: Path) -> None:
    """A deployment from Python 3.13 uploads files of names for which 3.11 does not look."""
    other = shutil.copytree(built, tmp_path / "other")
    for path in other.rglob("*.pyc"):
        path.rename(path.with_name(path.name.replace(sys.implementation.cache_tag, "cpython-99")))
    assert set(loaded_from(other).values()) == {".py"}

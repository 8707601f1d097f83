"""The committed client is what the functions' models generate, and it compiles."""

import subprocess

import pytest

from tests.support.node_installation import install
from tools.contract import schema
from tools.contract.typed_client import FOLDER, NAMES, TYPES, WEB, names, types

STALE = "is not current: run `make client`"


@pytest.fixture(scope="module")
def node() -> str:
    return install()


class TestCommittedFiles:
    def test_the_schema_is_current(self) -> None:
        assert schema.FILE.read_text() == schema.text(), f"{schema.FILE.name} {STALE}"

    def test_the_names_are_current(self) -> None:
        assert NAMES.read_text() == names(), f"{NAMES.name} {STALE}"

    def test_the_types_are_current(self, node: str) -> None:
        assert TYPES.read_text() == types(node), f"{TYPES.name} {STALE}"


class TestSources:
    def test_compile_in_strict_mode(self, node: str) -> None:
        compiler = WEB / "node_modules" / "typescript" / "bin" / "tsc"
        run = subprocess.run(
            [node, compiler, "--project", FOLDER / "tsconfig.test.json"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout

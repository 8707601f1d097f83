"""The committed client is what the functions' models make of it, and it compiles."""

import subprocess

import pytest

from tests.support.node_installation import install
from tools.contract import client, schema

STALE = "is not current: run `make client`"


@pytest.fixture(scope="module")
def node() -> str:
    return install()


class TestWhatIsCommitted:
    def test_the_schema_is_current(self) -> None:
        assert schema.FILE.read_text() == schema.text(), f"{schema.FILE.name} {STALE}"

    def test_the_names_are_current(self) -> None:
        assert client.NAMES.read_text() == client.names(), f"{client.NAMES.name} {STALE}"

    def test_the_types_are_what_the_schema_gives(self, node: str) -> None:
        assert client.TYPES.read_text() == client.types(node), f"{client.TYPES.name} {STALE}"


class TestTheSources:
    def test_compile_strictly(self, node: str) -> None:
        compiler = client.WEB / "node_modules" / "typescript" / "bin" / "tsc"
        run = subprocess.run(
            [node, compiler, "--project", client.FOLDER, "--noEmit"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout

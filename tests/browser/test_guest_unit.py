"""The guest page: it type-checks, its unit tests pass, and it builds to a small page."""

import gzip
import re
from pathlib import Path

import pytest

from emulator.web.node import WEB
from tests.support import node_installation

GUEST = WEB / "guest"
MAX_FIRST_LOAD_KIB = 60
"""What a phone loads before it shows the welcome, compressed. Measured: 50."""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    node_installation.install()


def run(*command: str) -> None:
    """Run one of the page's own commands, and fail with its output."""
    node_installation.run_in(GUEST, *command)


class TestGuestPage:
    @pytest.mark.exhaustive
    def test_type_checks(self) -> None:
        run("npm", "run", "check")

    def test_passes_its_unit_tests(self) -> None:
        run("npm", "test")

    @pytest.mark.exhaustive
    def test_it_builds_to_a_page_that_a_phone_loads_quickly(self, tmp_path: Path) -> None:
        run("npm", "run", "build", "--", "--outDir", str(tmp_path), "--emptyOutDir")
        index = (tmp_path / "index.html").read_text()
        first = re.findall(r'(?:src|href)="/(assets/[^"]+)"', index)
        assert {Path(name).suffix for name in first} == {".js", ".css"}
        size = sum(len(gzip.compress((tmp_path / name).read_bytes())) for name in first)
        assert size <= MAX_FIRST_LOAD_KIB * 1024, f"{size // 1024} KiB at the welcome"

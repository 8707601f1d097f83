"""The assistant's page: it type-checks, its unit tests pass, and it builds to a small page."""

import gzip
import re
from pathlib import Path

import pytest

from emulator.web.node import WEB
from tests.support import node_installation

ASSISTANT = WEB / "assistant"
MAX_FIRST_LOAD_KIB = 75
"""What a browser loads before it shows the sign-in, compressed. Measured: 52."""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    node_installation.install()


class TestAssistantPage:
    @pytest.mark.exhaustive
    def test_type_checks(self) -> None:
        node_installation.run_in(ASSISTANT, "npm", "run", "check")

    def test_passes_its_unit_tests(self) -> None:
        node_installation.run_in(ASSISTANT, "npm", "test")

    @pytest.mark.exhaustive
    def test_it_builds_to_a_page_that_loads_quickly(self, tmp_path: Path) -> None:
        out = ("--outDir", str(tmp_path), "--emptyOutDir")
        node_installation.run_in(ASSISTANT, "npm", "run", "build", "--", *out)
        index = (tmp_path / "index.html").read_text()
        first = re.findall(r'(?:src|href)="/assistant/(assets/[^"]+)"', index)
        assert {Path(name).suffix for name in first} == {".js", ".css"}
        size = sum(len(gzip.compress((tmp_path / name).read_bytes())) for name in first)
        assert size <= MAX_FIRST_LOAD_KIB * 1024, f"{size // 1024} KiB before the sign-in"

"""The page of campaigns: it type-checks, its unit tests pass, and it builds to a small page."""

import gzip
import re
from pathlib import Path

import pytest

from emulator.web.node import WEB
from tests.support import node_installation
from tools.campaign_runtime import FILE

PLAY = WEB / "play"
MAX_FIRST_LOAD_KIB = 80
"""What a phone loads before it shows the wheel, compressed. Measured: 71."""
MAX_DEMO_KIB = 32
"""The demo without the data of a campaign, compressed. Measured: 26."""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    node_installation.install()


class TestCampaignPage:
    @pytest.mark.exhaustive
    def test_type_checks(self) -> None:
        node_installation.run_in(PLAY, "npm", "run", "check")

    def test_passes_its_unit_tests(self) -> None:
        node_installation.run_in(PLAY, "npm", "test")

    @pytest.mark.exhaustive
    def test_it_builds_to_a_page_that_a_phone_loads_quickly(self, tmp_path: Path) -> None:
        out = ("--outDir", str(tmp_path), "--emptyOutDir")
        node_installation.run_in(PLAY, "npm", "run", "build", "--", *out)
        index = (tmp_path / "index.html").read_text()
        first = re.findall(r'(?:src|href)="/play/(assets/[^"]+)"', index)
        assert {Path(name).suffix for name in first} == {".js", ".css"}
        size = sum(len(gzip.compress((tmp_path / name).read_bytes())) for name in first)
        assert size <= MAX_FIRST_LOAD_KIB * 1024, f"{size // 1024} KiB before the wheel"

    def test_the_demo_is_small(self) -> None:
        assert len(gzip.compress(FILE.read_bytes())) <= MAX_DEMO_KIB * 1024

"""The data flow in the README and in the architecture page is one and the same, and current."""

import re

import pytest

import main
from tests.architecture import ROOT


class TestDataFlow:
    FLOWCHART = re.compile(r"```mermaid\n(flowchart .*?)```", re.DOTALL)

    @pytest.fixture
    def flowchart(self) -> str:
        found = self.FLOWCHART.search((ROOT / "docs" / "architecture.md").read_text())
        assert found
        return found[1]

    def test_is_the_same_in_the_readme(self, flowchart: str) -> None:
        assert flowchart in (ROOT / "README.md").read_text()

    def test_names_only_deployed_functions(self, flowchart: str) -> None:
        named = set(re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", flowchart))
        assert named <= set(main.__all__)
        assert {"createSession", "onSessionCompleted", "runTransform"} <= named

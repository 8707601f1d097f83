"""The guest page shows every step type that authors can use.

The compiler holds the same against the generated client. This test needs no Node.js, and names the
file to change.
"""

import re

from emulator.node import WEB
from experience.steps import STEP_TYPES

RENDERERS = WEB / "guest" / "src" / "steps" / "renderers.tsx"
TABLE = re.compile(r"^export const RENDERERS = \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r'^  "?([\w-]+)"?: .+,$', re.MULTILINE)


def rendered_types(source: str) -> set[str]:
    """The keys of the table of renderers."""
    table = TABLE.search(source)
    assert table, "the table of renderers is called RENDERERS"
    return set(ENTRY.findall(table[1]))


class TestGuestPage:
    def test_has_a_renderer_for_every_step_type_and_for_no_other(self) -> None:
        assert rendered_types(RENDERERS.read_text()) == set(STEP_TYPES), f"edit {RENDERERS.name}"


class TestTheCheck:
    def test_finds_each_renderer_that_is_missing(self) -> None:
        source = RENDERERS.read_text()
        for missing in STEP_TYPES:
            without = re.sub(rf'^  "?{missing}"?: .+,\n', "", source, flags=re.MULTILINE)
            assert set(STEP_TYPES) - rendered_types(without) == {missing}

    def test_finds_a_renderer_that_is_left_over(self) -> None:
        source = RENDERERS.read_text().replace("  reward:", "  hologram: null,\n  reward:")
        assert rendered_types(source) - set(STEP_TYPES) == {"hologram"}

"""Every collection of the project is in the registry of personal data."""

import re
from collections.abc import Iterator

from emulator.paths import ROOT
from operations.checks.data import Data, _kinds, _kinds_of_players
from operations.personal_data import COLLECTIONS, OBJECTS

CALL = re.compile(r"\.(?:collection|collection_group|document)\(([^()]*)\)")
LITERAL = re.compile(r'\s*"(\w+)"\s*')
NAMES = {path.rpartition("/")[2] for path in COLLECTIONS}


def collections_in_rules() -> Iterator[str]:
    """The paths of the collections that the rules know, without the ids between them."""
    open_blocks: list[tuple[int, str]] = []
    for line in (ROOT / "firestore.rules").read_text().splitlines():
        depth = len(line) - len(line.lstrip())
        while open_blocks and line.strip() == "}" and open_blocks[-1][0] == depth:
            open_blocks.pop()
        if found := re.match(r" *match /(\S+) \{", line):
            open_blocks.append((depth, found[1]))
            parts = [each for _, block in open_blocks for each in block.split("/")]
            names = [part for part in parts if not part.startswith("{")]
            yield "/".join(names).removeprefix("databases/documents").removeprefix("/")


def names_in_code() -> Iterator[str]:
    """The names of collections in calls: every second argument, from the first on."""
    for path in (ROOT / "functions" / "experience").rglob("*.py"):
        for call in CALL.finditer(path.read_text(encoding="utf-8")):
            for argument in call[1].split(",")[::2]:
                if found := LITERAL.fullmatch(argument):
                    yield found[1]


class TestTheRegistry:
    def test_has_every_collection_of_the_rules(self) -> None:
        found = set(filter(None, collections_in_rules()))
        assert {"workspaces/members", "projects/jobs/jobInternals"} <= found
        assert found - COLLECTIONS.keys() == set()

    def test_has_every_collection_of_the_checks(self) -> None:
        read = {**_kinds(Data()), **_kinds_of_players(Data())}
        assert read.keys() - COLLECTIONS.keys() == set()

    def test_has_every_collection_that_the_code_names(self) -> None:
        found = set(names_in_code())
        assert {"players", "transformCounts", "visitors", "eventGuests"} <= found
        assert found - NAMES == set()

    def test_has_every_row_of_the_matrix(self) -> None:
        text = (ROOT / "tests" / "security_rules" / "matrix.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| `?/?([\w/{}]+)`? ", text, re.MULTILINE)
        built = set(names_in_code())  # the matrix knows what is still to come
        paths = {re.sub(r"/?\{\w+\}", "", row) for row in rows if "/" in row}
        assert {each for each in paths if each.rpartition("/")[2] in built} <= COLLECTIONS.keys()

    def test_names_no_collection_without_its_parent(self) -> None:
        for path in COLLECTIONS:
            parent = path.rpartition("/")[0]
            assert not parent or parent in COLLECTIONS
        assert all(folder.endswith("/") for folder in OBJECTS)

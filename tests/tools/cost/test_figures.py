"""No figure goes up unnoticed, every function has one, and the page says what is on record."""

from dataclasses import replace
from pathlib import Path

import pytest

from emulator.billing import prices
from tests.support.shared_emulator import SharingSuite
from tools import markdown
from tools.cost import figures, page, parts
from tools.cost.figures import Figures
from tools.cost.stage import Cost

KEPT = figures.load()
ADVICE = (
    "A figure that went UP: make it fewer again; or, if it must be, run `make cost` and say why in"
    " tools/cost/figures.toml. One that went down: run `make cost`, to keep it there."
)


@pytest.fixture(scope="module")
def measured() -> tuple[Figures, set[str]]:
    """Everything, measured now."""
    return parts.measure(KEPT, lambda _what: None, SharingSuite)


@pytest.mark.exhaustive
class TestFigures:
    def test_are_what_is_measured(self, measured: tuple[Figures, set[str]]) -> None:
        now, _ = measured
        problems = list(figures.changes(KEPT, now))
        assert not problems, "\n".join([ADVICE, *problems])

    def test_every_function_has_one_and_every_one_its_reason(
        self, measured: tuple[Figures, set[str]]
    ) -> None:
        now, deployed = measured
        problems = list(figures.missing(now, deployed))
        assert not problems, "\n".join(problems)

    def test_the_demos_pictures_are_no_larger_than_the_bill_assumes(
        self, measured: tuple[Figures, set[str]]
    ) -> None:
        now, _ = measured
        shown = page.assumed()
        for name, size in now.bytes.items():
            assert size <= shown[f"{name}Bytes"], name


class TestPage:
    def test_says_what_is_on_record(self) -> None:
        assert page.PAGE.read_text() == page.rendered(KEPT), "Run `make cost`."

    def test_a_place_that_is_missing_is_named(self) -> None:
        text = "a\n<!-- begin one -->\nold\n<!-- end one -->\nz"
        assert markdown.filled(text, {"one": "new"}) == text.replace("old", "new")
        with pytest.raises(ValueError, match="one place for two"):
            markdown.filled(text, {"two": "new"})


class TestChanges:
    CASE = ("createSession", "a new one")
    KEPT = Figures({CASE: Cost(1, reads=3, writes=2)}, {CASE: "because"}, {}, {})

    def changes(self, cost: Cost, **visit: Cost) -> list[str]:
        now = replace(self.KEPT, costs={self.CASE: cost}, visit=visit)
        return list(figures.changes(self.KEPT, now))

    def test_more_is_an_offence(self) -> None:
        [problem] = self.changes(Cost(1, reads=4, writes=2))
        assert problem == "createSession (a new one): reads went UP from 3 to 4"

    def test_fewer_is_to_be_kept(self) -> None:
        [problem] = self.changes(Cost(1, reads=3, writes=1))
        assert problem == "createSession (a new one): writes went down from 2 to 1"

    def test_the_visit_is_told_by_function(self) -> None:
        [problem] = self.changes(self.KEPT.costs[self.CASE], getJob=Cost(1, reads=1))
        assert problem == "getJob (in a whole visit): is not on record"

    def test_the_same_is_silent(self) -> None:
        assert self.changes(Cost(1, reads=3, writes=2)) == []

    def test_what_is_not_measured_and_what_is_not_on_record_is_told(self) -> None:
        now = replace(self.KEPT, costs={("getJob", ""): Cost(1, reads=1)})
        problems = list(figures.changes(self.KEPT, now))
        assert [problem.split(":")[0] for problem in problems] == [
            "getJob",
            "createSession (a new one)",
        ]

    def test_a_function_without_a_figure_is_told_how_to_get_one(self) -> None:
        [problem] = figures.missing(self.KEPT, {"createSession", "revokeShare"})
        assert problem.startswith("revokeShare: has no figure. Call it in tools/cost")

    def test_a_figure_without_a_reason_is_told(self) -> None:
        bare = Figures(self.KEPT.costs, {}, {}, {})
        [problem] = figures.missing(bare, {"createSession"})
        assert problem.endswith("why it cannot be fewer.")

    def test_a_record_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        cost = Cost(2, reads=1, tasks=1, storage_class_b=3)
        record = Figures({self.CASE: cost}, {self.CASE: 'a "reason" ü'}, {"f": cost}, {"b": 7})
        figures.save(record, tmp_path / "figures.toml")
        assert figures.load(tmp_path / "figures.toml") == record


class TestPrices:
    def test_a_million_visits_cost_the_sum_of_their_parts(self) -> None:
        listed = prices.read()
        amounts = {"reads": 2_000_000, "storageClassA": 1000, "milliseconds": 5}
        assert listed.dollars(amounts) == pytest.approx(0.60 + 0.005)

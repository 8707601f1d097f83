"""The benchmarks run, as small as can be, and their page has a place for what they measure."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.cloud.firestore import Client

from tests.support.shared_emulator import SharingSuite
from tools.benchmarks import (
    calls,
    cold_start,
    journeys,
    large_project,
    load,
    pictures,
    players,
    runs,
    triggers,
    visits,
)
from tools.benchmarks.bench import Bench
from tools.benchmarks.production import comparison
from tools.benchmarks.report import chart, page
from tools.benchmarks.report.page import Half, Report
from tools.benchmarks.timing import Samples


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """In a suite of its own: what benchmarks store of sessions and jobs breaks the invariants."""
    log = tmp_path_factory.mktemp("bench") / "functions.log"
    with (
        SharingSuite("demo-bench", free_ports=True, functions_log=log) as suite,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in suite.env.items():
            patch.setenv(name, value)
        db = Client(project=suite.project)
        made = Bench(suite, db)
        made.make_small_pictures()
        yield made
        made.close()
        db.close()


@pytest.mark.exhaustive
class TestRun:
    def test_every_part_measures_and_the_page_has_a_place_for_it(
        self, bench: Bench, tmp_path: Path
    ) -> None:
        large_project.fill(bench.db, count=4)
        half = Half(
            calls.measure(bench, rounds=1, warm=0),
            *triggers.measure(bench, rounds=1, warm=0),
            *visits.measure(bench, rounds=1, warm=0),
        )
        loaded = load.measure(bench, seconds=0, concurrencies=(1, 2))
        cold = cold_start.measure(bench, rounds=1)
        ran = runs.measure(bench, rounds=1, seconds=0, warm=0, concurrencies=(1, 2))
        picture = pictures.measure(bench, rounds=1, warm=0, width=256)
        pair = journeys.measure(bench, rounds=1, warm=0)
        played = players.measure(bench, rounds=1, warm=0)
        near = players.measure_near(points=2000, places=3)
        compared = comparison.measure(1, 0.1, clients=(1, 2))
        measured = (compared, cold, loaded, ran, picture, pair, played, near)
        report = Report(page.machine(0), 1, 4, *measured, half, half, [])
        shutil.copy(page.PAGE, tmp_path / "page.md")

        report.write(tmp_path / "page.md", tmp_path / "picture.svg")

        written = (tmp_path / "page.md").read_text()
        assert [each.clients for each in compared] == [1, 2] * 2
        assert all(each.ours.cpu > 0 and each.by_hand.cpu > 0 for each in compared)
        assert [each.guests for each in loaded] == [1, 2] * 3
        assert list(ran.a_second) == [1, 2]
        assert picture.around.median < picture.run.median
        assert picture.wait.median > 0
        assert pair.ratio > 0
        assert 1 <= near.mean <= near.most < 10
        assert all(f"| `{function}` |" in written for function in players.FUNCTIONS)
        assert all(f"| `{case.function}` |" in written for case in calls.CASES)
        ElementTree.parse(tmp_path / "picture.svg")

    def test_a_callable_without_a_case_is_told(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = calls.unmeasured(bench)
        without = [case for case in calls.CASES if case.function != "getJob"]
        monkeypatch.setattr(calls, "CASES", without)
        assert calls.unmeasured(bench) == sorted([*known, "getJob"])


class TestTelling:
    def test_samples_are_told_by_their_middle_half(self) -> None:
        samples = Samples([0.010, 0.012, 0.011, 0.100])
        assert samples.shown() == "11.5 ms (11.0 to 100.0)"
        assert Samples([2.0, 1.0, 3.0]).shown() == "2.00 s (1.00 to 3.00)"

    def test_a_cold_start_stands_beside_the_minimal_callables_of_its_kind(self) -> None:
        def start(function: str, with_bytecode: bool, seconds: float) -> cold_start.Start:
            return cold_start.Start(function, with_bytecode, Samples([seconds]), Samples([seconds]))

        least = [start("minimal", True, 1.0), start("minimal", False, 2.0)]
        shown = cold_start.table([*least, start("one", True, 1.5), start("one", False, 2.2)])
        assert (
            "| `one` | yes | 1.50 s (1.50 to 1.50) | 1.50 | 1.50 s (1.50 to 1.50) | 1.50 |" in shown
        )
        assert "| `one` | no | 2.20 s (2.20 to 2.20) | 1.10 |" in shown

    def test_the_picture_has_a_bar_for_each(self) -> None:
        drawn = ElementTree.fromstring(chart.bars([("one", 0.001, 0.002), ("two", 0.002, 0.006)]))
        texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
        assert {"one", "two", "2.0 x", "3.0 x"} <= set(texts)

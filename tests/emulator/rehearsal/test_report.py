"""The page about a rehearsed evening: what it says, and that everybody can read it."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from emulator.faults.settings import Faults
from emulator.rehearsal import evening
from emulator.rehearsal.record import Depth, Log, Record, Seen
from emulator.rehearsal.rehearsal import Outcome
from emulator.rehearsal.report import page

USED = {"invocations": 3, "reads": 5, "writes": 2, "deletes": 0, "tasks": 1, "storageClassA": 1}


def an_outcome(**changes: Any) -> Outcome:
    record = Record()
    record.arrivals = [0.5, 2.0]
    record.depths = [Depth(0.5, 1, 0, 0, 1), Depth(2.0, 4, 9, 2, 2)]
    record.requests = [
        Seen(0.5, "getProject", 0.010, "ok"),
        Seen(0.7, "getProject", 0.030, "ok"),
        Seen(0.9, "createSession", 0.250, "ok"),
        Seen(1.0, "createSession", 0.020, "contention"),
    ]
    record.pictures = [1.5]
    record.end("to the end")
    used = {**USED, "dollars": 0.004}
    given: dict[str, Any] = {
        "plans": evening.plan(2, 3, 1),
        "seconds": 3,
        "faults": Faults(abort=0.1),
        "seed": 1,
        "record": record,
        "log": Log({("task", "runTransform", "try_later"): 2}, {("runTransform", "<b>"): 1}),
        "meter": {"functions": {"getProject": used}, "total": used},
        "injected": {"abort": 3},
        "jobs": {"completed at attempt 1": 1},
        "holds": True,
        "check": "0 violations",
        "duration": 4.0,
    }
    return Outcome(**{**given, **changes})


class Parsed(HTMLParser):
    """A page's elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f" {data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


class TestPage:
    def test_says_how_it_went(self) -> None:
        text = " ".join(Parsed(page(an_outcome())).text.split())

        for said in (
            "It held",
            "30 ms and 250 ms",
            "createSession: contention 1",
            "runTransform: try_later 2",
            "runTransform: <b> 1",
            "$0.0040 for the evening, $0.002000 for a guest",
            "The deepest: events 4, tasks that are due 9, tasks that wait for their time 2.",
            "0 violations",
            "abort 3",
        ):
            assert said in text

    @pytest.mark.parametrize("broken", ["an invariant", "a bug"])
    def test_says_what_did_not_hold(self, broken: str) -> None:
        outcome = an_outcome(holds=broken != "an invariant", check="sessions/<s> is lost")
        if broken == "a bug":
            outcome.record.requests.append(Seen(1, "getJob", 0.1, "internal"))

        text = " ".join(Parsed(page(outcome)).text.split())

        assert not outcome.succeeded
        assert "It did not hold" in text
        assert "sessions/<s> is lost" in text

    def test_stands_alone_and_can_be_read_by_everybody(self) -> None:
        html = page(an_outcome())
        parsed = Parsed(html)

        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in parsed.elements}
        assert not [way for way in ("url(", "@import", "http") if way in html]
        assert parsed.all("html") == [{"lang": "en"}]
        assert "prefers-color-scheme: dark" in html
        pictures = [svg for svg in parsed.all("svg") if svg.get("role") == "img"]
        assert len(pictures) == 4
        assert all(len(svg["aria-label"] or "") > 20 for svg in pictures)
        assert all("aria-hidden" in svg for svg in parsed.all("svg") if svg not in pictures)
        assert all(th.get("scope") for th in parsed.all("th"))
        regions = [div for div in parsed.all("div") if div.get("role") == "region"]
        assert len(regions) == len(parsed.all("table")) == len(parsed.all("caption"))
        assert all(div["tabindex"] == "0" and div["aria-label"] for div in regions)

    def test_an_evening_without_any_request_has_a_page(self) -> None:
        nothing = an_outcome(record=Record(), log=Log({}, {}), injected={}, jobs={})

        assert "Jobs: none" in page(replace(nothing, meter={**nothing.meter, "functions": {}}))


class TestLog:
    def test_counts_endings_and_errors_and_passes_over_the_rest(self, tmp_path: Path) -> None:
        log = tmp_path / "functions.log"
        log.write_text(
            'INFO: {"not": "ours"}\n[1]\n'
            '{"severity": "INFO", "message": "task", "function": "f", "reason": "ok"}\n'
            '{"severity": "ERROR", "message": "task failed", "function": "f"}\n'
            '{"severity": "INFO", "message": "run finalized"}\n'
            '{"severity": "INFO", "mess'
        )

        read = Log.read(log)

        assert read == Log({("task", "f", "ok"): 1}, {("f", "task failed"): 1})

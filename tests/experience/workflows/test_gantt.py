"""A run is drawn: every step, its attempts, its waits, and what came from the cache."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from operations import gantt
from operations.__main__ import main
from tests.support.workflows.workflow_bench import WorkflowBench

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str) -> tuple[list[str], list[str]]:
    """What is written in a picture, and what its bars say."""
    root = ElementTree.fromstring(text)
    words = [each.text or "" for each in root.iter(f"{SVG}text")]
    return words, [each.text or "" for each in root.iter(f"{SVG}title")]


def test_attempts_failures_and_skipped_steps_are_seen(bench: WorkflowBench) -> None:
    run_id = bench.start("test.tree", {"plan": {"root": {"failures": 1}, "left": {"bug": True}}})
    bench.drain()
    found = gantt.load(bench.client, bench.workspace, run_id)
    assert found
    words, bars = drawn(gantt.draw(*found))
    assert set(bench.steps(run_id)) <= set(words)
    assert {"failed INTERNAL", "skipped DEPENDENCY_FAILED", "2 attempts"} <= set(words)
    assert any(bar.startswith("attempt 1 failed NOT_YET") for bar in bars)
    assert any(bar.startswith("queue: ") for bar in bars)


def test_cache_hits_and_what_an_update_took_are_named(bench: WorkflowBench) -> None:
    for _ in range(2):
        run_id = bench.start("test.cached", {"word": "hi"})
        bench.drain()
    update = bench.start("test.cached", {}, baseRunId=run_id, changes={"steps": ["own"]})
    bench.drain()
    for each, word in ((run_id, "from the cache"), (update, f"from run {run_id}")):
        found = gantt.load(bench.client, bench.workspace, each)
        assert found
        assert drawn(gantt.draw(*found))[0].count(word) == 3


def test_the_command_writes_the_picture(
    bench: WorkflowBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = bench.start("test.chain")
    bench.drain()
    out = tmp_path / "pictures" / "run.svg"
    common = ["gantt", "--project", bench.client.project, "--workspace", bench.workspace]
    assert main([*common, "--run", run_id, "--out", str(out)]) == 0
    assert "three" in drawn(out.read_text())[0]
    assert main([*common, "--run", "none", "--out", str(out)]) == 1
    assert "has no run none" in capsys.readouterr().err

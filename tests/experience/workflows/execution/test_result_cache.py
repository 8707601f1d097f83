"""Equal inputs give the result of before: within a workspace, and within a run where that is so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from experience import storage
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.execution import result_cache
from experience.workflows.runs.models import RunStatus
from experience.workflows.skills import REGISTRY
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished

GLOBAL = ["data", "file", "again"]


def run_once(bench: WorkflowBench, word: str = "hi") -> str:
    run_id = bench.start("test.cached", {"word": word})
    bench.drain()
    assert bench.run(run_id).status is RunStatus.COMPLETED
    assert unfinished(bench, run_id) == []
    return run_id


def hits(bench: WorkflowBench, run_id: str) -> list[str]:
    return [step.id for step in bench.steps(run_id).values() if step.cache_hit]


class TestHits:
    def test_a_second_run_does_nothing_again_and_comes_to_the_same(
        self, bench: WorkflowBench
    ) -> None:
        first, second = run_once(bench), run_once(bench)
        assert hits(bench, first) == []
        assert hits(bench, second) == GLOBAL
        assert bench.executions(second) == ["own"]
        for name in GLOBAL:
            assert bench.output(second, name) == bench.output(first, name)
            before, after = bench.steps(first)[name], bench.steps(second)[name]
            assert after.output_artifact_ids == before.output_artifact_ids
            assert after.input_hash == before.input_hash

    def test_what_belongs_to_a_run_stays_in_it(self, bench: WorkflowBench) -> None:
        first = run_once(bench)
        own = bench.tenant.run_ref(first).collection("runStepCache")
        assert [each.get("scope") for each in own.stream()] == ["run_only"]
        shared = bench.tenant.collection("stepCache").stream()
        assert sorted(each.get("stepId") for each in shared) == sorted(GLOBAL)
        assert "own" not in hits(bench, run_once(bench))

    def test_another_workspace_never_hits(self, new_bench: Callable[[], WorkflowBench]) -> None:
        one, other = new_bench(), new_bench()
        run_once(one)
        assert hits(other, run_once(other)) == []
        assert hits(one, run_once(one)) == GLOBAL

    def test_other_inputs_miss(self, bench: WorkflowBench) -> None:
        run_once(bench)
        assert hits(bench, run_once(bench, "ho")) == []

    @pytest.mark.parametrize("what", ["version", "model", "prompt"])
    def test_another_version_of_skill_model_or_prompt_misses(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        run_once(bench)
        changed = replace(REGISTRY.skills["test.draw"], **dict[str, Any]({what: "another"}))
        monkeypatch.setitem(REGISTRY.skills, "test.draw", changed)
        assert hits(bench, run_once(bench)) == ["data"]

    def test_an_entry_that_expired_misses(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(result_cache, "MAX_AGE", -result_cache.MAX_AGE)
            run_once(bench)
        assert hits(bench, run_once(bench)) == []

    def test_a_hit_whose_object_is_gone_is_a_miss_and_is_made_again(
        self, bench: WorkflowBench
    ) -> None:
        first = run_once(bench)
        gone = bench.steps(first)["again"].artifacts["result"]
        storage.bucket().blob(bench.tenant.path_of(gone.content_hash)).delete()
        second = run_once(bench)
        assert hits(bench, second) == ["data", "file"]
        made = bench.steps(second)["again"].artifacts["result"]
        assert artifact_store.read(bench.tenant, made.uri) == b"hi+again"
        assert hits(bench, run_once(bench)) == GLOBAL

    def test_a_failed_step_is_not_kept(self, bench: WorkflowBench) -> None:
        run_id = bench.start("test.cached", {"word": "impossible"})
        bench.drain()
        assert bench.run(run_id).status is RunStatus.FAILED
        assert list(bench.tenant.collection("stepCache").stream()) == []

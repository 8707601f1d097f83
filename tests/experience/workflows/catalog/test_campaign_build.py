"""A campaign is built: every step once, equal ones from the cache, and only what changed again."""

import io
import time
import wave
from typing import Any

import pytest
from PIL import Image

from experience.workflows.artifacts import store as artifact_store
from experience.workflows.runs.models import RunStatus
from tests.support.campaigns.builds import CONFIG, payload
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished

STEPS = {
    *("plan", "copy", "theme", "background", "emblem", "logo", "sound_spin", "sound_win"),
    *("manifest", "bundle", "thumbnail", "publish"),
}
SOUNDS = {"spin": "drumroll", "win": {"prompt": "a gentle harp"}}


def built(bench: WorkflowBench, given: dict[str, Any], **more: Any) -> str:
    """A build from its start to its end; its run's id."""
    run_id = bench.start("campaign.build", given, **more)
    bench.drain()
    assert unfinished(bench, run_id) == []
    assert bench.run(run_id).error is None
    return run_id


def artifact(bench: WorkflowBench, run_id: str, step_id: str, slot: str) -> bytes:
    found = bench.steps(run_id)[step_id].artifacts[slot]
    return artifact_store.read(bench.tenant, found.uri)


@pytest.mark.exhaustive
def test_a_build_makes_every_thing_once_then_hits_and_reruns_only_what_changed(
    bench: WorkflowBench,
) -> None:
    began = time.monotonic()
    first = built(bench, payload())
    assert time.monotonic() - began < 30
    steps = bench.steps(first)
    assert set(steps) == STEPS
    assert {step.attempt for step in steps.values()} == {1}
    assert not any(step.cache_hit for step in steps.values())

    html = artifact(bench, first, "publish", "bundle").decode()
    assert html.count('type="application/json"') == 1
    assert "Spin into summer" in html
    assert html.count("data:image/webp;base64,") == 2
    assert html.count("data:audio/wav;base64,") == 2
    for slot, size in {"thumbnail": (1200, 630), "background": (1440, 900)}.items():
        assert Image.open(io.BytesIO(artifact(bench, first, "publish", slot))).size == size
    with wave.open(io.BytesIO(artifact(bench, first, "publish", "spin"))) as sound:
        assert sound.getnframes() > 100_000
    output = bench.output(first, "publish")
    assert output["published"] is None
    assert output["manifest"]["workspaceId"] == bench.workspace
    assert output["manifest"]["segments"] == CONFIG["game"]["segments"]

    worked = time.process_time()
    second = built(bench, payload())
    assert time.process_time() - worked < 1
    assert all(step.cache_hit for step in bench.steps(second).values())
    assert bench.output(second, "publish") == output

    third = built(bench, payload(sounds=SOUNDS), baseRunId=first)
    reasons = {name: step.reason for name, step in bench.steps(third).items() if step.reason}
    assert reasons == {
        "sound_spin": "INPUT_CHANGED: campaign.config.sounds.spin is another",
        "manifest": "DEPENDS_ON: sound_spin runs again",
        "bundle": "DEPENDS_ON: manifest runs again",
        "thumbnail": "DEPENDS_ON: manifest runs again",
        "publish": "DEPENDS_ON: manifest runs again",
    }
    taken = {name for name, step in bench.steps(third).items() if step.taken_from == first}
    assert taken == STEPS - set(reasons)
    assert artifact(bench, third, "publish", "bundle").decode() != html


@pytest.mark.parametrize(
    ("config", "step", "code"),
    [
        ({"theme": {"primaryColor": "#fff"}}, "theme", "THEME_COLOR"),
        (
            {"theme": {"primaryColor": "#ffffff", "secondaryColor": "#fffffe"}},
            "theme",
            "THEME_CONTRAST",
        ),
        ({"copy": {"headline": "<script>"}}, "copy", "COPY_REFUSED"),
    ],
)
def test_what_cannot_be_built_says_why(
    bench: WorkflowBench, config: dict[str, Any], step: str, code: str
) -> None:
    run_id = bench.start("campaign.build", payload(**config))
    bench.drain()
    run = bench.run(run_id)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert (run.error.failed_step_id, run.error.code) == (step, code)

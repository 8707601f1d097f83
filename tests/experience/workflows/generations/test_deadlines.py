"""A run whose deadline passes while a provider works for it: it ends, and nobody is asked on."""

import pytest

from experience.workflows.generations.models import MAX_PERMITS
from experience.workflows.runs import dispatch
from experience.workflows.runs.models import RunStatus
from tests.experience.workflows.generations.generation_bench import REPLICATE, GenerationBench
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.workflows.workflow_bench import unfinished

SECONDS = 45


def ask(generations: GenerationBench) -> str:
    """A run that has 45 seconds from now on."""
    run_id = generations.ask(REPLICATE)
    deadline_at = round(generations.now) + SECONDS * 1000
    generations.tenant.run_ref(run_id).update({"deadlineAt": deadline_at})
    dispatch.enqueue_deadline(generations.run(run_id))
    return run_id


@pytest.mark.parametrize("begins", [True, False], ids=["for a prediction", "for a permit"])
def test_a_run_that_waits_ends_on_time_and_keeps_no_permit(
    generations: GenerationBench, replicate: ReplicateVendor, *, begins: bool
) -> None:
    replicate.polls_needed = 1000
    of_others = [] if begins else [f"image-{number}" for number in range(MAX_PERMITS["image"])]
    for each in of_others:
        generations.tenant.permit_ref(each).set({"jobId": "another", "updatedAt": 1})
    began, run_id = generations.now, ask(generations)
    while generations.run(run_id).is_active:
        generations.step()
    assert SECONDS * 1000 <= generations.now - began < (SECONDS + 5) * 1000
    run = generations.run(run_id)
    assert (run.status, run.error and run.error.code) == (RunStatus.FAILED, "DEADLINE_EXCEEDED")
    assert unfinished(generations, run_id) == []
    assert generations.held_permits() == of_others
    generations.work()
    assert (generations.job(run_id).status, generations.job(run_id).error_code) == (
        "failed",
        "CANCELLED",
    )
    assert [each["status"] for each in replicate.predictions.values()] == ["canceled"] * begins
    assert generations.run(run_id) == run

"""The engine goes on where the names that it stores under change at every commit."""

from typing import Any

import pytest

from experience import transactions
from experience.workflows.generations import permits
from operations.schema_changes import catalog
from operations.schema_changes.declaration import Change
from tests.experience.workflows.runs.test_runs import finished_chain
from tests.support.workflows.commits import Send, intercepted
from tests.support.workflows.workflow_bench import WorkflowBench


@pytest.mark.exhaustive
@pytest.mark.parametrize("also_before", [False, True], ids=["after each commit", "and before"])
def test_a_run_ends_in_whatever_shape_it_is_stored(bench: WorkflowBench, also_before: bool) -> None:
    flipped: list[str] = []
    is_flipping = False
    commits = 0

    def flip(*, back: bool) -> None:
        nonlocal is_flipping
        is_flipping = True
        for migration in catalog.read()[:2]:
            change: Change | None = migration.inverse if back else migration.change
            assert change is not None
            name = migration.query.collection.rpartition("/")[2]
            for found in bench.client.collection_group(name).stream():
                is_own = found.reference.path.startswith(f"workspaces/{bench.workspace}/")
                if is_own and (difference := change(found.to_dict() or {})):
                    found.reference.update(difference)
                    flipped.append(found.reference.path)
        is_flipping = False

    def around(pbs: list[Any], send: Send) -> Any:
        nonlocal commits
        if is_flipping:
            return send()
        commits += 1
        if also_before and commits % 3 == 0:  # what the worker has read is stale now
            flip(back=False)
        response = send()
        flip(back=True)
        return response

    with intercepted(around):
        run_id = bench.start("test.chain")
        stored = bench.tenant.run_ref(run_id).get().to_dict() or {}
        assert "round" in stored
        assert "runAttempt" not in stored
        bench.drain()

    assert commits >= 4
    assert len(set(flipped)) == 4  # the run and its three steps
    assert finished_chain(bench, run_id) == ["one", "two", "three"]


@pytest.mark.exhaustive
def test_a_permit_of_the_former_collection_is_released(bench: WorkflowBench) -> None:
    for _ in range(2):
        transactions.run_optimistic(
            bench.client,
            lambda transaction: permits.release(bench.tenant, transaction, "image-0", None, 5),
        )
    released = bench.tenant.permit_ref("image-0").get().to_dict()
    assert released == {"jobId": None, "updatedAt": 5}

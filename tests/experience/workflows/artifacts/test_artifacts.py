"""What steps make is stored once for each workspace, and collected when nobody refers to it."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from google.api_core.exceptions import NotFound

from experience import clock, storage
from experience.sweeps import Rest
from experience.workflows.artifacts import garbage_collection
from experience.workflows.artifacts import store as artifact_store
from experience.workflows.artifacts.payloads import MAX_INLINE_BYTES
from experience.workflows.artifacts.tenant import Tenant
from experience.workflows.runs.models import RunStatus
from tests.experience.rests import Rests
from tests.support.workflows.workflow_bench import WorkflowBench, unfinished

DAY_MS = 24 * 3_600_000


def objects(bench: WorkflowBench) -> list[str]:
    found = storage.bucket().list_blobs(prefix=f"tenants/{bench.workspace}/")
    return [str(blob.name).rpartition("/")[2] for blob in found]


def draw(bench: WorkflowBench, **payload: Any) -> str:
    run_id = bench.start("test.media", {"images": "dog", "sounds": "beep", **payload})
    bench.drain()
    assert bench.run(run_id).status is RunStatus.COMPLETED
    return run_id


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many days pass."""

    def pass_by(days: float) -> None:
        now = clock.now_ms() + round(days * DAY_MS)
        monkeypatch.setattr(clock, "now_ms", lambda: now)

    return pass_by


class TestStoring:
    def test_equal_bytes_are_stored_once_in_a_workspace(
        self, new_bench: Callable[[], WorkflowBench]
    ) -> None:
        bench, other = new_bench(), new_bench()
        first = draw(bench)
        stored = objects(bench)
        second = draw(bench)
        assert objects(bench) == stored
        assert len(stored) == len(set(stored)) == 4
        draw(other)
        assert objects(other) == stored
        one, two = (bench.steps(run)["mix"].artifacts["result"] for run in (first, second))
        assert (one.uri, one.content_hash) == (two.uri, two.content_hash)
        assert one.id != two.id

    def test_what_calls_itself_packed_is_read_as_it_is_stored(self, bench: WorkflowBench) -> None:
        packed = gzip.compress(bytes(1_000_000))
        blob = storage.bucket().blob(f"workspaces/{bench.workspace}/photo.jpg")
        blob.content_encoding = "gzip"
        blob.upload_from_string(packed)
        assert artifact_store.fetch(bench.tenant, str(blob.name)).data == packed

    def test_the_document_says_what_it_is_and_who_made_it(self, bench: WorkflowBench) -> None:
        run_id = draw(bench)
        ref = bench.steps(run_id)["images"].artifacts["result"]
        document = bench.tenant.artifact_ref(ref.id).get().to_dict()
        assert document
        for ours in ("createdAt", "updatedAt"):
            assert document.pop(ours)
        assert document == {
            "id": ref.id,
            "tenantId": bench.workspace,
            "runId": run_id,
            "stepId": "images",
            "skillId": "test.draw",
            "type": "text/plain",
            "uri": bench.tenant.uri_of(ref.content_hash),
            "contentHash": ref.content_hash,
            "sizeBytes": 3,
            "filename": "word.txt",
            "metadata": {"long": 3},
        }

    def test_a_step_reads_nothing_of_another_workspace(
        self, new_bench: Callable[[], WorkflowBench]
    ) -> None:
        bench, other = new_bench(), new_bench()
        theirs = other.steps(draw(other))["images"].artifacts["result"]
        assert artifact_store.read(other.tenant, theirs.uri) == b"dog"
        with pytest.raises(NotFound):
            artifact_store.read(bench.tenant, theirs.uri)
        escape = f"tenants/{bench.workspace}/sha256/../../{other.workspace}/sha256/x"
        for uri in (escape, "projects/p/sessions/s", f"tenants/{bench.workspace}/sha256/"):
            assert bench.tenant.path_in(uri) is None

    def test_a_tenant_is_not_made_without_a_check(self, bench: WorkflowBench) -> None:
        with pytest.raises(TypeError):
            Tenant(bench.client, bench.workspace, object())

    @pytest.mark.parametrize(
        "payload",
        [
            {"rows": [[1, 2], [3]], "long": ""},
            {"rows": [], "long": "x" * (MAX_INLINE_BYTES + 1)},
        ],
        ids=["of a shape that Firestore does not take", "too large for a document"],
    )
    def test_what_no_document_holds_lies_in_the_bucket(
        self, bench: WorkflowBench, payload: dict[str, Any]
    ) -> None:
        run_id = bench.start("test.large", payload)
        bench.drain()
        run, step = bench.run(run_id), bench.steps(run_id)["same"]
        assert run.status is RunStatus.COMPLETED
        assert unfinished(bench, run_id) == []
        assert (run.trigger_payload, step.output) == (None, None)
        assert run.trigger_payload_uri
        assert step.output_uri == run.trigger_payload_uri == bench.steps(run_id)["swell"].output_uri
        assert len(objects(bench)) == 1


class TestCollecting:
    def test_what_nothing_refers_to_goes_after_the_grace(
        self, bench: WorkflowBench, later: Callable[[float], None]
    ) -> None:
        run_id = draw(bench)
        kept = objects(bench)
        left = artifact_store.put(bench.tenant, b"left by an attempt that failed", "text/plain")
        assert garbage_collection.collect_artifacts()["collected"] == 0
        assert left.content_hash in objects(bench)
        later(1.1)
        garbage_collection.collect_artifacts()
        assert objects(bench) == kept
        for step in bench.steps(run_id).values():
            assert artifact_store.exists(bench.tenant, step.artifacts["result"].uri)

    def test_payloads_and_outputs_are_referred_to_as_well(
        self, bench: WorkflowBench, later: Callable[[float], None]
    ) -> None:
        bench.start("test.large", {"rows": [[1]]})
        bench.drain()
        kept = objects(bench)
        later(2)
        garbage_collection.collect_artifacts()
        assert objects(bench) == kept

    def test_what_a_run_has_no_time_for_tasks_go_on_with(
        self, bench: WorkflowBench, later: Callable[[float], None], rests: Rests
    ) -> None:
        left = [artifact_store.put(bench.tenant, each, "text/plain") for each in (b"one", b"two")]
        later(2)
        garbage_collection.collect_artifacts(0)
        rests.work()
        assert not {each.content_hash for each in left} & set(objects(bench))

    def test_a_range_ends_where_the_next_one_begins(
        self, bench: WorkflowBench, later: Callable[[float], None], rests: Rests
    ) -> None:
        left = [artifact_store.put(bench.tenant, b"%d" % each, "text/plain") for each in range(6)]
        hashes = sorted(each.content_hash for each in left)
        later(2)
        middle = int(hashes[2][:8], 16)
        low = Rest(name="collectArtifacts", begun_at=1, kind="artifacts", parent=bench.workspace)
        low = low.model_copy(update={"until": middle})
        assert garbage_collection.collect_artifacts(60_000, low)["collected"] == 3
        high = low.model_copy(update={"since": middle + 1, "until": garbage_collection.LAST})
        assert garbage_collection.collect_artifacts(60_000, high)["collected"] == 3

    def test_an_old_object_that_is_used_again_is_not_taken(
        self, bench: WorkflowBench, later: Callable[[float], None]
    ) -> None:
        stored = artifact_store.put(bench.tenant, b"old", "text/plain")
        later(2)
        artifact_store.put(bench.tenant, b"old", "text/plain")
        # The object's own time is the server's: what protects it is that it changed.
        [blob] = storage.bucket().list_blobs(prefix=bench.tenant.path_of(stored.content_hash))
        assert blob.metageneration == 2

    def test_one_that_is_used_between_listing_and_taking_stays(
        self, bench: WorkflowBench, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = artifact_store.put(bench.tenant, b"just in time", "text/plain")
        later(2)
        original = garbage_collection._marked

        def used_meanwhile(client: Any, workspace_id: str, *hashes: str) -> set[str]:
            marked = original(client, workspace_id, *hashes)
            if workspace_id == bench.workspace:
                artifact_store.put(bench.tenant, b"just in time", "text/plain")
            return marked

        monkeypatch.setattr(garbage_collection, "_marked", used_meanwhile)
        garbage_collection.collect_artifacts()
        assert stored.content_hash in objects(bench)

    def test_one_that_is_taken_while_it_is_used_is_stored_again(
        self, bench: WorkflowBench, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = artifact_store.put(bench.tenant, b"too late", "text/plain")
        later(2)
        original = artifact_store._use_again

        def deleted_just_before(path: str) -> bool:
            monkeypatch.setattr(artifact_store, "_use_again", original)
            garbage_collection.collect_artifacts()
            assert stored.content_hash not in objects(bench)
            return original(path)

        monkeypatch.setattr(artifact_store, "_use_again", deleted_just_before)
        artifact_store.put(bench.tenant, b"too late", "text/plain")
        assert artifact_store.read(bench.tenant, stored.uri) == b"too late"

    def test_runs_that_write_meanwhile_lose_nothing(
        self, bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With no grace at all for what was listed, and runs that use the same old objects."""
        for word in ("dog", "beep", "beep+mixed"):
            artifact_store.put(bench.tenant, word.encode(), "text/plain")
        monkeypatch.setattr(artifact_store, "grace_ms", lambda: -DAY_MS)
        original = artifact_store.put
        collected = []

        def collect_before_it_is_referred_to(*given: Any) -> Any:
            collected.append(garbage_collection.collect_artifacts()["collected"])
            return original(*given)

        monkeypatch.setattr(artifact_store, "put", collect_before_it_is_referred_to)
        run_ids = [bench.start("test.media", {"images": "dog", "sounds": "beep"}) for _ in "ab"]
        bench.drain()
        assert collected
        for run_id in run_ids:
            for step in bench.steps(run_id).values():
                assert artifact_store.exists(bench.tenant, step.artifacts["result"].uri)

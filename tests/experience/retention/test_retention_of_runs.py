"""With a session goes its job, and with the job its run and all that the run made."""

from collections.abc import Callable
from typing import Any

import pytest
from google.api_core.exceptions import ServiceUnavailable
from google.cloud.firestore import Client

from experience import clock, storage
from experience.imaging import processes
from experience.media.store import objects
from experience.retention.models import KeptSession
from experience.retention.usecases import sweep
from experience.retention.usecases.sweep import sweep_retention
from experience.workflows.artifacts.garbage_collection import collect_artifacts
from tests.support.job_bench import JobBench, NewJob, meanwhile, unrest
from tests.support.workflows.workflow_bench import Killed

DAY = 24 * 3_600_000
NAMES = ("runs", "artifacts", "generationJobs", "stepCache")


def left(one: JobBench) -> dict[str, int]:
    """How many documents the workspace has of each kind, and of the visit."""
    counts = {name: len(list(one.tenant.collection(name).stream())) for name in NAMES}
    steps = one.client.collection_group("runSteps").stream()
    internals = one.client.collection_group("jobInternals").stream()
    visit = [each for each in (one.job_ref, one.session_ref) if each.get().exists]
    return {
        **counts,
        "steps": len(list(steps)),
        "internals": len(list(internals)),
        "visit": len(visit),
    }


NOTHING = dict.fromkeys((*NAMES, "steps", "internals", "visit"), 0)


def delete(one: JobBench) -> None:
    sweep._delete_session(one.client, KeptSession.load(one.completed_now().dump()))


def done(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    one.work()
    assert one.shown()[0] == "completed"


def failed(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as broken:
        broken.setattr(processes, "finish", lambda *_arguments: None)
        one.work()
    assert one.shown()[0] == "failed"
    assert left(one)["artifacts"] == 2  # those that it would go on with


def cancelled(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    meanwhile(patch, "publish", one.cancel)
    one.work()
    assert one.shown()[0] == "cancelled"


def waiting(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    one.enqueue()


def abandoned(one: JobBench, patch: pytest.MonkeyPatch) -> None:
    def vanish() -> None:
        raise Killed

    meanwhile(patch, "stylise", vanish)
    one.enqueue()
    with pytest.raises(Killed):
        one.deliver()
    assert left(one)["generationJobs"] == 1


@pytest.mark.parametrize("before", [done, failed, cancelled, waiting, abandoned])
class TestRuns:
    def test_a_session_takes_its_run_along_and_no_other(
        self,
        new_job: NewJob,
        monkeypatch: pytest.MonkeyPatch,
        before: Callable[[JobBench, pytest.MonkeyPatch], None],
    ) -> None:
        one, other = new_job(), new_job()
        before(one, monkeypatch)
        other.queue.waiting.clear()
        kept = other.everything()
        delete(one)
        delete(one)
        steps, internals = len(other.steps(other.run_id)), 1
        assert left(one) == {**NOTHING, "steps": steps, "internals": internals}
        assert other.everything() == kept
        one.drain()
        assert left(one) == {**NOTHING, "steps": steps, "internals": internals}
        venues = one.tenant.collection("generationPermits").stream()
        assert [each.id for each in venues if each.get("jobId")] == []


class TestMeanwhile:
    @pytest.mark.parametrize("step", ["load", "stylise", "publish"])
    def test_a_worker_in_the_middle_of_it_brings_nothing_back(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        meanwhile(monkeypatch, step, lambda: delete(one))
        one.enqueue()
        one.drain()
        assert left(one) == NOTHING

    @pytest.mark.parametrize("what", ["job", "run"])
    def test_what_somebody_deleted_by_hand_does_not_keep_the_rest(
        self, one: JobBench, what: str
    ) -> None:
        one.enqueue()
        {"job": one.job_ref, "run": one.tenant.run_ref(one.run_id)}[what].delete()
        delete(one)
        expected = NOTHING if what == "job" else {**NOTHING, "steps": 3}
        assert left(one) == expected


class TestSweep:
    def test_a_guest_whose_time_is_over_goes_with_the_runs_of_theirs(
        self, new_job: NewJob, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = new_job()
        done(one, monkeypatch)
        project = quiet_db.document("projects", one.project)
        project.update({"publishedConfig.retentionDays": 30})
        now = clock.now_ms()
        monkeypatch.setattr(clock, "now_ms", lambda: now + 31 * DAY)
        assert sweep_retention()["guests"] == 1
        assert left(one) == NOTHING
        assert unrest(quiet_db) == []

    def test_a_fault_in_the_middle_does_not_make_a_visit_new(
        self, one: JobBench, quiet_db: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting(one, monkeypatch)
        project = quiet_db.document("projects", one.project)
        project.update({"publishedConfig.retentionDays": 30})
        now = clock.now_ms()
        monkeypatch.setattr(clock, "now_ms", lambda: now + 31 * DAY)

        def breaks(*_ids: str) -> None:
            raise ServiceUnavailable("the storage is away")

        with monkeypatch.context() as broken:
            broken.setattr(objects, "delete_of_session", breaks)
            sweep_retention()
        assert left(one)["visit"] == 2
        assert sweep_retention()["sessions"] == 1
        assert left(one) == NOTHING

    def test_the_bytes_between_the_steps_are_collected(
        self, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done(one, monkeypatch)
        assert bytes_of(one) > 0
        monkeypatch.setenv("ARTIFACT_GRACE_HOURS", "0")
        collect_artifacts()
        assert bytes_of(one) == 0


def bytes_of(one: JobBench) -> Any:
    """How many objects a workspace's runs have."""
    return len(list(storage.bucket().list_blobs(prefix=f"tenants/{one.workspace}/")))

"""Jobs as documents, and what a run's end is to the guests of its job."""

from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experience.sessions.models.session import JobStatus
from experience.transforms.models.failures import JobErrorCode
from experience.transforms.models.job import (
    Job,
    JobProgress,
    JobReservation,
    job_id_of,
    run_fields,
    run_id_of,
)
from experience.transforms.models.quota import (
    MAX_SHARDS,
    MIN_SHARDS,
    NEAR_PERCENT,
    SHARE,
    is_near,
    shares_of,
)
from experience.transforms.usecases import hooks, photo_runs
from experience.workflows.catalog.photo_transform import skills
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.runs.hooks import hooks_of
from experience.workflows.runs.models import (
    OwnerReference,
    Queue,
    Run,
    RunError,
    RunStatus,
    RunStep,
    StepError,
)
from experience.workspaces.models import Transform

NOW = 1_000_000
IDS = {"projectId": "p1", "sessionId": "s1", "jobId": "j1", "stepId": "photo"}


def job(status: JobStatus, attempt_count: int = 0) -> Job:
    return Job(
        id="j1",
        project_id="p1",
        session_id="s1",
        experience_id="e1",
        workspace_id="w1",
        status=status,
        attempt_count=attempt_count,
        created_at=1,
        updated_at=1,
    )


def run(status: RunStatus, **fields: Any) -> Run:
    workflow = DEFINITIONS.workflows[photo_runs.WORKFLOW]
    return Run(
        id="r1",
        tenant_id="w1",
        workflow_name=workflow.workflow_name,
        workflow_version=workflow.version,
        definition=workflow.to_json(),
        remaining_sinks=1,
        status=status,
        owner_reference=OwnerReference(kind=hooks.KIND, ids=IDS),
        created_at=1,
        updated_at=1,
        **fields,
    )


def step(id: str = "load", attempt: int = 1) -> RunStep:
    return RunStep(
        id=id,
        run_id="r1",
        tenant_id="w1",
        step_id=id,
        skill_id=f"photo.{id}",
        attempt=attempt,
        remaining_dependencies=0,
        created_at=1,
        updated_at=NOW,
    )


@pytest.fixture
def client() -> Client:
    return Client("demo-nowhere", AnonymousCredentials())


@pytest.fixture
def jobs() -> hooks.JobHooks:
    return hooks.JobHooks()


class TestIds:
    @pytest.mark.parametrize("id_of", [job_id_of, run_id_of])
    def test_each_has_one_for_ever(self, id_of: Any) -> None:
        assert id_of("p1", "s1") == id_of("p1", "s1")
        assert len({id_of("p1", "s1"), id_of("p1", "s2"), id_of("p2", "s1")}) == 3

    def test_neighbouring_ids_do_not_run_into_each_other(self) -> None:
        assert job_id_of("a", "bc") != job_id_of("ab", "c")


class TestJob:
    def test_only_pending_and_running_go_on_by_themselves(self) -> None:
        going_on = {status for status in JobStatus if not job(status).is_ended}
        assert going_on == {JobStatus.PENDING, JobStatus.RUNNING}

    def test_progress_is_a_percentage(self) -> None:
        for outside in (-1, 101):
            with pytest.raises(ValidationError):
                JobProgress(current_step="load", percentage=outside)

    def test_a_place_of_today_is_a_job_s_until_somebody_has_begun(self) -> None:
        counted = JobReservation(day="20250101", attempts=2)
        assert counted.is_unused(job(JobStatus.FAILED, 2), "20250101")
        assert not counted.is_unused(job(JobStatus.FAILED, 3), "20250101")
        assert not counted.is_unused(job(JobStatus.FAILED, 2), "20250102")


class TestOwner:
    """What a run of a job writes to the job and to the session, decided from documents alone."""

    def test_a_run_of_a_job_has_jobs_for_its_owner_and_no_other_run(self) -> None:
        mine = run(RunStatus.QUEUED)
        assert isinstance(hooks_of(mine), hooks.JobHooks)
        assert hooks_of(mine.model_copy(update={"owner_reference": None})) is None

    @pytest.mark.parametrize(
        ("model", "queue"),
        [
            ("local", Queue.RUN_TRANSFORM),
            ("gemini/gemini-2.5-flash-image", Queue.RUN_VENDOR_TRANSFORM),
            ("replicate/black-forest-labs/flux-kontext-pro", Queue.RUN_VENDOR_TRANSFORM),
        ],
    )
    def test_workers_that_wait_for_a_vendor_keep_nobody_waiting(
        self, model: str, queue: Queue
    ) -> None:
        transform = Transform.model_validate({"enabled": True, "model": model})
        assert photo_runs.queue_of(transform) is queue
        changed = run(RunStatus.QUEUED, queue=queue)
        begun = job(JobStatus.PENDING).model_copy(update=run_fields(changed))
        assert begun.run_queue is queue
        assert ("queue" in begun.dump()) is (queue is not Queue.RUN_TRANSFORM)
        assert Job.load(begun.dump()).run_queue is queue

    def test_every_step_that_is_told_is_one_of_the_workflow(self) -> None:
        assert set(hooks.PROGRESS_PERCENT) == set(DEFINITIONS.workflows[photo_runs.WORKFLOW].by_id)

    def test_the_first_step_begins_the_job(self, client: Client, jobs: hooks.JobHooks) -> None:
        (job, update), (session, shown) = jobs.on_step_started(
            client, run(RunStatus.QUEUED), step()
        )
        assert (job.path, session.path) == ("projects/p1/jobs/j1", "projects/p1/sessions/s1")
        assert (update["status"], update["startedAt"], update["updatedAt"]) == (
            "running",
            NOW,
            NOW,
        )
        assert update["progress"] == {"currentStep": "load", "percentage": 0, "message": None}
        assert shown == {"jobStatus": "running", "updatedAt": NOW}

    def test_the_next_one_is_told_in_the_job_alone(
        self, client: Client, jobs: hooks.JobHooks
    ) -> None:
        [(_, update)] = jobs.on_step_started(
            client, run(RunStatus.RUNNING, started_at=1), step("publish")
        )
        assert set(update) == {"progress", "updatedAt"}
        assert update["progress"]["percentage"] == 90

    def test_another_attempt_or_round_begins_the_job_again(
        self, client: Client, jobs: hooks.JobHooks
    ) -> None:
        begun = {"started_at": 1}
        for one, its_step in (
            (run(RunStatus.RUNNING, **begun), step("stylise", 2)),
            (run(RunStatus.QUEUED, **begun), step("publish")),
        ):
            (_, update), (_, shown) = jobs.on_step_started(client, one, its_step)
            assert (update["status"], shown["jobStatus"]) == ("running", "running")
            assert "startedAt" not in update

    @pytest.mark.parametrize(
        ("code", "job_code", "retryable"),
        [
            ("INVALID_INPUT", "INVALID_INPUT", False),
            ("PHOTO_REFUSED", "INVALID_INPUT", False),
            ("ARTIFACT_NOT_FOUND", "INVALID_INPUT", False),
            ("PROCESSING_FAILED", "PROCESSING_FAILED", False),
            ("SAFETY_FILTERED", "SAFETY_FILTERED", False),
            ("STORAGE_ERROR", "STORAGE_ERROR", True),
            ("QUOTA_EXCEEDED", "QUOTA_EXCEEDED", True),
            ("TIMEOUT", "TIMEOUT", True),
            ("WORKER_LOST", "TIMEOUT", True),
            ("PROVIDER_ERROR", "PROVIDER_ERROR", True),
            ("CANCELLED", "CANCELLED", True),
            ("INTERNAL", "UNKNOWN", True),
            ("PROVIDER_NOT_CONFIGURED", "PROVIDER_ERROR", True),
        ],
    )
    def test_a_run_s_error_is_told_in_a_guest_s_words(
        self, client: Client, jobs: hooks.JobHooks, code: str, job_code: str, *, retryable: bool
    ) -> None:
        secret = "the prompt in workspaces/w"
        error = RunError(code=code, message=secret, failed_step_id="stylise", timestamp=1)
        ended = run(RunStatus.FAILED, error=error)
        (_, changes), (_, shown) = jobs.on_run_finalized(client, ended, {}, NOW)
        failure = changes["error"]
        assert (changes["status"], changes["completedAt"]) == ("failed", NOW)
        assert (failure["code"], failure["isRetryable"]) == (job_code, retryable)
        assert (failure["step"], failure["timestamp"]) == ("stylise", NOW)
        assert shown["jobError"] == {"code": job_code, "message": failure["message"]}
        assert (failure["message"] == secret) is (code == skills.PHOTO_REFUSED)

    def test_every_code_of_a_job_is_told_as_itself(
        self, client: Client, jobs: hooks.JobHooks
    ) -> None:
        for code in JobErrorCode:
            error = RunError(code=code, message="m", timestamp=1)
            (_, changes), _ = jobs.on_run_finalized(
                client, run(RunStatus.FAILED, error=error), {}, NOW
            )
            assert changes["error"]["code"] == code

    def test_an_attempt_that_is_followed_by_another_is_no_error_to_the_guest(
        self, client: Client, jobs: hooks.JobHooks
    ) -> None:
        error = StepError(code="STORAGE_ERROR", message="m", attempt=1, timestamp=1)
        (_, update), (_, shown) = jobs.on_attempt_failed(
            client, run(RunStatus.RUNNING), step(), error, NOW
        )
        assert (update["status"], update["error"]["code"]) == ("pending", "STORAGE_ERROR")
        assert shown == {"jobStatus": "pending", "jobError": None, "updatedAt": NOW}

    def test_a_cancelled_run_is_a_cancelled_job(self, client: Client, jobs: hooks.JobHooks) -> None:
        (_, update), (_, shown) = jobs.on_run_finalized(client, run(RunStatus.CANCELLED), {}, NOW)
        assert (update["status"], update["error"]["code"]) == ("cancelled", "CANCELLED")
        assert (shown["jobStatus"], shown["jobError"]["code"]) == ("cancelled", "CANCELLED")


limits = st.integers(min_value=0, max_value=3 * MAX_SHARDS * SHARE)


class TestShares:
    @given(limits)
    def test_together_they_are_the_limit(self, limit: int) -> None:
        assert sum(shares_of(limit)) == limit

    @given(limits, limits)
    def test_a_raised_limit_leaves_no_shard_less(self, one: int, other: int) -> None:
        lower, higher = shares_of(min(one, other)), shares_of(max(one, other))
        assert len(lower) <= len(higher)
        assert all(mine <= more for mine, more in zip(lower, higher, strict=False))

    @given(limits)
    def test_no_shard_counts_much_until_there_are_as_many_as_may_be(self, limit: int) -> None:
        shares = shares_of(limit)
        assert len(shares) <= MAX_SHARDS
        assert 0 not in shares
        assert len(shares) == MAX_SHARDS or max(shares, default=0) <= SHARE

    @pytest.mark.parametrize(
        ("limit", "shards"), [(0, 0), (1, 1), (8, 8), (400, 8), (401, 9), (1000, 20), (10**6, 200)]
    )
    def test_there_are_as_many_as_the_limit_asks_for(self, limit: int, shards: int) -> None:
        assert len(shares_of(limit)) == shards
        assert shards <= MIN_SHARDS or limit > MIN_SHARDS * SHARE

    @given(st.integers(min_value=1, max_value=3 * MAX_SHARDS * SHARE))
    def test_a_day_comes_near_its_limit_once_by_the_first_of_them(self, limit: int) -> None:
        share = shares_of(limit)[0]
        [count] = [count for count in range(1, share + 1) if is_near(limit, 0, count)]
        assert share * NEAR_PERCENT <= count * 100 < share * NEAR_PERCENT + 100
        assert not any(is_near(limit, 1, count) for count in range(1, share + 1))

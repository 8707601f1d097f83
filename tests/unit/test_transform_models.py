"""Who may work on a job when, and how long a failed one waits: decided from documents alone."""

import pytest
from pydantic import ValidationError

from experience.sessions.models import JobStatus
from experience.transforms.models import (
    MAX_ATTEMPTS,
    Capture,
    Claim,
    Job,
    JobInternals,
    JobProgress,
    Lease,
    Snapshot,
    TransformTask,
    claim,
    job_id_of,
    retry_delay_seconds,
)
from experience.workspaces.models import Transform

NOW = 1_000_000


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


def internals(lease_until: int | None = None) -> JobInternals:
    lease = Lease(owner="w", expires_at=lease_until, fence=1) if lease_until is not None else None
    capture = Capture(step_id="photo", asset_id="a", path="projects/p1/x")
    snapshot = Snapshot(capture=capture, transform=Transform(), experience_version=1)
    return JobInternals(snapshot=snapshot, lease=lease)


class TestClaim:
    def test_a_pending_job_is_taken_by_the_task_of_its_next_attempt(self) -> None:
        assert claim(job(JobStatus.PENDING), internals(), 1, NOW) is Claim.TAKE
        assert claim(job(JobStatus.PENDING, 2), internals(), 3, NOW) is Claim.TAKE

    @pytest.mark.parametrize("attempt", [1, 2, 4])
    def test_a_pending_job_is_not_taken_by_the_task_of_another_attempt(self, attempt: int) -> None:
        assert claim(job(JobStatus.PENDING, 2), internals(), attempt, NOW) is Claim.STALE

    def test_a_job_under_lease_makes_every_task_wait(self) -> None:
        for attempt in (1, 2, 3):
            running = job(JobStatus.RUNNING, 2)
            assert claim(running, internals(NOW + 1), attempt, NOW) is Claim.WAIT

    def test_a_lease_ends_at_its_last_millisecond(self) -> None:
        assert claim(job(JobStatus.RUNNING, 1), internals(NOW), 1, NOW) is Claim.TAKE

    def test_a_running_job_without_a_lease_is_taken_over(self) -> None:
        assert claim(job(JobStatus.RUNNING, 1), internals(), 1, NOW) is Claim.TAKE

    def test_the_last_attempt_is_not_taken_over(self) -> None:
        last = job(JobStatus.RUNNING, MAX_ATTEMPTS)
        assert claim(last, internals(NOW - 1), MAX_ATTEMPTS, NOW) is Claim.EXHAUSTED
        assert claim(last, internals(NOW + 1), MAX_ATTEMPTS, NOW) is Claim.WAIT

    @pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
    def test_an_ended_job_leaves_nothing_to_do(self, status: JobStatus) -> None:
        assert claim(job(status), internals(), 1, NOW) is Claim.ENDED


class TestRetryDelay:
    def test_a_job_that_is_asked_for_again_begins_anew_with_its_waits(self) -> None:
        asked_again = internals(NOW).model_copy(update={"attempt_limit": 3 + MAX_ATTEMPTS})
        assert asked_again.attempts_since_asked(job(JobStatus.RUNNING, 4)) == 1
        assert internals(NOW).attempts_since_asked(job(JobStatus.RUNNING, 4)) == 4

    def test_each_failure_waits_twice_as_long_as_the_one_before(self) -> None:
        assert [retry_delay_seconds(made, 2) for made in range(1, MAX_ATTEMPTS)] == [2, 4, 8, 16]


class TestIds:
    def test_a_session_has_one_job_id_for_ever(self) -> None:
        assert job_id_of("p1", "s1") == job_id_of("p1", "s1")
        assert len({job_id_of("p1", "s1"), job_id_of("p1", "s2"), job_id_of("p2", "s1")}) == 3

    def test_neighbouring_ids_do_not_run_into_each_other(self) -> None:
        assert job_id_of("a", "bc") != job_id_of("ab", "c")


class TestTask:
    def test_the_next_task_is_for_the_attempt_after_those_made(self) -> None:
        task = TransformTask.next_of(job(JobStatus.PENDING, 3))
        assert task.model_dump(by_alias=True) == {
            "projectId": "p1",
            "sessionId": "s1",
            "jobId": "j1",
            "attempt": 4,
        }

    @pytest.mark.parametrize("change", [{"attempt": 0}, {"jobId": "../x"}, {"prompt": "hello"}])
    def test_a_payload_that_no_server_made_is_refused(self, change: dict[str, object]) -> None:
        payload = {"projectId": "p1", "sessionId": "s1", "jobId": "j1", "attempt": 1}
        with pytest.raises(ValidationError):
            TransformTask.model_validate({**payload, **change})


class TestJob:
    def test_only_pending_and_running_go_on_by_themselves(self) -> None:
        going_on = {status for status in JobStatus if not job(status).is_ended}
        assert going_on == {JobStatus.PENDING, JobStatus.RUNNING}

    def test_progress_is_a_percentage(self) -> None:
        for outside in (-1, 101):
            with pytest.raises(ValidationError):
                JobProgress(current_step="load", percentage=outside)

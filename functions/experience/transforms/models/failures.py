"""Why a job failed, in words for its guest."""

from enum import StrEnum

from experience.documents import Document


class JobErrorCode(StrEnum):
    """Why a job failed; clients may switch on it."""

    INVALID_INPUT = "INVALID_INPUT"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    PROVIDER_ERROR = "PROVIDER_ERROR"
    SAFETY_FILTERED = "SAFETY_FILTERED"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    STORAGE_ERROR = "STORAGE_ERROR"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class JobFailure(Document):
    """What went wrong at `step`, and whether another attempt can help."""

    code: JobErrorCode
    message: str
    step: str | None = None
    is_retryable: bool
    timestamp: int


PHOTO_REFUSED = "PHOTO_REFUSED"
"""The one code of an engine's error whose message is written for the guest."""

CODES = {
    PHOTO_REFUSED: JobErrorCode.INVALID_INPUT,
    "ARTIFACT_NOT_FOUND": JobErrorCode.INVALID_INPUT,
    "WORKER_LOST": JobErrorCode.TIMEOUT,
    "DEADLINE_EXCEEDED": JobErrorCode.TIMEOUT,
    "INTERNAL": JobErrorCode.UNKNOWN,
    **{code.value: code for code in JobErrorCode},
}
"""A job's code for an engine's. Any other is nothing that a guest could make sense of."""

GUEST_MESSAGES: dict[str, str] = {
    "ARTIFACT_NOT_FOUND": "The photo is gone.",
    JobErrorCode.INVALID_INPUT: "The picture could not be made of this.",
    JobErrorCode.QUOTA_EXCEEDED: "No more pictures can be made now.",
    JobErrorCode.PROVIDER_ERROR: "The picture could not be made.",
    JobErrorCode.SAFETY_FILTERED: "This picture is not made. Please try it with another photo.",
    JobErrorCode.PROCESSING_FAILED: "The picture could not be made.",
    JobErrorCode.STORAGE_ERROR: "The picture could not be stored.",
    JobErrorCode.TIMEOUT: "The transform did not finish in time.",
    JobErrorCode.CANCELLED: "The transform was cancelled.",
    JobErrorCode.UNKNOWN: "Something went wrong on our side.",
}
"""By the engine's code or else the job's. The engine's own words quote prompts, paths, models and
accounts, so they stay with the run, which only operators read."""

NOT_RETRYABLE = {
    JobErrorCode.INVALID_INPUT,
    JobErrorCode.SAFETY_FILTERED,
    JobErrorCode.PROCESSING_FAILED,
}
"""What another attempt cannot help."""


def failure_of(code: str, message: str, step: str | None, now: int) -> JobFailure:
    """A run's or a step's error as its guest may read it."""
    known = CODES.get(code, JobErrorCode.PROVIDER_ERROR)
    own = message if code == PHOTO_REFUSED else None
    return JobFailure(
        code=known,
        message=own or GUEST_MESSAGES.get(code) or GUEST_MESSAGES[known],
        step=step,
        is_retryable=known not in NOT_RETRYABLE,
        timestamp=now,
    )


def cancelled_failure(now: int) -> JobFailure:
    """The failure of a job that was cancelled."""
    return failure_of(JobErrorCode.CANCELLED, "", None, now)

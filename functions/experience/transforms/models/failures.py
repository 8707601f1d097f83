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


GUEST_MESSAGES = {
    "ARTIFACT_NOT_FOUND": (JobErrorCode.INVALID_INPUT, "The photo is gone."),
    "WORKER_LOST": (JobErrorCode.TIMEOUT, "The transform did not finish in time."),
    "INTERNAL": (JobErrorCode.UNKNOWN, "Something went wrong on our side."),
}
"""What a guest sees for an engine code. A code of both enums keeps its meaning."""

PROVIDER_MESSAGES = {
    JobErrorCode.INVALID_INPUT: "The picture could not be made of this.",
    JobErrorCode.PROVIDER_ERROR: "The picture could not be made.",
}
"""A provider's own words may quote the prompt or name our account: only operators see them."""

NOT_RETRYABLE = {
    JobErrorCode.INVALID_INPUT,
    JobErrorCode.SAFETY_FILTERED,
    JobErrorCode.PROCESSING_FAILED,
}
"""What another attempt cannot help."""


def failure_of(code: str, message: str, step: str | None, now: int) -> JobFailure:
    if code in GUEST_MESSAGES:
        known, message = GUEST_MESSAGES[code]
    elif code in set(JobErrorCode):
        known = JobErrorCode(code)
        message = PROVIDER_MESSAGES.get(known, message) if step == "stylise" else message
    else:  # nothing that a guest could make sense of, such as a missing key
        known = JobErrorCode.PROVIDER_ERROR
        message = PROVIDER_MESSAGES[known]
    return JobFailure(
        code=known,
        message=message,
        step=step,
        is_retryable=known not in NOT_RETRYABLE,
        timestamp=now,
    )


def cancelled_failure(now: int) -> JobFailure:
    return JobFailure(
        code=JobErrorCode.CANCELLED,
        message="The transform was cancelled.",
        is_retryable=True,
        timestamp=now,
    )

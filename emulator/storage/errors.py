"""All errors of the storage, and the one place that turns them into wire codes."""

from enum import Enum
from typing import Any
from xml.sax.saxutils import escape


class ErrorKind(Enum):
    """HTTP status, reason in the JSON API, code in the XML API.

    Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes and
    https://cloud.google.com/storage/docs/xml-api/reference-status
    """

    NOT_MODIFIED = (304, "notModified", "NotModified")
    INVALID = (400, "invalid", "InvalidArgument")
    BAD_DIGEST = (400, "invalid", "BadDigest")
    TOO_LARGE = (400, "uploadTooLarge", "EntityTooLarge")
    TOO_SMALL = (400, "invalid", "EntityTooSmall")
    EXPIRED = (400, "invalid", "ExpiredToken")
    MALFORMED_SIGNATURE = (400, "invalid", "MalformedSecurityHeader")
    INVALID_QUERY = (400, "invalidParameter", "InvalidQueryParameterValue")
    ACCESS_DENIED = (403, "forbidden", "AccessDenied")
    UNKNOWN_SIGNER = (403, "forbidden", "InvalidSecurity")
    WRONG_SIGNATURE = (403, "forbidden", "SignatureDoesNotMatch")
    CLOCK_SKEW = (403, "forbidden", "RequestTimeTooSkewed")
    NO_OBJECT = (404, "notFound", "NoSuchKey")
    NO_BUCKET = (404, "notFound", "NoSuchBucket")
    NO_UPLOAD = (404, "notFound", "NoSuchUpload")
    BUCKET_EXISTS = (409, "conflict", "BucketAlreadyOwnedByYou")
    UPLOAD_GONE = (410, "uploadGone", "NoSuchUpload")
    NO_LENGTH = (411, "required", "MissingContentLength")
    PRECONDITION = (412, "conditionNotMet", "PreconditionFailed")
    NOT_IMPLEMENTED = (501, "notImplemented", "NotImplemented")

    @property
    def status(self) -> int:
        return self.value[0]


class StorageError(Exception):
    """A rejected request; `details` adds to a message whose text the cloud fixes."""

    def __init__(self, kind: ErrorKind, message: str, details: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.details = details


def unsupported(feature: str) -> StorageError:
    """The error for a feature that this emulator lacks: it is never ignored silently."""
    return StorageError(
        ErrorKind.NOT_IMPLEMENTED, f"The storage emulator does not support {feature}."
    )


def json_error(status: int, message: str, reason: str) -> dict[str, Any]:
    """The error body of the JSON API and of Firebase."""
    item = {"message": message, "domain": "global", "reason": reason}
    return {"error": {"code": status, "message": message, "errors": [item]}}


def xml_error(code: str, message: str, details: str = "") -> str:
    """The error body of the XML API."""
    more = f"<Details>{escape(details)}</Details>" if details else ""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>{more}</Error>"
    )

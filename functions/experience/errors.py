"""Why a call is refused, in the domain's terms. `firebase/` alone turns these into wire codes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ValidationError

from experience.documents import Document


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """A call that ends without effect, for a reason that the caller may learn.

    `reason` is a stable word that clients may switch on; the message may change.
    """

    code: ClassVar[str]

    def __init__(self, reason: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = {"reason": reason, **details}


class InvalidArgument(Refusal):
    """The request is wrong whatever the state of the system; `issues` names each field."""

    code = "invalid-argument"

    def __init__(self, *issues: tuple[str, str], reason: str = "invalid_request") -> None:
        named = [f"{path}: {message}" if path else message for path, message in issues]
        summary = "; ".join([*named[:3], *(["…"] if len(named) > 3 else [])])
        listed = [{"path": path, "message": message} for path, message in issues]
        super().__init__(reason, summary, issues=listed)


class Unauthenticated(Refusal):
    """Nobody is signed in."""

    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("unauthenticated", "Sign in first; an anonymous sign-in is enough.")


class AppCheckRequired(Refusal):
    """The call does not come from one of the project's own apps."""

    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("app_check_required", "This needs a valid App Check token.")


class AppCheckConsumed(Refusal):
    """The call's App Check token was used before: a repeat needs another one."""

    code = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("app_check_consumed", "This App Check token was used before.")


class AppCheckUnavailable(Refusal):
    """Nobody knows whether the call's App Check token is valid. It may be sent again."""

    code = "unavailable"

    def __init__(self) -> None:
        super().__init__("app_check_unavailable", "App Check cannot be asked. Try again.")


class NotFound(Refusal):
    """It does not exist, or it does not exist for this caller: the response is the same."""

    code = "not-found"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what.replace(' ', '_')}_not_found", f"There is no such {what}.")


class PermissionDenied(Refusal):
    """The caller may see it, but may not do this."""

    code = "permission-denied"


class FailedPrecondition(Refusal):
    """Not in the present state; the state that stands in the way is in the details."""

    code = "failed-precondition"


class AlreadyExists(Refusal):
    """The name is taken by something else."""

    code = "already-exists"


class ResourceExhausted(Refusal):
    """Too much for now; where waiting helps, `retryAfterSeconds` says how long."""

    code = "resource-exhausted"


class VersionConflict(Refusal):
    """Somebody else changed it first. Read it again, and decide again."""

    code = "aborted"

    def __init__(self, current: int) -> None:
        super().__init__("version_conflict", "This was changed meanwhile.", currentVersion=current)


class Busy(Refusal):
    """Something of the same kind is under way. Try again when it has ended."""

    code = "aborted"


class Contention(Refusal):
    """Others kept writing the same documents until the retries were used up. Try again."""

    code = "aborted"

    def __init__(self) -> None:
        super().__init__("contention", "Too many changes at the same moment. Try again.")


class Issue(Document):
    """One thing that is wrong with a request: where, such as `answers[0].value`, and why."""

    path: str
    message: str


@dataclass(frozen=True)
class Reason:
    """`details.reason` is `word`; `carries` are the further fields of `details` with their types.

    `when` completes the sentence "Refused when …".
    """

    kind: type[Refusal]
    word: str
    when: str
    carries: dict[str, Any] = field(default_factory=dict)

    def covers(self, refused: Refusal) -> bool:
        """Whether this refusal is what was declared, to the names of its details."""
        given = refused.details.keys() - {"reason"}
        return (self.word, self.kind.code) == (refused.reason, refused.code) and (
            given <= self.carries.keys()
        )


class Internal(Refusal):
    """A bug of ours; never raised, only answered."""

    code = "internal"


Location = tuple[int | str, ...]


def issues_of(
    error: ValidationError, data: Any, counts: Callable[[str, Location], bool] | None = None
) -> list[tuple[str, str]]:
    """One issue for each path, worded for the developer of a client.

    Only those of which `counts` says so, by pydantic's type of error and its location.
    """
    issues: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_input=False):
        if counts and not counts(entry["type"], entry["loc"]):
            continue
        location, context = entry["loc"], entry.get("ctx", {})
        if entry["type"] == "none_required" and location[-1:] == ("none",):
            continue  # the other branch of an optional field says what is wrong with the value
        message = entry["msg"].removeprefix("Value error, ")
        match entry["type"]:
            case "missing":
                message = "is required"
            case "extra_forbidden":
                message = "is not a field of this request"
            case "union_tag_not_found" | "union_tag_invalid":  # the field comes in quotes
                location = (*location, context["discriminator"].strip("'"))
                tags = context.get("expected_tags")
                message = f"must be one of {tags}" if tags else "is required"
        path = _path(location, data)
        if message not in issues.get(path, ""):
            issues[path] = f"{issues[path]}; {message}" if path in issues else message
    return list(issues.items())


def _path(location: Location, data: Any) -> str:
    """`answers[0].value`, without the names that pydantic adds for the branches of a union."""
    path, here = "", data
    for number, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
            here = here[part] if isinstance(here, list) and part < len(here) else None
        elif isinstance(here, dict) and (part in here or number == len(location) - 1):
            path += f".{part}" if path else part
            here = here.get(part)
    return path

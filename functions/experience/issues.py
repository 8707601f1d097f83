"""What is wrong with a caller's data, and where."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

Location = tuple[int | str, ...]


def issues_of(
    error: ValidationError, data: Any, counts: Callable[[str, Location], bool] | None = None
) -> list[tuple[str, str]]:
    """One issue for each path, worded for the developer of a client.

    Only those of which `counts` says so, by pydantic's type of error and its location.
    """
    issues: dict[str, str] = {}
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        if counts and not counts(entry["type"], entry["loc"]):
            continue
        message = entry["msg"].removeprefix("Value error, ")
        match entry["type"]:
            case "missing":
                message = "is required"
            case "extra_forbidden":
                message = "is not a field of this request"
        path = _path(entry["loc"], data)
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

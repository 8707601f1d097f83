"""The answers of Google's APIs to read-only requests: from the services, or recorded ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

TIMEOUT_SECONDS = 30
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


class UnreadableError(Exception):
    """An API refused or did not answer: what it would have said is unknown."""


class Answers(Protocol):
    """What an API answers to a request; None where it says that there is no such thing."""

    def get(self, url: str) -> dict[str, Any] | None: ...

    def post(self, url: str) -> dict[str, Any] | None: ...


class Live:
    """Asks the services, with the credentials of the terminal. Nothing is changed by it."""

    def __init__(self, project: str) -> None:
        import google.auth
        from google.auth.transport.requests import AuthorizedSession

        credentials, _ = google.auth.default(scopes=SCOPES)
        self._session = AuthorizedSession(credentials)
        # Some of these APIs count a person's requests only for a project that is named.
        self._session.headers["x-goog-user-project"] = project

    def get(self, url: str) -> dict[str, Any] | None:
        return self._ask("GET", url)

    def post(self, url: str) -> dict[str, Any] | None:
        """For `getIamPolicy`, which reads with a POST."""
        return self._ask("POST", url)

    def _ask(self, method: str, url: str) -> dict[str, Any] | None:
        import requests
        from google.auth.exceptions import GoogleAuthError

        body: dict[str, Any] | None = {} if method == "POST" else None
        try:
            answer = self._session.request(method, url, json=body, timeout=TIMEOUT_SECONDS)
        except (requests.RequestException, GoogleAuthError) as error:
            raise UnreadableError(_first_line(error) or type(error).__name__) from error
        try:
            return read(answer.status_code, answer.json())
        except requests.JSONDecodeError as error:  # a page of whatever stands in between
            raise UnreadableError(f"{answer.status_code}: no JSON was answered") from error


class Recorded:
    """Answers from the JSON files of a folder: objects of {"METHOD URL": answer}.

    An answer of the form of an error, {"error": {"code", "message"}}, is one. Of two files the
    later in the order of their names counts. What none of them holds is not found.
    Raises UnreadableError.
    """

    def __init__(self, folder: Path) -> None:
        self._answers: dict[str, Any] = {}
        for file in sorted(folder.glob("*.json")):
            try:
                self._answers |= json.loads(file.read_text())
            except (OSError, TypeError, ValueError) as error:
                raise UnreadableError(f"{file} holds no answers: {_first_line(error)}") from error
        if not self._answers:
            raise UnreadableError(f"{folder} holds no answers")

    def get(self, url: str) -> dict[str, Any] | None:
        return self._recorded(f"GET {url}")

    def post(self, url: str) -> dict[str, Any] | None:
        return self._recorded(f"POST {url}")

    def _recorded(self, request: str) -> dict[str, Any] | None:
        answer = self._answers.get(request)
        if answer is None:
            return None
        return read(_error_of(answer).get("code", 200), answer)


def read(status: int, answer: Any) -> dict[str, Any] | None:
    """The answer; None for 404. Raises UnreadableError for any other failure."""
    if status == 404:
        return None
    if status >= 300 or not isinstance(answer, dict):
        message = _first_line(_error_of(answer).get("message", ""))
        raise UnreadableError(f"{status}: {message or 'no reason given'}")
    return answer


def _error_of(answer: Any) -> dict[str, Any]:
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _first_line(text: object) -> str:
    return str(text).strip().partition("\n")[0]


def listed(answers: Answers, url: str, name: str) -> Iterator[dict[str, Any]]:
    """What a list holds under this name, page after page. Raises UnreadableError."""
    joint = "&" if "?" in url else "?"
    token = ""
    while True:
        page = answers.get(f"{url}{joint}pageToken={quote(token, safe='')}" if token else url) or {}
        yield from page.get(name, [])
        before, token = token, page.get("nextPageToken", "")
        if not token:
            return
        if token == before:
            raise UnreadableError(f"the list of {name} does not end")

"""Creates and updates the metrics, alerts and dashboard of this folder in a Google Cloud project.

Each file is what Google's own commands take, so none of this is needed to use one of them:

    gcloud logging metrics create NAME --config-from-file=metrics/NAME.json
    gcloud monitoring policies create --policy-from-file=alerts/NAME.json
    gcloud monitoring dashboards create --config-from-file=dashboard.json
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import google.auth
import requests
from google.auth.transport.requests import AuthorizedSession

FOLDER = Path(__file__).parent
LOGGING, MONITORING = "https://logging.googleapis.com/v2", "https://monitoring.googleapis.com"
DASHBOARD, ALERT_LABEL = "experience", "experience_alert"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TIMEOUT_SECONDS = 60
NOT_FOUND = 404

Body = dict[str, Any]
Ask = Callable[[str, str, Body | None], tuple[int, Any]]
"""Sends a request by method, URL and JSON body; returns the status and the JSON of the response."""


class MonitoringError(Exception):
    """Google Cloud refused a request."""


@dataclass(frozen=True)
class Change:
    """What the project has otherwise than these files, and the request that changes it."""

    what: str
    is_new: bool
    method: str
    url: str
    body: Body

    def __str__(self) -> str:
        return f"{'create' if self.is_new else 'update'} {self.what}"


def read(folder: str) -> list[Body]:
    """The files of a folder, in the order of their names."""
    return [json.loads(file.read_text()) for file in sorted((FOLDER / folder).glob("*.json"))]


def session() -> Ask:
    """Asks as the operator, by the application default credentials. Raises GoogleAuthError."""
    credentials, _ = google.auth.default(scopes=[SCOPE])
    authorized = AuthorizedSession(credentials)

    def ask(method: str, url: str, body: Body | None) -> tuple[int, Body]:
        answer = authorized.request(method, url, json=body, timeout=TIMEOUT_SECONDS)
        try:
            found = answer.json()
        except requests.JSONDecodeError:  # a page of whatever stands in between
            found = None
        return answer.status_code, found

    return ask


def install(
    ask: Ask, project: str, *, channels: Sequence[str] = (), is_dry: bool = False
) -> list[Change]:
    """Make the project have what these files say, and return what was, or would be, changed.

    Repeated, it changes nothing. Alerts notify `channels`, the names of notification channels;
    without any, those that an alert has stay. Raises MonitoringError.
    """
    done = []
    # an alert on a metric that does not exist is refused
    for changes in (_metrics, _alerts, _dashboard):
        for change in changes(ask, project, channels):
            if not is_dry:
                _checked(ask(change.method, change.url, change.body))
            done.append(change)
    return done


def _metrics(ask: Ask, project: str, _channels: Sequence[str]) -> Iterator[Change]:
    url = f"{LOGGING}/projects/{project}/metrics"
    there = {metric["name"]: metric for metric in _listed(ask, url, "metrics")}
    for wanted in read("metrics"):
        name = wanted["name"]
        if not _covers(there.get(name), wanted):
            # https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics/update
            yield Change(f"metric {name}", name not in there, "PUT", f"{url}/{name}", wanted)


def _alerts(ask: Ask, project: str, channels: Sequence[str]) -> Iterator[Change]:
    url = f"{MONITORING}/v3/projects/{project}/alertPolicies"
    ours = {
        policy["userLabels"][ALERT_LABEL]: policy
        for policy in _listed(ask, url, "alertPolicies")
        if ALERT_LABEL in policy.get("userLabels", {})
    }
    for wanted in read("alerts"):
        name = wanted["userLabels"][ALERT_LABEL]
        policy = {**wanted, "notificationChannels": list(channels)} if channels else wanted
        there = ours.get(name)
        if there is None:
            yield Change(f"alert {name}", True, "POST", url, policy)
        elif not _covers(there, policy):
            mask = ",".join(policy)
            address = f"{MONITORING}/v3/{there['name']}?updateMask={mask}"
            yield Change(f"alert {name}", False, "PATCH", address, policy)


def _dashboard(ask: Ask, project: str, _channels: Sequence[str]) -> Iterator[Change]:
    folder = f"projects/{project}/dashboards"
    name, url = f"{folder}/{DASHBOARD}", f"{MONITORING}/v1/{folder}"
    wanted = {**json.loads((FOLDER / "dashboard.json").read_text()), "name": name}
    status, there = ask("GET", f"{url}/{DASHBOARD}", None)
    if status == NOT_FOUND:
        yield Change("dashboard", True, "POST", url, wanted)
        return
    _checked((status, there))
    if not _covers(there, wanted):
        body = {**wanted, "etag": there.get("etag", "")}
        yield Change("dashboard", False, "PATCH", f"{url}/{DASHBOARD}", body)


def _listed(ask: Ask, url: str, name: str) -> Iterator[Body]:
    """All pages of a list."""
    token = ""
    while True:
        asked = f"{url}?pageSize=100&pageToken={quote(token, safe='')}"
        page = _checked(ask("GET", asked, None))
        yield from page.get(name, [])
        before, token = token, page.get("nextPageToken", "")
        if not token:
            return
        if token == before:
            raise MonitoringError(f"the list of {name} does not end")


def _checked(answer: tuple[int, Any]) -> Body:
    status, body = answer
    if status >= 400 or not isinstance(body, dict):
        error = body.get("error") if isinstance(body, dict) else None
        message = error.get("message") if isinstance(error, dict) else None
        raise MonitoringError(f"{status}: {message or body or 'no reason given'}")
    return body


def _covers(there: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there. Google adds names, times and defaults."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            _covers(there.get(key, _default(value)), value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(there, list)
            and len(there) == len(wanted)
            and all(map(_covers, there, wanted))
        )
    return bool(there == wanted) or str(there) == str(wanted)  # an int64 comes as text


def _default(value: Any) -> Any:
    """What a field is that a response leaves out."""
    return 0 if isinstance(value, int | float) else None

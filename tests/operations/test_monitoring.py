"""The files for Google Cloud name what the code writes; installing them again changes nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import main
from emulator.paths import ROOT
from experience.firebase.deployment import MAX_INSTANCES
from operations.monitoring import install
from operations.monitoring.install import MonitoringError, read
from tests.support.monitoring.lines import LABELS, OF_HANDLING, written_lines
from tests.support.monitoring.schema import ALERT_POLICY, DASHBOARD, LOG_METRIC, problems
from tools.contract.declarations import all_reasons

USER = "logging.googleapis.com/user/"
METRICS = {metric["name"]: metric for metric in read("metrics")}
ALERTS = {alert["userLabels"][install.ALERT_LABEL]: alert for alert in read("alerts")}
BOARD = json.loads((install.FOLDER / "dashboard.json").read_text())
PAGE = (ROOT / "docs" / "monitoring.md").read_text()
DEPLOYED = {name for names in main.DEPLOYED.values() for name in names}
ENDINGS = {"call", "event", "task", "schedule"}
# Not of a callable's declaration: how events and tasks end.
REASONS = {each.word for each in all_reasons()} | {"ok", "try_later", "unreadable_document"}
# https://cloud.google.com/monitoring/api/metrics_gcp, with the labels that are used of each
GOOGLES = {
    "cloudtasks.googleapis.com/queue/depth": ("cloud_tasks_queue", set()),
    "cloudtasks.googleapis.com/queue/task_attempt_delays": ("cloud_tasks_queue", set()),
    "run.googleapis.com/container/instance_count": ("cloud_run_revision", set()),
    "firestore.googleapis.com/document/read_count": ("firestore_instance", set()),
    "firestore.googleapis.com/document/write_count": ("firestore_instance", set()),
    "serviceruntime.googleapis.com/api/request_count": ("consumed_api", {"response_code_class"}),
}
RESOURCE_LABELS = {
    "cloud_tasks_queue": {"queue_id"},
    "cloud_run_revision": {"service_name"},
    "consumed_api": {"service", "method"},
    "firestore_instance": set(),
}


def log_filters() -> Iterator[str]:
    """Those of metrics and of alerts on lines, and the queries of the page."""
    yield from (metric["filter"] for metric in METRICS.values())
    yield from (condition["filter"] for condition in matched_lines())
    for block in re.findall(r"```text\n(.*?)```", PAGE, re.S):
        yield from block.splitlines()
    yield from re.findall(r"`((?:labels|jsonPayload)\.[^`]*)`", PAGE)


def matched_lines() -> Iterator[dict[str, Any]]:
    """The conditions of alerts that come with a log line, and not with a metric."""
    for alert in ALERTS.values():
        for condition in alert["conditions"]:
            if "conditionMatchedLog" in condition:
                # Cloud Monitoring refuses the one without the other
                assert "notificationRateLimit" in alert["alertStrategy"]
                yield condition["conditionMatchedLog"]


def messages_of(filter_: str) -> set[str]:
    """The messages that a filter asks for; none means all."""
    found = re.search(r'jsonPayload\.message=(\([^)]*\)|"[^"]*")', filter_)
    return set(re.findall(r'"([^"]*)"', found[1])) if found else set()


def has(fields: set[str], messages: set[str]) -> bool:
    """Whether each of these messages, or any message, has all the fields."""
    lines = written_lines()
    of_each = [lines[message] for message in messages] or [set[str]().union(*lines.values())]
    return all(fields <= of_one | {"message"} for of_one in of_each)


def series() -> Iterator[tuple[str, str, list[str]]]:
    """Every monitoring filter with what it is grouped by, and where it is used."""
    for name, alert in ALERTS.items():
        for condition in alert["conditions"]:
            if "conditionMatchedLog" in condition:
                continue
            threshold = condition.get("conditionThreshold") or condition["conditionAbsent"]
            for each in threshold["aggregations"]:
                yield name, threshold["filter"], each.get("groupByFields", [])
    for tile in BOARD["mosaicLayout"]["tiles"]:
        for each in tile["widget"]["xyChart"]["dataSets"]:
            query = each["timeSeriesQuery"]["timeSeriesFilter"]
            shown = re.findall(r"\$\{(.*?)\}", each["legendTemplate"])
            by = query["aggregation"].get("groupByFields", [])
            assert set(shown) <= set(by), tile["widget"]["title"]
            yield tile["widget"]["title"], query["filter"], by


class TestFiles:
    @pytest.mark.parametrize("name", METRICS)
    def test_a_metric_has_documented_fields_alone(self, name: str) -> None:
        metric = METRICS[name]

        assert list(problems(metric, LOG_METRIC)) == []
        assert (install.FOLDER / "metrics" / f"{name}.json").is_file()
        keys = {label["key"] for label in metric["metricDescriptor"]["labels"]}
        assert keys == metric["labelExtractors"].keys()
        is_distribution = metric["metricDescriptor"]["valueType"] == "DISTRIBUTION"
        assert is_distribution == ("valueExtractor" in metric) == ("bucketOptions" in metric)

    @pytest.mark.parametrize("name", ALERTS)
    def test_an_alert_has_documented_fields_alone_and_says_what_to_do(self, name: str) -> None:
        alert = ALERTS[name]

        assert list(problems(alert, ALERT_POLICY)) == []
        assert (install.FOLDER / "alerts" / f"{name}.json").is_file()
        assert len(alert["documentation"]["content"]) > 60
        assert f"| `{name}` |" in PAGE

    def test_the_dashboard_has_documented_fields_alone_and_no_tiles_on_others(self) -> None:
        assert list(problems(BOARD, DASHBOARD)) == []
        layout = BOARD["mosaicLayout"]
        cells = [
            (x, y)
            for tile in layout["tiles"]
            for x in range(tile["xPos"], tile["xPos"] + tile["width"])
            for y in range(tile["yPos"], tile["yPos"] + tile["height"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < layout["columns"]

    def test_a_field_that_is_not_documented_is_found(self) -> None:
        alert = json.loads(json.dumps(ALERTS["latency"]))
        alert["conditions"][0]["conditionThreshold"]["limit"] = 1
        alert["combiner"] = "XOR"

        assert list(problems(alert, ALERT_POLICY)) == [
            "combiner: 'XOR'",
            "conditions[0].conditionThreshold.limit: unknown",
        ]


class TestLogFilters:
    @pytest.mark.parametrize("filter_", sorted(set(log_filters())))
    def test_name_messages_fields_labels_and_reasons_that_the_code_writes(
        self, filter_: str
    ) -> None:
        messages = messages_of(filter_)

        assert messages <= written_lines().keys()
        fields = set(re.findall(r"jsonPayload\.(\w+)", filter_))
        assert has(fields, messages), fields
        assert set(re.findall(r"labels\.(\w+)", filter_)) <= LABELS
        reasons = re.findall(r'labels\.reason!?=(\([^)]*\)|"[^"]*")', filter_)
        assert set(re.findall(r'"([^"]*)"', " ".join(reasons))) <= REASONS

    @pytest.mark.parametrize("name", METRICS)
    def test_a_metric_extracts_what_its_lines_have(self, name: str) -> None:
        metric = METRICS[name]
        extracted = [*metric["labelExtractors"].values(), metric.get("valueExtractor", "")]
        fields = set(re.findall(r"jsonPayload\.(\w+)", " ".join(extracted)))
        labels = set(re.findall(r"labels\.(\w+)", " ".join(extracted)))

        assert has(fields, messages_of(metric["filter"]))
        assert labels <= LABELS - {"execution_id", "project", "workspace"}, "too many series"

    @pytest.mark.parametrize("condition", list(matched_lines()))
    def test_an_alert_extracts_what_its_line_has(self, condition: dict[str, Any]) -> None:
        extracted = " ".join(condition["labelExtractors"].values())
        fields = set(re.findall(r"jsonPayload\.(\w+)", extracted))

        assert has(fields, messages_of(condition["filter"]))

    def test_every_ending_is_counted(self) -> None:
        assert messages_of(METRICS["experience_deliveries"]["filter"]) == ENDINGS
        assert written_lines().keys() >= ENDINGS
        assert all(written_lines()[message] >= OF_HANDLING for message in ENDINGS)

    def test_a_field_that_no_line_has_is_found(self) -> None:
        assert not has({"duration_ms"}, {"call"})
        assert not has({"uid"}, {"schedule"})


class TestSeries:
    @pytest.mark.parametrize(("where", "filter_", "by"), list(series()))
    def test_alerts_and_tiles_name_metrics_and_labels_that_exist(
        self, where: str, filter_: str, by: list[str]
    ) -> None:
        [resource] = re.findall(r'resource\.type = "([^"]*)"', filter_)
        [metric] = re.findall(r'metric\.type = "([^"]*)"', filter_)
        if metric.startswith(USER):
            own = METRICS[metric.removeprefix(USER)]
            of_resource, labels = "cloud_run_revision", own["labelExtractors"].keys()
        else:
            of_resource, labels = GOOGLES[metric]
        used = set(re.findall(r"metric\.labels\.(\w+)", f"{filter_} {' '.join(by)}"))
        of_where = set(re.findall(r"resource\.labels\.(\w+)", f"{filter_} {' '.join(by)}"))

        assert resource == of_resource
        assert used <= labels, where
        assert of_where <= RESOURCE_LABELS[resource]
        values = dict(re.findall(r'metric\.labels\.(\w+) (?:!=|=) "([^"]*)"', filter_))
        assert values.get("kind", "call") in ENDINGS
        assert values.get("function", "getProject") in DEPLOYED
        listed = re.findall(r"reason = one_of\((.*?)\)", filter_)
        named = [*re.findall(r'"([^"]*)"', " ".join(listed)), values.get("reason", "ok")]
        assert set(named) <= REASONS

    def test_every_metric_is_shown(self) -> None:
        shown = " ".join(filter_ for _, filter_, _ in series())
        assert all(f'"{USER}{name}"' in shown for name in METRICS)
        assert all(f"`{name}`" in PAGE for name in METRICS)

    def test_the_alert_on_instances_comes_before_their_limit(self) -> None:
        [condition] = ALERTS["instances"]["conditions"]
        threshold = condition["conditionThreshold"]["thresholdValue"]
        assert 0.5 * MAX_INSTANCES < threshold < MAX_INSTANCES
        assert f"over {threshold} of at most {MAX_INSTANCES} instances" in PAGE


class Cloud:
    """Answers as Cloud Logging and Cloud Monitoring do: with names, times, and without zeros."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []

    def ask(self, method: str, url: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(url)
        path = parts.path.removeprefix("/v1/").removeprefix("/v2/").removeprefix("/v3/")
        kind = path.split("/")[2]
        if method == "GET" and path.count("/") == 2:
            return 200, self._page(kind, parse_qs(parts.query))
        if method == "GET":
            found = self.stored.get(path)
            return (200, found) if found else (404, {"error": {"message": "not found"}})
        assert body is not None
        self.writes.append(f"{method} {path}")
        if method == "POST":
            path = body.get("name", f"{path}/{len(self.stored)}")
        elif method == "PATCH":
            there = self.stored[path]
            if kind == "dashboards" and body.pop("etag") != there["etag"]:
                return 409, {"error": {"message": "changed"}}
            mask = parse_qs(parts.query).get("updateMask", [",".join(body)])[0].split(",")
            body = {**there, **{field: body[field] for field in mask}}
        self.stored[path] = self._as_stored({**body, "etag": f"e{len(self.writes)}"}, path, kind)
        return 200, self.stored[path]

    def _page(self, kind: str, query: dict[str, list[str]]) -> dict[str, Any]:
        all_ = [each for path, each in self.stored.items() if f"/{kind}/" in path]
        start = int(query.get("pageToken", ["0"])[0])
        page = all_[start : start + 2]
        token = {"nextPageToken": str(start + 2)} if start + 2 < len(all_) else {}
        return {kind: page, **token} if page else {}

    def _as_stored(self, body: Any, path: str, kind: str) -> Any:
        def returned(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: returned(each) for key, each in value.items() if each not in (0, "")}
            return [returned(each) for each in value] if isinstance(value, list) else value

        name = body["name"] if kind == "metrics" else path
        return {**returned(body), "name": name, "updateTime": "2026-01-01T00:00:00Z"}


class TestInstall:
    def test_it_creates_all_once_and_then_changes_nothing(self) -> None:
        cloud = Cloud()
        count = len(METRICS) + len(ALERTS) + 1

        would = install.install(cloud.ask, "p", is_dry=True)
        assert (len(would), cloud.writes) == (count, [])
        assert all(change.is_new for change in would)
        assert len(install.install(cloud.ask, "p")) == len(cloud.writes) == count
        assert cloud.stored.keys() >= {
            "projects/p/metrics/experience_runs",
            "projects/p/dashboards/experience",
        }
        assert install.install(cloud.ask, "p") == []
        assert len(cloud.writes) == count

    def test_it_undoes_changes_by_hand_and_leaves_what_is_not_ours(self) -> None:
        cloud = Cloud()
        install.install(cloud.ask, "p", channels=["projects/p/notificationChannels/1"])
        by_name = {each.get("userLabels", {}).get(install.ALERT_LABEL): path
                   for path, each in cloud.stored.items()}  # fmt: skip
        cloud.stored[by_name["latency"]]["displayName"] = "mine"
        cloud.stored["projects/p/metrics/experience_runs"]["filter"] = "severity=INFO"
        cloud.stored["projects/p/dashboards/experience"]["displayName"] = "mine"
        cloud.stored["projects/p/alertPolicies/other"] = {"displayName": "of somebody else"}
        cloud.writes.clear()

        changes = install.install(cloud.ask, "p")

        assert [str(change) for change in changes] == [
            "update metric experience_runs",
            "update alert latency",
            "update dashboard",
        ]
        latency = cloud.stored[by_name["latency"]]
        assert latency["displayName"] == "Calls are slow"
        assert latency["notificationChannels"] == ["projects/p/notificationChannels/1"]
        assert cloud.stored["projects/p/alertPolicies/other"]["displayName"] == "of somebody else"
        assert install.install(cloud.ask, "p") == []

    def test_it_says_what_google_refuses(self) -> None:
        with pytest.raises(MonitoringError, match="403: no permission"):
            install.install(lambda *_: (403, {"error": {"message": "no permission"}}), "p")

    @pytest.mark.parametrize("answer", [None, [], "no", {"error": "no"}, {"error": {}}])
    def test_an_answer_in_another_form_is_a_refusal_as_well(self, answer: Any) -> None:
        with pytest.raises(MonitoringError, match="502: "):
            install.install(lambda *_: (502, answer), "p")

    def test_a_list_without_an_end_is_given_up(self) -> None:
        with pytest.raises(MonitoringError, match="the list of metrics does not end"):
            install.install(lambda *_: (200, {"nextPageToken": "a+/="}), "p")

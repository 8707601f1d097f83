"""The documented fields of what Google Cloud's monitoring takes, as far as the files use them.

https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
https://cloud.google.com/monitoring/api/ref_dashboard_rest/v1/projects.dashboards
"""

import re
from collections.abc import Iterator
from typing import Any

# A schema is a type, a pattern of texts, a set of values, a list of one schema, or fields; the
# field "*" stands for any name.
DURATION = re.compile(r"\d+s")
AGGREGATION = {
    "alignmentPeriod": DURATION,
    "perSeriesAligner": {
        "ALIGN_SUM",
        "ALIGN_RATE",
        "ALIGN_MEAN",
        "ALIGN_MAX",
        "ALIGN_PERCENTILE_95",
        "ALIGN_PERCENTILE_99",
    },
    "crossSeriesReducer": {"REDUCE_SUM", "REDUCE_MAX"},
    "groupByFields": [re.compile(r"(metric|resource)\.labels\.\w+")],
}
TRIGGER = {"count": int, "percent": float}
LOG_METRIC = {
    "name": re.compile(r"[A-Za-z0-9_.,+!*',()%/-]{1,100}"),
    "description": str,
    "filter": str,
    "disabled": bool,
    "metricDescriptor": {
        "metricKind": {"DELTA"},
        "valueType": {"INT64", "DISTRIBUTION"},
        "unit": {"1", "ms", "s"},
        "labels": [{"key": str, "valueType": {"STRING", "INT64", "BOOL"}, "description": str}],
    },
    "labelExtractors": {"*": re.compile(r"EXTRACT\([\w.]+\)")},
    "valueExtractor": re.compile(r"EXTRACT\([\w.]+\)"),
    "bucketOptions": {
        "exponentialBuckets": {"numFiniteBuckets": int, "growthFactor": float, "scale": int}
    },
}
ALERT_POLICY = {
    "displayName": str,
    "documentation": {"content": str, "mimeType": {"text/markdown"}, "subject": str},
    "userLabels": {"*": re.compile(r"[a-z0-9_-]{1,63}")},
    "severity": {"CRITICAL", "ERROR", "WARNING"},
    "combiner": {"AND", "OR", "AND_WITH_MATCHING_RESOURCE"},
    "enabled": bool,
    "notificationChannels": [str],
    "alertStrategy": {"autoClose": DURATION, "notificationRateLimit": {"period": DURATION}},
    "conditions": [
        {
            "displayName": str,
            "conditionThreshold": {
                "filter": str,
                "aggregations": [AGGREGATION],
                "comparison": {"COMPARISON_GT", "COMPARISON_LT"},
                "thresholdValue": int,
                "duration": DURATION,
                "trigger": TRIGGER,
                "evaluationMissingData": str,
            },
            "conditionMatchedLog": {
                "filter": str,
                "labelExtractors": {"*": re.compile(r"EXTRACT\([\w.]+\)")},
            },
            "conditionAbsent": {
                "filter": str,
                "aggregations": [AGGREGATION],
                "duration": DURATION,
                "trigger": TRIGGER,
            },
        }
    ],
}
DATA_SET = {
    "timeSeriesQuery": {"timeSeriesFilter": {"filter": str, "aggregation": AGGREGATION}},
    "plotType": {"LINE", "STACKED_AREA", "STACKED_BAR"},
    "legendTemplate": str,
    "targetAxis": {"Y1", "Y2"},
}
DASHBOARD = {
    "displayName": str,
    "mosaicLayout": {
        "columns": int,
        "tiles": [
            {
                "xPos": int,
                "yPos": int,
                "width": int,
                "height": int,
                "widget": {
                    "title": str,
                    "xyChart": {
                        "dataSets": [DATA_SET],
                        "yAxis": {"label": str, "scale": {"LINEAR", "LOG10"}},
                    },
                },
            }
        ],
    },
}


def problems(value: Any, schema: Any, path: str = "") -> Iterator[str]:
    """Where a value is not what the schema says."""
    match schema:
        case dict():
            for name, each in value.items():
                at = f"{path}.{name}" if path else name
                known = schema.get(name, schema.get("*"))
                yield from problems(each, known, at) if known is not None else [f"{at}: unknown"]
        case list():
            for index, each in enumerate(value):
                yield from problems(each, schema[0], f"{path}[{index}]")
        case set():
            if value not in schema:
                yield f"{path}: {value!r}"
        case re.Pattern():
            if not schema.fullmatch(value):
                yield f"{path}: {value!r}"
        case _:
            if type(value) is not schema:
                yield f"{path}: {value!r}"

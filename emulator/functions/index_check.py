"""Rejects queries that no index of firestore.indexes.json serves, as production does."""

import json
import logging
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict

from emulator.billing.meter import RefusedCallError
from emulator.firestore.indexes import missing_index, read

log = logging.getLogger(__name__)


class MissingIndexError(RefusedCallError):
    def __init__(self, entry: dict[str, Any]) -> None:
        section = "fieldOverrides" if "fieldPath" in entry else "indexes"
        super().__init__(
            grpc.StatusCode.FAILED_PRECONDITION,
            "The query requires an index. "
            f'Add to "{section}" in firestore.indexes.json: {json.dumps(entry)}',
        )


class IndexCheck:
    """A check of each query for `meter.install`; `errors` has each missing entry once."""

    def __init__(self, path: Path) -> None:
        self._declared = read(path)
        self.errors: list[dict[str, Any]] = []

    def __call__(self, method: str, request: Any) -> None:
        if method == "RunQuery":
            query = request.structured_query
        elif method == "RunAggregationQuery":
            query = request.structured_aggregation_query.structured_query
        else:
            return
        rest = MessageToDict(type(query).pb(query))
        entry = missing_index(rest, self._declared)
        if entry is None:
            return
        error = MissingIndexError(entry)
        log.error("%s", error.details())
        if entry not in self.errors:
            self.errors.append(entry)
        raise error

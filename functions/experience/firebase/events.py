"""The adapter around Firestore triggers: what a handler gets, and what a failure leads to.

The SDK declares a trigger, and this reads its events. For each one the SDK makes a client of
Firestore, finds credentials for it, and copies both documents twice, and every update of a session
is an event.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask
from cloudevents.http import CloudEvent
from firebase_functions import firestore_fn, options
from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.cloud.firestore_v1 import _helpers
from google.events.cloud.firestore import DocumentEventData
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from experience import clients, config, logs
from experience.errors import Contention, Refusal
from experience.firebase.deployment import CONCURRENCY, MAX_INSTANCES


@dataclass(frozen=True)
class DocumentEvent:
    """A change of one document, as it was delivered: at least once, late, and in any order.

    `before` and `after` are the document's fields at the time of the change, None where there
    was no document. Both may be equal, and both may be None. `written_at` is Firestore's time of
    the write that made `after`.
    """

    params: Mapping[str, str]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    written_at: Any = None


EventHandler = Callable[[DocumentEvent], None]


_Data: Any = DocumentEventData.pb()
"""The event as protobuf has it: proto-plus copies each part that it is asked for."""


def on_created(document: str) -> Callable[[EventHandler], Any]:
    """Deploy a function as a trigger on the creation of documents at this path pattern."""
    return _trigger(firestore_fn.on_document_created, document)


def on_updated(document: str) -> Callable[[EventHandler], Any]:
    """Deploy a function as a trigger on updates of documents at this path pattern."""
    return _trigger(firestore_fn.on_document_updated, document)


def read_event(pattern: str, raw: CloudEvent) -> DocumentEvent:
    """What an event holds, whose document is of this path pattern."""
    data = _Data.FromString(raw.data)
    parts = zip(pattern.split("/"), raw["document"].split("/"), strict=True)
    written_at = data.value.update_time if data.HasField("value") else None
    return DocumentEvent(
        {name[1:-1]: value for name, value in parts if name.startswith("{")},
        _fields(data, "old_value"),
        _fields(data, "value"),
        DatetimeWithNanoseconds.from_timestamp_pb(written_at) if written_at else None,
    )


def _fields(data: Any, side: str) -> dict[str, Any] | None:
    if not data.HasField(side):
        return None
    fields: Any = _helpers.decode_dict(getattr(data, side).fields, clients.firestore())
    return dict(fields)


def _trigger(decorator: Callable[..., Any], document: str) -> Callable[[EventHandler], Any]:
    def decorate(function: EventHandler) -> Any:
        name = to_camel(function.__name__)

        def handle(raw: CloudEvent) -> None:
            with logs.Handling("event", name, flask.request.headers) as handling:
                path = raw["document"]
                handling.fields["document"] = path
                try:
                    event = read_event(document, raw)
                    handling.label(**_labels(event.params))
                    function(event)
                except ValidationError as error:
                    # What cannot be read now will not be readable at the next delivery either.
                    handling.reason = "unreadable_document"
                    logs.error("unreadable document", document=path, problems=error.error_count())
                except Contention as contention:
                    handling.reason = contention.reason
                    raise
                except Refusal as refused:
                    # Decided, and the same at the next delivery: nothing is gained by retrying.
                    handling.reason = refused.reason
                    logs.error("event refused", document=path, reason=refused.reason)
                except Exception:
                    handling.bug("trigger failed", document=path)
                    raise

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        declared = decorator(
            document=document,
            region=config.REGION,
            cpu=1,
            memory=options.MemoryOption.MB_512,
            timeout_sec=60,
            concurrency=CONCURRENCY,
            max_instances=MAX_INSTANCES,
        )(handle)
        # The decorators of this SDK take no `retry`; the manifest does, and Eventarc honours it.
        declared.__firebase_endpoint__.eventTrigger["retry"] = True

        @functools.wraps(declared)
        def deployed(raw: CloudEvent) -> None:
            handle(raw)

        return deployed

    return decorate


def _labels(params: Mapping[str, str]) -> dict[str, str]:
    """The project and the workspace that the document's path names, if it does."""
    named = {"projectId": "project", "workspaceId": "workspace", "workspace": "workspace"}
    return {named[name]: value for name, value in params.items() if name in named}

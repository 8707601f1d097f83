"""The adapter around Firestore triggers: what a handler gets, and what a failure leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask
from firebase_functions import core, firestore_fn, options
from google.cloud.firestore import DocumentSnapshot
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from experience import config, logs
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


def on_created(document: str) -> Callable[[EventHandler], Any]:
    """Deploy a function as a trigger on the creation of documents at this path pattern."""

    def unpack(data: DocumentSnapshot[Any] | None) -> tuple[Any, Any]:
        return None, data

    return _trigger(firestore_fn.on_document_created, document, unpack)


def on_updated(document: str) -> Callable[[EventHandler], Any]:
    """Deploy a function as a trigger on updates of documents at this path pattern."""

    def unpack(data: core.Change[Any]) -> tuple[Any, Any]:
        return data.before, data.after

    return _trigger(firestore_fn.on_document_updated, document, unpack)


def _trigger(
    decorator: Callable[..., Any], document: str, unpack: Callable[[Any], tuple[Any, Any]]
) -> Callable[[EventHandler], Any]:
    def decorate(function: EventHandler) -> Any:
        name = to_camel(function.__name__)

        def handle(event: firestore_fn.Event[Any]) -> None:
            before, after = unpack(event.data)
            with logs.Handling("event", name, flask.request.headers) as handling:
                handling.fields["document"] = event.document
                handling.label(**_labels(event.params))
                try:
                    written_at = after.update_time if after is not None else None
                    fields = _fields(before), _fields(after)
                    function(DocumentEvent(event.params, *fields, written_at))
                except ValidationError as error:
                    # What cannot be read now will not be readable at the next delivery either.
                    handling.reason = "unreadable_document"
                    logs.error(
                        "unreadable document",
                        document=event.document,
                        problems=error.error_count(),
                    )
                except Contention as contention:
                    handling.reason = contention.reason
                    raise
                except Refusal as refused:
                    # Decided, and the same at the next delivery: nothing is gained by retrying.
                    handling.reason = refused.reason
                    logs.error("event refused", document=event.document, reason=refused.reason)
                except Exception:
                    handling.bug("trigger failed", document=event.document)
                    raise

        handle.__name__ = name
        handle.__doc__ = function.__doc__
        deployed = decorator(
            document=document,
            region=config.REGION,
            cpu=1,
            memory=options.MemoryOption.MB_512,
            timeout_sec=60,
            concurrency=CONCURRENCY,
            max_instances=MAX_INSTANCES,
        )(handle)
        # The decorators of this SDK take no `retry`; the manifest does, and Eventarc honours it.
        deployed.__firebase_endpoint__.eventTrigger["retry"] = True
        return deployed

    return decorate


def _labels(params: Mapping[str, str]) -> dict[str, str]:
    """The project and the workspace that the document's path names, if it does."""
    named = {"projectId": "project", "workspaceId": "workspace", "workspace": "workspace"}
    return {named[name]: value for name, value in params.items() if name in named}


def _fields(snapshot: DocumentSnapshot[Any] | None) -> dict[str, Any] | None:
    return snapshot.to_dict() if snapshot is not None and snapshot.exists else None

"""The adapter around Firestore triggers: what a handler gets, and what a failure leads to."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
            try:
                written_at = after.update_time if after is not None else None
                fields = _fields(before), _fields(after)
                function(DocumentEvent(event.params, *fields, written_at))
            except ValidationError as error:
                # What cannot be read now will not be readable at the next delivery either.
                logs.error(
                    "unreadable document",
                    function=name,
                    document=event.document,
                    problems=error.error_count(),
                )
            except Contention:
                raise
            except Refusal as refused:
                # Decided, and decided the same at the next delivery: nothing is gained by retrying.
                logs.error(
                    "event refused", function=name, document=event.document, reason=refused.reason
                )
            except Exception:
                logs.error(
                    "trigger failed",
                    function=name,
                    document=event.document,
                    exc=traceback.format_exc(),
                )
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


def _fields(snapshot: DocumentSnapshot[Any] | None) -> dict[str, Any] | None:
    return snapshot.to_dict() if snapshot is not None and snapshot.exists else None

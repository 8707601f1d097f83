"""A chain for settling to wait for: a write triggers a write, which enqueues a task that writes."""

from typing import Any

import firebase_admin
from firebase_admin import functions
from firebase_functions import firestore_fn, https_fn, tasks_fn
from google.cloud import firestore

firebase_admin.initialize_app()
remembered: list[str] = []


@https_fn.on_call()
def remember(request: https_fn.CallableRequest[Any]) -> Any:
    """The data of all calls to this process."""
    remembered.append(request.data)
    return remembered


@firestore_fn.on_document_created(document="first/{name}")
def onfirst(event: firestore_fn.Event[Any]) -> None:
    firestore.Client().document(f"second/{event.params['name']}").set({})


@firestore_fn.on_document_created(document="second/{name}")
def onsecond(event: firestore_fn.Event[Any]) -> None:
    functions.task_queue("finish").enqueue({"data": event.params["name"]})


@tasks_fn.on_task_dispatched()
def finish(request: https_fn.CallableRequest[Any]) -> None:
    firestore.Client().document(f"third/{request.data}").set({})

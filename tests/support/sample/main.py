"""Functions for the suite's own tests; each call is recorded in a file."""

import json
import os
from pathlib import Path
from typing import Any

import firebase_admin
from firebase_admin import functions
from firebase_functions import firestore_fn, https_fn, options, scheduler_fn, tasks_fn
from flask import Request, Response
from google.api_core.exceptions import Aborted, FailedPrecondition, ServiceUnavailable
from google.cloud import firestore

firebase_admin.initialize_app()
options.set_global_options(region="us-central1", cpu=1)


def _record(name: str, **seen: Any) -> None:
    with Path(os.environ["SAMPLE_RECORD"]).open("a") as record:
        record.write(json.dumps({"name": name, **seen}) + "\n")


def _times_seen(name: str, **seen: Any) -> int:
    lines = Path(os.environ["SAMPLE_RECORD"]).read_text().splitlines()
    return [json.loads(line) for line in lines].count({"name": name, **seen})


@https_fn.on_call()
def echo(request: https_fn.CallableRequest[Any]) -> Any:
    environment = {name: os.environ[name] for name in ("GREETING", "GCLOUD_PROJECT")}
    return {"echoed": request.data, "environment": environment}


@https_fn.on_call()
def useFirestore(request: https_fn.CallableRequest[Any]) -> Any:  # noqa: N802
    """Run the Firestore operation that the request names."""
    client = firestore.Client(database="(default)")
    things = client.collection(request.data["collection"])
    match request.data["does"]:
        case "get":
            list(client.get_all([things.document("a"), things.document("missing")]))
        case "query":
            things.where(filter=firestore.FieldFilter("n", ">", request.data["above"])).get()
        case "count":
            things.count().get()
        case "sorted":
            try:
                things.where(filter=firestore.FieldFilter("n", "==", 1)).order_by("at").get()
            except FailedPrecondition as error:
                return str(error)
        case "write":
            batch = client.batch()
            for name in "abc":
                batch.set(things.document(name), {"n": 1})
            batch.delete(things.document("d"))
            batch.commit()
        case "refused":
            things.document("a").create({"n": 1})
        case "bulk":
            writer = client.bulk_writer()
            for name in "efg":
                writer.set(things.document(name), {"n": 2})
            writer.close()
    return {}


@https_fn.on_call()
def transact(request: https_fn.CallableRequest[Any]) -> Any:
    """Increment a document's `n`; or only begin, or end without the client's own rollback."""
    client = firestore.Client(database="(default)")
    thing = client.document(request.data["document"])
    if request.data["does"] == "increment":
        return _increment(client, thing)
    transaction = client.transaction()
    try:
        transaction._begin()
        thing.get(transaction=transaction)
        if request.data["does"] == "commit":
            transaction._commit()
    except Aborted as error:
        return error.message
    return "done"


def _increment(client: firestore.Client, thing: Any) -> str:
    @firestore.transactional
    def increment(transaction: firestore.Transaction) -> None:
        n = (thing.get(transaction=transaction).to_dict() or {"n": 0})["n"]
        transaction.set(thing, {"n": n + 1})

    try:
        increment(client.transaction(max_attempts=1))
    except (Aborted, ValueError):
        return "aborted"
    return "done"


@https_fn.on_call()
def useStorage(request: https_fn.CallableRequest[Any]) -> Any:  # noqa: N802
    """Write an object and read it, without the client's own retries."""
    from google.cloud import storage  # imported late, to keep the restarts of these tests short

    bucket = os.environ["GCLOUD_PROJECT"] + ".appspot.com"
    blob = storage.Client().bucket(bucket).blob(request.data)
    try:
        blob.upload_from_string(b"written", retry=None)
        return blob.download_as_bytes(retry=None).decode()
    except ServiceUnavailable as error:
        return str(error)


@https_fn.on_call()
def enqueue(request: https_fn.CallableRequest[Any]) -> Any:
    functions.task_queue("work").enqueue({"data": request.data})


@https_fn.on_request()
def showPath(request: Request) -> Response:  # noqa: N802
    return Response(request.path)


@https_fn.on_request()
def crash(_request: Request) -> Response:
    os._exit(3)


@firestore_fn.on_document_written(document="things/{thing}")
def onThing(event: firestore_fn.Event[Any]) -> None:  # noqa: N802
    before, after = (
        snapshot and snapshot.to_dict() for snapshot in (event.data.before, event.data.after)
    )
    _record("onThing", params=event.params, before=before, after=after)
    if after and after.get("fail"):
        raise RuntimeError("as asked")


@firestore_fn.on_document_created(document="retried/{thing}")
def onRetried(event: firestore_fn.Event[Any]) -> None:  # noqa: N802
    _record("onRetried", id=event.id)
    if event.data and (event.data.to_dict() or {}).get("commits"):
        firestore.Client().document("written/by-retried").set({"by": event.id})
        return
    if _times_seen("onRetried", id=event.id) < 3:
        raise RuntimeError("not yet")


vars(onRetried)["__firebase_endpoint__"].eventTrigger["retry"] = True


@tasks_fn.on_task_dispatched(
    retry_config=options.RetryConfig(max_attempts=3, min_backoff_seconds=10),
    rate_limits=options.RateLimits(max_concurrent_dispatches=1),
)
def work(request: https_fn.CallableRequest[Any]) -> None:
    headers = {
        name.removeprefix("X-Cloudtasks-").lower(): value
        for name, value in request.raw_request.headers.items()
        if name.startswith(("X-Cloudtasks-", "X-Sample"))
    }
    _record("work", data=request.data, headers=headers)
    if int(headers["taskretrycount"]) < request.data.get("failures", 0):
        raise https_fn.HttpsError(https_fn.FunctionsErrorCode.UNAVAILABLE, "not yet")


@scheduler_fn.on_schedule(schedule="every day 03:00", timezone=options.Timezone("UTC"))
def tick(event: scheduler_fn.ScheduledEvent) -> None:
    _record("tick", job=event.job_name)

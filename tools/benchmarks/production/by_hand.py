"""The two callables as one writes them by hand: the SDK, one read, or one transaction."""

import time
from typing import Any

import firebase_admin
from firebase_functions import https_fn
from google.cloud import firestore

firebase_admin.initialize_app()
db = firestore.Client()


@https_fn.on_call()
def getSession(call: https_fn.CallableRequest[Any]) -> Any:  # noqa: N802 - its deployed name
    """A guest's session."""
    session = reference(call).get().to_dict()
    return {"session": session_of(call, session)}


@https_fn.on_call()
def updateSessionProgress(call: https_fn.CallableRequest[Any]) -> Any:  # noqa: N802 - as above
    """Keep answers."""

    @firestore.transactional
    def update(transaction: firestore.Transaction) -> Any:
        session = session_of(call, reference(call).get(transaction=transaction).to_dict())
        now = int(time.time() * 1000)
        given = [
            {"stepId": step, "stepType": "short_text", "value": value, "answeredAt": now}
            for step, value in call.data["inputs"].items()
        ]
        kept = [each for each in session["answers"] if each["stepId"] not in call.data["inputs"]]
        changes = {"answers": kept + given, "updatedAt": now}
        transaction.update(reference(call), changes)
        return {**session, **changes}

    return update(db.transaction())


def reference(call: https_fn.CallableRequest[Any]) -> firestore.DocumentReference:
    """Of the session that is asked for."""
    return db.document("projects", call.data["projectId"], "sessions", call.data["sessionId"])


def session_of(call: https_fn.CallableRequest[Any], session: Any) -> Any:
    """The session, if it is the caller's own."""
    if not session or not call.auth or session["createdBy"] != call.auth.uid:
        raise https_fn.HttpsError(https_fn.FunctionsErrorCode.NOT_FOUND, "No such session.")
    return session

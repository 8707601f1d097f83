"""What the picture of an event's session costs, and what ends a session that waits in vain.

Measured last: the task for a run's deadline comes 46 seconds after the trigger.
"""

from google.cloud.firestore import DocumentReference

from experience import storage
from experience.clock import now_ms
from experience.documents import shard_of
from experience.media.store import objects
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.jobs import a_photo
from tests.support.builders.workspaces import a_workspace
from tools.cost.stage import Stage

UID = "visitor"
LONG_AGO = 10 * 60_000


def measure(stage: Stage) -> None:
    stage.run_schedule("sweepJourneys", "nothing to do")
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    event = an_event(stage.db, workspace)
    experience = an_event_experience(stage.db, workspace)

    session = _captured(stage, event, experience)
    ids = {"eventId": event, "sessionId": session.id}
    caller = stage.caller(UID)
    states = {
        "triggerTransform": "the first one of a guest",
        "runTransform": "the photo of an event's session, one attempt",
    }
    stage.measure(states, lambda: caller.call("triggerTransform", **ids))
    stored = session.get().to_dict() or {}
    assert stored["state"] == "ready", stored
    stage.call(UID, "createShare", "of an event", **ids)
    stage.call(UID, "revokeEventShare", "", **ids)
    task = {"workspaceId": workspace, "runId": stored["runId"], "stepId": "load", "attempt": 1}
    stage.measure(
        {"runTransform": "the task for a deadline, after the picture"},
        lambda: stage.deliver("runTransform", {**task, "dispatch": 0, "runAttempt": 0}),
    )
    stage.measure(
        {"runVendorTransform": "a task that comes again after the picture"},
        lambda: stage.deliver("runVendorTransform", {**task, "dispatch": 0, "runAttempt": 0}),
    )

    failed = {"state": "error", "error": "AI transform failed: cancelled"}
    session = _captured(stage, event, experience, **failed)
    ids = {"eventId": event, "sessionId": session.id}
    stage.call(UID, "retryJourney", "the photo stands", **ids)
    stage.call(UID, "retryJourney", "again", **ids)
    with stage.without_events():
        session.update(failed)
        stage.call(UID, "triggerTransform", "from error", **ids)

    _captured(stage, event, experience, state="transforming", updatedAt=now_ms() - LONG_AGO)
    stage.run_schedule("sweepJourneys", "one session whose run is gone")


def _captured(stage: Stage, event: str, experience: str, **fields: object) -> DocumentReference:
    """A new session of the visitor, with a photo."""
    session: DocumentReference = stage.db.collection("events", event, "sessions").document()
    photo = storage.bucket().blob(objects.capture_path(event, session.id))
    photo.upload_from_string(a_photo(), content_type="image/jpeg")
    workspace = stage.db.document("events", event).get().get("workspaceId")
    session.set(
        {
            "id": session.id,
            "shard": shard_of(session.id),
            "eventId": event,
            "workspaceId": workspace,
            "state": "captured",
            "inputImagePath": photo.name,
            "captureGeneration": photo.generation,
            "data": {"selected_experience_id": experience},
            "createdBy": UID,
            "createdAt": now_ms(),
            "updatedAt": now_ms(),
            **fields,
        }
    )
    return session

"""Event sessions with a photo in the test's own process, and a queue that is a list."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client, FieldFilter

from experience import clients
from experience.clock import now_ms
from experience.documents import shard_of
from experience.ids import new_id
from experience.journeys.models.session import EventSessionView
from experience.journeys.models.transform import RetryJourney, TriggerTransform
from experience.journeys.usecases import retry, transform
from experience.media.store import objects
from experience.storage import bucket
from experience.workflows.execution import skill_runtime
from experience.workflows.runs.decisions import Delivery
from experience.workflows.runs.models import Run, StepTask
from experience.workflows.usecases import execute
from experience.workspaces.models import TransformOutput
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.jobs import a_photo
from tests.support.builders.workspaces import a_workspace
from tests.support.workflows.workflow_bench import Queue, WorkflowBench, run_here


class JourneyBench(WorkflowBench):
    """One session with a photo, in an event of a workspace."""

    def __init__(
        self, client: Client, queue: Queue, workspace: str, event: str, experience: str
    ) -> None:
        super().__init__(client, queue, workspace)
        self.event = event
        self.experience = experience
        self.uid, self.id = f"guest-{new_id()}", f"session-{new_id()}"
        self.ids = {"event_id": event, "session_id": self.id}
        self.reference = client.document("events", event, "sessions", self.id)
        self.result_path = objects.event_result_path(event, self.id)

    def take_photo(self, photo: bytes | None = None) -> dict[str, Any]:
        """Upload a photo, as a guest does; what a session then holds of it."""
        blob = bucket().blob(objects.capture_path(self.event, self.id))
        blob.upload_from_string(a_photo() if photo is None else photo, content_type="image/jpeg")
        return {"inputImagePath": blob.name, "captureGeneration": int(blob.generation)}

    def begun(self, **fields: Any) -> "JourneyBench":
        """Store the session, with a photo unless its fields say otherwise."""
        photo = {} if "inputImagePath" in fields else self.take_photo(fields.pop("photo", None))
        own = {
            "id": self.id,
            "shard": shard_of(self.id),
            "eventId": self.event,
            "workspaceId": self.workspace,
        }
        now = now_ms()
        stored = {
            **own,
            "state": "captured",
            "createdBy": self.uid,
            "data": {"selected_experience_id": self.experience},
            "createdAt": now,
            "updatedAt": now,
            **photo,
            **fields,
        }
        self.reference.set({name: each for name, each in stored.items() if each is not None})
        return self

    def trigger(self, uid: str | None = None, **more: Any) -> EventSessionView:
        """As the callable does."""
        return transform.trigger_transform(uid or self.uid, TriggerTransform(**self.ids, **more))

    def retry(self, uid: str | None = None) -> EventSessionView:
        """As the callable does."""
        return retry.retry_journey(uid or self.uid, RetryJourney(**self.ids))

    def session(self) -> dict[str, Any]:
        """The session's fields as they lie in the database."""
        fields: dict[str, Any] | None = self.reference.get().to_dict()
        assert fields is not None
        return fields

    def shown(self) -> tuple[str, str | None]:
        """The session's state and error. A picture is there in `ready` alone, a code in `error`."""
        session = self.session()
        assert ("resultImagePath" in session) == (session["state"] == "ready")
        assert ("error" in session) == (session["state"] == "error")
        assert ("errorCode" in session) == ("error" in session)
        return session["state"], session.get("error")

    def whole_run(self) -> Run:
        """The run of the newest transform."""
        return self.run(self.session()["runId"])

    def runs(self) -> list[Run]:
        """All runs of this session's transforms."""
        query = self.tenant.collection("runs").where(
            filter=FieldFilter("ownerReference.ids.sessionId", "==", self.id)
        )
        return [Run.load(each.to_dict() or {}) for each in query.stream()]

    def of_guest(self, uid: str) -> "JourneyBench":
        """Let the session be another guest's."""
        self.uid = uid
        self.reference.update({"createdBy": uid})
        return self

    def deadline(self) -> None:
        """Let the newest run have begun 45 seconds ago, and the task of its deadline come."""
        now, run_id = now_ms(), self.session()["runId"]
        times = {"createdAt": now - 45_000, "deadlineAt": now}
        self.tenant.run_ref(run_id).update(times)
        task = StepTask(workspace_id=self.workspace, run_id=run_id, step_id="load", attempt=1)
        execute.run_step(task, Delivery("deadline"))

    def picture(self) -> bytes:
        """What lies at the session's one path for pictures."""
        return objects.read(self.result_path)


NewJourney = Callable[..., JourneyBench]
"""`(**fields of the session)`"""


def journeys_in(client: Client, patch: pytest.MonkeyPatch) -> NewJourney:
    """Makes captured sessions in one event of a database; one queue."""
    queue = Queue()
    patch.setattr(clients, "enqueue", queue.enqueue)
    patch.setattr(skill_runtime, "run_skill", run_here)
    patch.setattr(transform, "OUTPUT", TransformOutput(format="png", width=256))
    workspace = a_workspace(client)
    event, experience = an_event(client, workspace), an_event_experience(client, workspace)

    def make(**fields: Any) -> JourneyBench:
        return JourneyBench(client, queue, workspace, event, experience).begun(**fields)

    return make

"""How an event session follows the run of its transform."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.api_core.exceptions import PreconditionFailed
from google.cloud.firestore import DELETE_FIELD, Client

from experience.errors import Contention, FailedPrecondition
from experience.journeys import store
from experience.journeys.models.session import SessionState
from experience.journeys.models.transform import failure_of_run
from experience.journeys.usecases import followers
from experience.media.store import objects
from experience.transforms.models.failures import JobFailure
from experience.transforms.models.quota import MAX_RUNNING_PER_GUEST
from experience.workflows.runs.hooks import HOOKS, Updates
from experience.workflows.runs.models import Run, RunStatus
from experience.workflows.skills import File

KIND = "journey"

MAX_WRITES = 5
"""How often a picture is written while late workers of earlier transforms write theirs."""


class JourneyHooks:
    """What a transform writes to its event session. `workflows.runs.hooks.RunHooks`.

    A session leaves `transforming` in the commit that ends its run, and in no other. Until then no
    other transform of it begins, so no late run ever finds a newer one.
    """

    def may_start(self, client: Client, run: Run) -> bool:
        """Whether fewer than two transforms of the guest are ahead of this one.

        No read for a guest who can have no two others on their way; else one for each of those.
        """
        ids = _ids(run)
        if "guestId" not in ids:
            return True
        first = store.find_transforming(
            client, ids["eventId"], ids["guestId"], MAX_RUNNING_PER_GUEST
        )
        return len(first) < MAX_RUNNING_PER_GUEST or ids["sessionId"] in {each.id for each in first}

    def on_step_started(self, *_: Any, **__: Any) -> Updates:
        """Nothing: the session has one state for all of a transform."""
        return []

    def on_attempt_failed(self, *_: Any, **__: Any) -> Updates:
        """Nothing: another attempt follows within the time of the transform."""
        return []

    def on_run_finalized(
        self, client: Client, run: Run, outputs: Mapping[str, Any], now: int
    ) -> Updates:
        """One write: `ready` with the picture's URL, or `error` with the reason."""
        ids = _ids(run)
        session = store.event_session_ref(client, ids["eventId"], ids["sessionId"])
        if run.status is not RunStatus.COMPLETED:
            return [(session, failed_fields(failure_of_run(run, now)))]
        published = outputs["publish"]["published"]
        ready = {
            "state": SessionState.READY.value,
            "resultImagePath": published["url"],
            "resultGeneration": published["generation"],
            "mailDueAt": now,
            "error": DELETE_FIELD,
            "errorCode": DELETE_FIELD,
            "transformingSince": DELETE_FIELD,
            "updatedAt": now,
        }
        return [(session, ready)]

    def after_run_finalized(self, run: Run) -> None:
        """A guest who gave an address gets a mail."""
        ids = _ids(run)
        if run.status is RunStatus.COMPLETED and "hasEmail" in ids:
            followers.follow("event picture", ids["eventId"], ids["sessionId"])

    def on_run_retried(self, *_: Any, **__: Any) -> Updates:
        """Raises FailedPrecondition: by now the session may have a newer transform."""
        raise FailedPrecondition(
            "run_not_retryable", "A guest's transform is begun anew by triggerTransform."
        )

    def publish(
        self, run: Run, files: Sequence[File], require_lease: Callable[[], None]
    ) -> Mapping[str, Any]:
        """The picture, which comes first among the files, at the session's one path for it.

        A session has none when its transform begins. If one lies there, an earlier transform has
        written it too late, or this worker is the late one, which its lease tells. One request to
        the storage; two more and a read for a picture that lies there. Raises Contention.
        """
        ids = _ids(run)
        path = objects.event_result_path(ids["eventId"], ids["sessionId"])
        generation = 0
        for _ in range(MAX_WRITES):
            try:
                url, stored = objects.replace(path, files[0].data, files[0].type, generation)
            except PreconditionFailed:
                found = objects.find(path)
                generation = found.generation if found else 0
                require_lease()
            else:
                return {"path": path, "url": url, "generation": stored}
        raise Contention


HOOKS[KIND] = JourneyHooks()


def failed_fields(failure: JobFailure) -> dict[str, Any]:
    """What a session whose transform failed changes to."""
    return {
        "state": SessionState.ERROR.value,
        "error": failure.message,
        "errorCode": failure.code.value,
        "transformingSince": DELETE_FIELD,
        "updatedAt": failure.timestamp,
    }


def _ids(run: Run) -> dict[str, str]:
    assert run.owner_reference is not None
    return run.owner_reference.ids

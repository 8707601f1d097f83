"""What is true of runs whenever nothing is on its way."""

from collections.abc import Iterator

from experience.journeys.models.session import SessionState
from experience.workflows.runs.decisions import run_outcome
from experience.workflows.runs.models import Run, RunStatus, RunStep
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]


def every_run_has_ended(data: Data) -> Found:
    """Every run has ended, as its steps say, and has each step of its definition once."""
    for path, run in data.runs.items():
        if path != f"workspaces/{run.tenant_id}/runs/{run.id}":
            yield path, f"has the id {run.id} of {run.tenant_id}"
        steps = {
            name: step
            for name, step in data.steps.items()
            if name.rpartition("/runSteps/")[0] == path
        }
        named = sorted(step.id for step in steps.values())
        if named != sorted(run.workflow().by_id):
            yield path, f"has the steps {', '.join(named)}"
            continue
        for name, step in steps.items():
            yield from ((name, problem) for problem in _of_a_step(name, run, step))
        if run.is_active:
            yield path, f"is still {run.status}"
        elif run.status is not RunStatus.CANCELLED:
            due = run_outcome(run.workflow(), list(steps.values()), 0)[0]
            if due is not run.status:
                yield path, f"is {run.status}, and its steps say {due}"
            if run.remaining_sinks:
                yield path, f"is {run.status}, and {run.remaining_sinks} last steps are not over"


def a_job_is_its_run(data: Data) -> Found:
    """A job and its run name each other, and have ended in the same way."""
    for path, job in data.jobs.items():
        if job.run_id is None:
            continue
        run = data.runs.get(f"workspaces/{job.workspace_id}/runs/{job.run_id}")
        if (
            run is None
            or run.owner_reference is None
            or run.owner_reference.ids.get("jobId") != job.id
        ):
            yield path, f"names the run {job.run_id}, which is not its own"
        elif run.status.value != job.status.value:
            yield path, f"is {job.status}, and its run is {run.status}"
    for path, run in data.runs.items():
        if run.owner_reference is None:
            continue
        ids = run.owner_reference.ids
        owner = data.jobs.get(f"projects/{ids.get('projectId')}/jobs/{ids.get('jobId')}")
        if owner and owner.run_id != run.id:
            yield path, f"is done for job {owner.id}, which names another run"


def an_event_session_is_its_run(data: Data) -> Found:
    """A session of an event has ended as the run of its newest transform did, with what it made.

    Its ids are those of its path. No transform is under way. A picture is there in `ready` alone,
    and an error in `error` alone; its code may be missing.
    """
    for path, session in data.event_sessions.items():
        if path != f"events/{session.event_id}/sessions/{session.id}":
            yield path, f"has the id {session.id} of {session.event_id}"
        state = session.state
        if state is SessionState.TRANSFORMING:
            yield path, "is still transforming"
        if (state is SessionState.READY) != (session.result_image_path is not None):
            yield path, f"is {state}, with a picture: {session.result_image_path is not None}"
        if (state is SessionState.ERROR) != (session.error is not None):
            yield path, f"is {state}, with an error: {session.error is not None}"
        if session.error_code and state is not SessionState.ERROR:
            yield path, f"is {state}, with the error {session.error_code}"
        if session.run_id is None:
            continue
        run = data.runs.get(f"workspaces/{session.workspace_id}/runs/{session.run_id}")
        owner = run.owner_reference if run else None
        if run is None or owner is None or owner.ids.get("sessionId") != session.id:
            yield path, f"names the run {session.run_id}, which is not its own"
        elif (state is SessionState.READY) != (run.status is RunStatus.COMPLETED):
            yield path, f"is {state}, and its run is {run.status}"


def _of_a_step(path: str, run: Run, step: RunStep) -> Iterator[str]:
    where = f"workspaces/{step.tenant_id}/runs/{step.run_id}/runSteps/{step.id}"
    if path != where:
        yield f"has the id {where}"
    if not step.is_ended:
        yield f"is still {step.status}"
    if step.lease or step.parked:
        yield f"is {step.status}, and somebody has it or is to bring something"
    if step.remaining_dependencies and run.status is not RunStatus.CANCELLED:
        yield f"is {step.status}, and waits for {step.remaining_dependencies} others"

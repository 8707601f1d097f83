"""What runs cost: a photo's whole way through photo.transform, and looking after it."""

from experience import storage
from experience.workflows.catalog.photo_transform import skills
from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.runs.requests import StartRun
from experience.workflows.usecases import start
from tests.support.builders.jobs import SMALL, a_photo
from tests.support.builders.workspaces import a_member, a_transform, a_workspace
from tools.cost.stage import Stage

WORKFLOW = "photo.transform"


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    stage.warm(workspaceId=workspace)
    editor = a_member(stage.db, workspace, "editor")
    viewer = a_member(stage.db, workspace, "viewer")
    path = f"workspaces/{workspace}/photo.jpg"
    storage.bucket().blob(path).upload_from_string(a_photo())
    transform = a_transform(output=SMALL)
    asked = {
        "workspaceId": workspace,
        "workflowName": WORKFLOW,
        "payload": {
            "sourceUri": f"gs://{storage.bucket_name()}/{path}",
            "transform": {**transform, "model": "local"},
        },
    }
    states = {"startRun": "three steps", "runStep": "photo.transform's three steps in one task"}
    caller = stage.caller(editor)
    run = stage.measure(states, lambda: caller.call("startRun", **asked, requestId="r"))["run"]
    ids = {"workspaceId": workspace, "runId": run["id"]}
    found = stage.call(viewer, "getRun", "three steps", **ids)
    assert found["run"]["status"] == "completed", found["run"]["error"]
    stage.call(editor, "startRun", "again, by its requestId", **asked, requestId="r")
    update = {"workspaceId": workspace, "workflowName": WORKFLOW, "baseRunId": run["id"]}
    stage.call(editor, "startRun", "an update that changes nothing", **update)
    stage.call(viewer, "listRuns", "a page of two", workspaceId=workspace)
    artifact = found["run"]["context"]["publish"]["data"]["picture"]["id"]
    asset = {"workspaceId": workspace, "artifactId": artifact}
    stage.call(viewer, "getArtifactUrl", "", **asset)
    stage.call(editor, "cancelRun", "one that is over", **ids)
    stage.call(editor, "retryRun", "one that succeeded", **ids)

    assert DEFINITIONS.workflows[WORKFLOW].steps[0].skill_id == f"photo.{skills.load.__name__}"
    with stage.without_events():
        waiting = start.start_run(editor, StartRun.model_validate(asked)).run.id
    ids = {"workspaceId": workspace, "runId": waiting}
    stage.call(editor, "cancelRun", "three waiting steps", **ids)
    stage.call(editor, "retryRun", "three cancelled steps", **ids)

    gone = {"workspaceId": workspace, "jobId": "gone", "number": 1}
    stage.measure(
        {"pollGeneration": "a job that is gone"},
        lambda: stage.deliver("pollGeneration", gone),
    )

"""Calls of workflow runs: a photo in the workspace's own storage goes through `photo.transform`."""

from typing import Any

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from tools.contract.recorder import Recorder

TRANSFORM = {"enabled": True, "style": "sketch", "output": {"format": "png", "width": 256}}


def play(workspace: str, operator: Client, recorder: Recorder) -> None:
    """Start a run, read it and its picture, cancel it and retry it."""

    def call(name: str, /, **data: Any) -> Any:
        response = recorder.call("an editor", operator, name, workspaceId=workspace, **data)
        recorder.suite.settle()
        return response

    photo = sorted(PHOTOS.glob("*.jpg"))[0].read_bytes()
    source = recorder.store(f"workspaces/{workspace}/photo.jpg", photo)
    payload = {"sourceUri": source, "transform": TRANSFORM}
    run = call("startRun", workflowName="photo.transform", payload=payload)["run"]["id"]
    found = call("getRun", runId=run)
    call("listRuns", workflowName="photo.transform", pageSize=10)
    picture = found["run"]["context"]["publish"]["data"]["picture"]
    call("getArtifactUrl", artifactId=picture["id"])
    reopen(recorder, workspace, run)
    call("cancelRun", runId=run)
    call("retryRun", runId=run)


def reopen(recorder: Recorder, workspace: str, run: str) -> None:
    """Make the last step of a completed run pending: no run lasts long enough here to cancel it."""
    reference = recorder.database.document("workspaces", workspace, "runs", run)
    reference.update({"status": "running", "context": None, "completedAt": None})
    last = reference.collection("runSteps").document("publish")
    last.update({"status": "pending", "attempt": 0, "output": None, "endedAt": None})

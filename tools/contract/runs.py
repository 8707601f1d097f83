"""Runs in the recorded visit: a photo of the workspace's own through `photo.transform`."""

import json
from typing import Any

import requests
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.demo.seed import PHOTOS
from tools.contract.recording import Recorder

TRANSFORM = {"enabled": True, "style": "sketch", "output": {"format": "png", "width": 256}}


def play(workspace: str, operator: Client, recorder: Recorder, database: Database) -> None:
    """Start a run, look at it and at its picture; give one up and take it up again."""

    def call(name: str, /, **data: Any) -> Any:
        answer = recorder.call("an editor", operator, name, workspaceId=workspace, **data)
        recorder.suite.settle()
        return answer

    source = _bring(recorder, f"workspaces/{workspace}/photo.jpg")
    payload = {"sourceUri": source, "transform": TRANSFORM}
    run = call("startRun", workflowName="photo.transform", payload=payload)["run"]["id"]
    found = call("getRun", runId=run)
    call("listRuns", workflowName="photo.transform", pageSize=10)
    picture = found["run"]["context"]["publish"]["data"]["picture"]
    call("getArtifactUrl", artifactId=picture["id"])
    # Nothing runs long enough here to be cancelled: the last step is made a waiting one.
    reference = database.document("workspaces", workspace, "runs", run)
    reference.update({"status": "running", "context": None, "completedAt": None})
    last = reference.collection("runSteps").document("publish")
    last.update({"status": "pending", "attempt": 0, "output": None, "endedAt": None})
    call("cancelRun", runId=run)
    call("retryRun", runId=run)


def _bring(recorder: Recorder, path: str) -> str:
    """Store a photo in the bucket, as operators bring it; its uri."""
    suite = recorder.suite
    answer = requests.post(
        f"http://{suite.addresses['storage']}/upload/storage/v1/b/{suite.bucket}/o",
        params={"uploadType": "media", "name": path},
        headers={"Content-Type": "image/jpeg"},
        data=sorted(PHOTOS.glob("*.jpg"))[0].read_bytes(),
        timeout=60,
    )
    answer.raise_for_status()
    stored = json.loads(answer.text)
    return f"gs://{stored['bucket']}/{stored['name']}"

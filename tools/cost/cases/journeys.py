"""What a guest of an event costs, from the first step to the photo."""

from tests.experience.journeys.journey_guest import PHOTO
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tools.cost.stage import Stage

UID = "visitor"


def measure(stage: Stage) -> None:
    workspace = a_workspace(stage.db)
    chosen = an_event_experience(stage.db, workspace)
    picker = a_step("pick", "experience-picker", experienceIds=[chosen])
    event = an_event(stage.db, workspace, [a_step("name"), picker, a_step("photo", "capture")])
    about = {"eventId": event}
    stage.call(UID, "startJourney", "three steps, one experience, cold", **about)
    again = {**about, "requestId": "r"}
    began = stage.call(UID, "startJourney", "with a requestId, warm", **again)
    stage.call(UID, "startJourney", "a requestId again, warm", **again)
    ids = {**about, "sessionId": began["session"]["id"]}
    stage.call(UID, "getEventSession", "three steps, one experience, cold", **ids)
    stage.call(UID, "getEventSession", "three steps, one experience, warm", **ids)
    viewer = a_member(stage.db, workspace, "viewer")
    stage.call(viewer, "getEventSession", "by a member", **ids)
    stage.call(viewer, "listEventSessions", "a page of one, and more", **about, pageSize=1)
    name = {**ids, "stepId": "name", "input": {"type": "text", "value": "Anna"}}
    stage.call(UID, "saveStepInput", "warm", **name)
    stage.call(UID, "saveStepInput", "nothing new", **name)
    choice = {"type": "selection", "selectedId": chosen}
    stage.call(UID, "saveStepInput", "a choice of experience", **ids, stepId="pick", input=choice)
    stage.call(UID, "goToStep", "past two steps", **ids, index=2)
    stage.call(UID, "goToStep", "back", **ids, index=0)
    size = {"contentType": "image/jpeg", "sizeBytes": len(PHOTO)}
    photo = {**ids, "stepId": "photo"}
    upload = stage.call(UID, "createCaptureUpload", "", **photo, **size)
    stage.caller(UID).upload(upload, PHOTO).raise_for_status()
    stage.call(UID, "saveCapture", "", **photo)
    stage.call(UID, "saveCapture", "again", **photo)
    alone = an_event(stage.db, workspace)
    stage.call(UID, "startJourney", "an event without a journey", eventId=alone)

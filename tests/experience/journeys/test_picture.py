"""A guest of an event and the deployed functions, from the first step to the picture."""

import requests
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from tests.experience.conftest import SignIn
from tests.experience.journeys.journey_guest import JourneyGuest
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.jobs import payload, size_of
from tests.support.builders.workspaces import a_step


def test_a_guest_gets_the_picture_of_the_experience_that_they_picked(
    suite: Suite, db: Client, signed_in: SignIn, workspace: str
) -> None:
    experience = an_event_experience(db, workspace)
    picker = a_step("pick", "experience-picker", experienceIds=[experience])
    event = an_event(db, workspace, [picker, a_step("photo", "capture")])
    guest = JourneyGuest.begin(db, event)
    guest.save("pick", "selection", selectedId=experience)
    guest.capture(step="photo")
    page = signed_in(guest.uid)
    shown = page.call("triggerTransform", **guest.ids)
    assert (shown["state"], "runId" in shown) == ("transforming", False)
    suite.settle()
    ready = guest.stored()
    assert ready["state"] == "ready"
    picture = requests.get(ready["resultImagePath"], timeout=10)
    assert picture.headers["content-type"] == "image/png"
    assert size_of(picture.content) == (1080, 720)
    tasks = [
        task for task in suite.tasks._tasks.values() if payload(task).get("runId") == ready["runId"]
    ]
    assert len(tasks) == 2  # the first step, and the deadline
    assert page.call("getEventSession", **guest.ids)["session"]["state"] == "ready"

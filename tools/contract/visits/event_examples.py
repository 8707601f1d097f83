"""Calls about an event: its experience, its steps and its journey."""

from typing import Any

from emulator.demo.client import Client
from tools.contract.recorder import Recorder


def play(workspace: str, event: str, operator: Client, recorder: Recorder) -> None:
    """Make an event and what its guests go through, and choose the journey."""

    def call(name: str, /, **data: Any) -> Any:
        return recorder.call("an editor", operator, name, **data)

    experience = f"{event}-cartoon"
    call(
        "saveEventExperience",
        workspaceId=workspace,
        experienceId=experience,
        expectedVersion=0,
        experience={"name": "Cartoon", "aiPhotoConfig": {"enabled": True, "prompt": "A cartoon"}},
    )
    theme = {"primaryColor": "#5b3df5"}
    call(
        "saveEvent",
        workspaceId=workspace,
        eventId=event,
        expectedVersion=0,
        event={"name": "Launch", "theme": theme, "status": "live"},
    )
    for step in (
        {"type": "short_text", "title": "Your name?", "config": {"required": True}},
        {"type": "experience-picker", "config": {"experienceIds": [experience]}},
        {"type": "capture", "title": "Smile!"},
    ):
        call("saveStep", eventId=event, stepId=step["type"], expectedVersion=0, step=step)
    journey = {"name": "Photo booth", "stepOrder": ["short_text", "experience-picker", "capture"]}
    call("saveJourney", eventId=event, journeyId="booth", expectedVersion=0, journey=journey)
    call("setActiveJourney", eventId=event, journeyId="booth", expectedVersion=1)
    call("listEvents", workspaceId=workspace)

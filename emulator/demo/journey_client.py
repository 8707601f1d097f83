"""A guest's page of one event, as a client of the callables: its calls, and a whole journey."""

from collections.abc import Callable
from typing import Any

from emulator.demo.client import Client
from emulator.demo.guest_client import ADDRESS

# What the guest puts in, by step id, wherever such a step is asked.
INPUTS: dict[str, dict[str, Any]] = {
    "adult": {"type": "boolean", "value": True},
    "mail": {"type": "text", "value": ADDRESS},
    "drinks": {"type": "selections", "selectedIds": ["water", "juice"]},
    "fun": {"type": "number", "value": 5},
    "wish": {"type": "text", "value": "Nothing"},
    "name": {"type": "text", "value": "Ada"},
    "mood": {"type": "selection", "selectedId": "dreamy"},
}


class JourneyClient:
    """A guest in one event, with the photo that they take.

    Every method raises CallError where the callable refuses.
    """

    def __init__(self, client: Client, event: str, photo: bytes, address: str = ADDRESS) -> None:
        self.inputs = {**INPUTS, "mail": {"type": "text", "value": address}}
        self.client = client
        self.event = event
        self.photo = photo
        self.session: dict[str, Any] = {}

    def call(self, name: str, /, **data: Any) -> Any:
        """The callable's result for this event and, once it has begun, for the session."""
        ids = {"sessionId": self.session["id"]} if self.session else {}
        return self.client.call(name, eventId=self.event, **ids, **data)

    def start(self, **data: Any) -> Any:
        """Begin the session; returns it with its steps."""
        begun = self.call("startJourney", **data)
        self.session = begun["session"]
        return begun

    def play(
        self, experience: str, steps: list[dict[str, Any]], wait: Callable[[], None]
    ) -> dict[str, Any]:
        """Go through these steps to the end, and return the session.

        At the step that says that the picture is made, it is asked for, and `wait` has to return
        once it is there.
        """
        for index, step in enumerate(steps):
            self.at(step)
            match step["type"]:
                case "experience-picker":
                    picked = {"type": "selection", "selectedId": experience}
                    self.call("saveStepInput", stepId=step["id"], input=picked)
                case "capture":
                    self.take_photo(step["id"])
                case "processing":
                    self.call("triggerTransform")
                    wait()
                case _ if step["id"] in self.inputs:
                    self.call("saveStepInput", stepId=step["id"], input=self.inputs[step["id"]])
            self.call("goToStep", index=index + 1)
        self.session = self.call("getEventSession")["session"]
        return self.session

    def at(self, step: dict[str, Any]) -> None:
        """The guest sees this step now."""

    def take_photo(self, step_id: str) -> Any:
        """Upload and save the photo; returns the session with it."""
        about = {"contentType": "image/jpeg", "sizeBytes": len(self.photo)}
        upload = self.call("createCaptureUpload", stepId=step_id, **about)
        self.client.upload(upload, self.photo).raise_for_status()
        return self.call("saveCapture", stepId=step_id)

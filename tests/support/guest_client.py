"""A guest's page of one project, as a client of the callables: its calls, and a whole visit."""

from dataclasses import dataclass
from typing import Any

from emulator.demo.client import Client

# What the guest answers, by step id, wherever such a step is asked.
ANSWERS = {"adult": True, "name": "Ada", "mood": "dreamy", "fun": 5}
# What `getNextPhase` calls the sessions that the next one is linked to.
LINKS = {"pregate": "pregateSessionId", "session": "mainSessionId"}


def answers_to(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The guest's answers to those of these steps that ask for one."""
    asked = [step["id"] for step in steps if step["id"] in ANSWERS]
    return [{"stepId": step_id, "value": ANSWERS[step_id]} for step_id in asked]


@dataclass
class PlayedPhase:
    """What the callables returned in one phase of a visit."""

    created: Any
    progress: Any = None
    with_photo: Any = None
    completed: Any = None

    @property
    def session(self) -> Any:
        """The session as it was created."""
        return self.created["session"]

    @property
    def id(self) -> str:
        return str(self.session["id"])

    @property
    def next(self) -> Any:
        """Where the guest is led from here."""
        return self.completed["next"]


@dataclass
class PlayedVisit:
    """What the callables returned in a whole visit."""

    uid: str
    page: Any
    first: Any
    pregate: PlayedPhase
    main: PlayedPhase
    preshare: PlayedPhase


class GuestClient:
    """A guest in one project, with the photo that they take.

    Every method raises CallError where the callable refuses.
    """

    def __init__(self, client: Client, project: str, photo: bytes) -> None:
        self.client = client
        self.project = project
        self.photo = photo

    @property
    def uid(self) -> str:
        return str(self.client.uid)

    def call(self, name: str, /, **data: Any) -> Any:
        """The callable's result for this project."""
        return self.client.call(name, projectId=self.project, **data)

    def enter(self) -> Any:
        """Open the project's page and become its guest; returns the page."""
        page = self.call("getProject")
        consent = page["consent"]
        self.call("ensureGuest", **({"consentVersion": consent["version"]} if consent else {}))
        return page

    def create_session(self, experience: str, **more: Any) -> Any:
        """Session and steps of a published experience, played as a guest."""
        played = {"mode": "guest", "configSource": "published", **more}
        return self.call("createSession", experienceId=experience, **played)

    def upload_photo(self, session: dict[str, Any], step: str = "photo") -> str:
        """The asset id of the photo, uploaded and not yet confirmed."""
        ids = {"sessionId": session["id"], "stepId": step}
        about = {"contentType": "image/jpeg", "sizeBytes": len(self.photo)}
        upload = self.call("createUpload", **ids, **about)
        self.client.upload(upload, self.photo).raise_for_status()
        return str(upload["assetId"])

    def take_photo(self, session: dict[str, Any], step: str = "photo") -> Any:
        """Upload and confirm the photo; returns the session with it."""
        asset = self.upload_photo(session, step)
        return self.call("confirmUpload", sessionId=session["id"], stepId=step, assetId=asset)

    def complete(self, session: dict[str, Any], **data: Any) -> Any:
        """The completed session, and the phase that follows."""
        return self.call("completeSession", sessionId=session["id"], **data)

    def play(self, experience: str) -> PlayedVisit:
        """A whole visit of a project with all three phases, up to the share page."""
        page = self.enter()
        first = self.call("getNextPhase", experienceId=experience)
        pregate = self.play_phase(first)
        main = self.play_phase(pregate.next)
        preshare = self.play_phase(main.next)
        return PlayedVisit(self.uid, page, first, pregate, main, preshare)

    def play_phase(self, step: dict[str, Any]) -> PlayedPhase:
        """Play what `getNextPhase` or `completeSession` leads to.

        Answers are saved before a photo is taken; without a capture step they are sent with the
        completion.
        """
        params = step["params"]
        links = {LINKS[name]: params[name] for name in LINKS.keys() & params.keys()}
        phase = PlayedPhase(self.create_session(step["experienceId"], **links))
        steps = phase.created["steps"]
        answers = answers_to(steps)
        captures = [index for index, each in enumerate(steps) if each["type"] == "capture"]
        if captures:
            phase.progress = self.call(
                "updateSessionProgress",
                sessionId=phase.id,
                answers=answers,
                currentStepIndex=captures[0],
            )
            phase.with_photo = self.take_photo(phase.session, steps[captures[0]]["id"])
            answers = []
        data: dict[str, Any] = {"answers": answers} if answers else {}
        if "experience" in params:
            data["experienceId"] = params["experience"]
        phase.completed = self.complete(phase.session, **data)
        return phase

    def close(self) -> None:
        """End the connections."""
        self.client.close()

"""A guest's page of one project, as a client of the callables: its calls, and a whole visit."""

from dataclasses import dataclass
from typing import Any

from emulator.demo.client import Client
from emulator.process.errors import SuiteError

# What the guest answers, by step id, wherever such a step is asked.
ADDRESS = "ada@example.com"
ANSWERS = {"adult": True, "mail": ADDRESS, "name": "Ada", "mood": "dreamy", "fun": 5}
# What `getNextPhase` calls the sessions that the next one is linked to.
LINKS = {"pregate": "pregateSessionId", "session": "mainSessionId"}


def answers_to(steps: list[dict[str, Any]], address: str = ADDRESS) -> list[dict[str, Any]]:
    """The guest's answers to those of these steps that ask for one."""
    answers = {**ANSWERS, "mail": address}
    asked = [step["id"] for step in steps if step["id"] in answers]
    return [{"stepId": step_id, "value": answers[step_id]} for step_id in asked]


def address_of(uid: str) -> str:
    """The address of one guest of many: an address gets few mails a day."""
    return f"{uid[:60]}@example.com"


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

    def __init__(self, client: Client, project: str, photo: bytes, address: str = ADDRESS) -> None:
        self.client = client
        self.project = project
        self.photo = photo
        self.address = address

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

    def save_answers(
        self, session: dict[str, Any], answers: list[dict[str, Any]], index: int
    ) -> Any:
        """The session with these answers, at the step of this index."""
        progress = {"answers": answers, "currentStepIndex": index}
        return self.call("updateSessionProgress", sessionId=session["id"], **progress)

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
        pregate = self.play_phase(self.led_to("pregate", first))
        main = self.play_phase(self.led_to("main", pregate.next))
        preshare = self.play_phase(self.led_to("preshare", main.next))
        self.led_to("share", preshare.next)
        return PlayedVisit(self.uid, page, first, pregate, main, preshare)

    def led_to(self, phase: str, step: dict[str, Any]) -> dict[str, Any]:
        """The step, which must be of this phase. Raises SuiteError."""
        if step["phase"] != phase:
            raise SuiteError(f"{self.uid} was led to {step}, not to the {phase}.")
        return step

    def play_phase(self, step: dict[str, Any]) -> PlayedPhase:
        """Play what `getNextPhase` or `completeSession` leads to.

        Answers are saved before a photo is taken; without a capture step they are sent with the
        completion.
        """
        params = step["params"]
        links = {LINKS[name]: params[name] for name in LINKS.keys() & params.keys()}
        phase = PlayedPhase(self.create_session(step["experienceId"], **links))
        steps = phase.created["steps"]
        answers = answers_to(steps, self.address)
        captures = [index for index, each in enumerate(steps) if each["type"] == "capture"]
        if captures:
            phase.progress = self.save_answers(phase.session, answers, captures[0])
            phase.with_photo = self.take_photo(phase.session, steps[captures[0]]["id"])
            answers = []
        data: dict[str, Any] = {"answers": answers} if answers else {}
        if "experience" in params:
            data["experienceId"] = params["experience"]
        phase.completed = self.complete(phase.session, **data)
        return phase

    def open_share_page(self, main_session: str) -> tuple[Any, Any]:
        """The sessions of the visit by phase, and the job, once the picture is made."""
        sessions = self.call("getJourneySessions", mainSessionId=main_session)
        job = self.call("getJob", jobId=sessions["main"]["jobId"])
        asset = {"sessionId": main_session, "assetId": job["output"]["assetId"]}
        self.call("getDownloadUrl", **asset)
        return sessions, job

    def close(self) -> None:
        """End the connections."""
        self.client.close()

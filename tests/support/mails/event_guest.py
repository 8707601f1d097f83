"""A guest of an event that asks for an address, who agreed to its terms."""

from typing import Any

from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.ids import new_id
from experience.journeys.models.requests import SaveStepInput, StartJourney
from experience.journeys.usecases.save_input import save_step_input
from experience.journeys.usecases.start import start_journey
from experience.mails.models.mail import event_mail_id_of
from experience.mails.usecases.event_mail import write_event_mail
from experience.media.store import objects
from experience.steps.values import TextInput
from tests.support.builders.events import an_event
from tests.support.builders.workspaces import a_step, a_workspace
from tests.support.mails.due_pictures import ADDRESS, CONSENT

STEPS = [a_step("name"), a_step("mail", "email"), a_step("photo", "capture")]


class EventGuest:
    """One guest with one session. Whoever begins, answers and gets a picture is this guest."""

    def __init__(self, db: Database, **event: Any) -> None:
        self.db = db
        self.uid = f"guest-{new_id()}"
        self.workspace = a_workspace(db)
        self.event = an_event(db, self.workspace, STEPS, **{"consent": CONSENT, **event})
        self.session = self.begin().id

    def begin(self, **request: Any) -> Any:
        given = {"eventId": self.event, "consentVersion": "1", "requestId": "r", **request}
        return start_journey(self.uid, StartJourney.load(given)).session

    @property
    def reference(self) -> Any:
        return self.db.document("events", self.event, "sessions", self.session)

    def gives(self, value: str = ADDRESS, step: str = "mail") -> None:
        ids = {"event_id": self.event, "session_id": self.session}
        save_step_input(self.uid, SaveStepInput(**ids, step_id=step, input=TextInput(value=value)))

    def gets_picture(self) -> None:
        """As the commit that ends its run."""
        path = objects.event_result_path(self.event, self.session)
        url, generation = objects.replace(path, b"x", "image/png", 0)
        ready = {"state": "ready", "resultImagePath": url, "resultGeneration": generation}
        ready |= {"mailDueAt": now_ms()}
        self.reference.update(ready)

    @property
    def ids(self) -> dict[str, str]:
        return {"eventId": self.event, "sessionId": self.session}

    @property
    def url(self) -> str:
        """The picture's download URL, as it is stored now."""
        return str(self.reference.get().get("resultImagePath"))

    def write(self) -> bool:
        return write_event_mail(self.event, self.session)

    def mail(self) -> dict[str, Any] | None:
        mail_id = event_mail_id_of(self.event, self.session)
        fields: dict[str, Any] | None = self.db.document("mail", mail_id).get().to_dict()
        return fields
